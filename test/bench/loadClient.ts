import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

export interface LoadTarget {
  readonly port: number;
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface Answer {
  readonly code: number;
  readonly body: Buffer;
}

/**
 * HTTP/1.1 over TLS with as little work as can be, so that it is the server that is measured. Every answer must have a
 * Content-Length.
 */
export class LoadConnection {
  readonly #socket: TLSSocket;
  #chunks: Buffer[] = [];
  #size = 0;
  /** Of head and body; unknown until the head is there. */
  #expected = 0;
  #headLength = 0;
  #waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  #failure: Error | undefined;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    const fail = (error: Error): void => {
      this.#failure ??= error;
      this.#waiting?.reject(error);
    };
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the server closed the connection')));
  }

  static async open({ port, ca, cert, key }: LoadTarget): Promise<LoadConnection> {
    const pair = cert === undefined || key === undefined ? {} : { cert, key };
    const socket = connect({ host: '127.0.0.1', port, ca, ...pair, servername: 'localhost' });
    socket.setNoDelay(true);
    await once(socket, 'secureConnect');
    return new LoadConnection(socket);
  }

  /** One request after the other. */
  ask(method: string, path: string, body = ''): Promise<Answer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const length =
      body === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
    this.#socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${length}\r\n${body}`);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#expected === 0) this.#readHead();
    if (this.#expected === 0 || this.#size < this.#expected) return;
    const whole = Buffer.concat(this.#chunks);
    const code = Number(whole.toString('latin1', 9, 12));
    const body = whole.subarray(this.#headLength);
    this.#chunks = [];
    this.#size = 0;
    this.#expected = 0;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ code, body });
  }

  #readHead(): void {
    const [first] = this.#chunks;
    const known = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    const end = known.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = /content-length: (\d+)/i.exec(known.toString('latin1', 0, end))?.[1];
    if (length === undefined) throw new Error('an answer without Content-Length');
    this.#headLength = end + 4;
    this.#expected = this.#headLength + Number(length);
  }
}

/**
 * Requests a second from several connections that each ask again as soon as they are answered. `ask` does one request
 * and gives its code; any but `code` is an error. Warms up for a third of the time.
 */
export async function rateOf(
  connections: readonly LoadConnection[],
  seconds: number,
  code: number,
  ask: (connection: LoadConnection) => Promise<Answer>,
): Promise<number> {
  let done = 0;
  let stopped = false;
  const worker = async (connection: LoadConnection): Promise<void> => {
    while (!stopped) {
      const answer = await ask(connection);
      if (answer.code !== code) throw new Error(`${answer.code}: ${answer.body.toString()}`);
      done++;
    }
  };
  const workers = Promise.all(connections.map(worker));
  const pause = (ms: number): Promise<unknown> =>
    Promise.race([new Promise((resolve) => setTimeout(resolve, ms)), workers]);
  await pause((seconds * 1000) / 3);
  const before = done;
  const start = performance.now();
  await pause(seconds * 1000);
  const rate = ((done - before) / (performance.now() - start)) * 1000;
  stopped = true;
  await workers;
  return rate;
}
