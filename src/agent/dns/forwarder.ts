import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Random } from '../../base/random.ts';
import type { Clock } from '../../base/clock.ts';

export interface Upstream {
  readonly address: string;
  readonly port: number;
}

export interface Forwarder {
  /** The raw answer of the first server that gives one; rejects when none does. The query is a whole message. */
  forward(query: Buffer, over: 'udp' | 'tcp', signal: AbortSignal): Promise<Buffer>;
}

export interface ForwarderOptions {
  /** In order of preference; asked for at every query, as resolv.conf changes with the node's network. */
  readonly upstreams: () => Promise<readonly Upstream[]>;
  readonly clock: Clock;
  readonly random: Random;
}

/** As long as glibc's resolver waits for two servers: the client must hear of a failure before it gives up itself. */
const TIMEOUT_MS = 2_000;

/** Hands queries on as they are, byte by byte but for their id, and answers likewise. */
export function createForwarder({ upstreams, clock, random }: ForwarderOptions): Forwarder {
  return {
    async forward(query, over, signal) {
      const ask = over === 'udp' ? overUdp : overTcp;
      let failure: unknown = new Error('no upstream server is configured');
      for (const upstream of await upstreams()) {
        signal.throwIfAborted();
        const attempt = new AbortController();
        const abort = (): void => attempt.abort(new Error('stopped'));
        signal.addEventListener('abort', abort, { once: true });
        const timer = clock.timeout(TIMEOUT_MS, () =>
          attempt.abort(new Error(`${upstream.address} did not answer within ${TIMEOUT_MS} ms`)),
        );
        try {
          // An id of our own, that nobody outside can know.
          const sent = Buffer.from(query);
          random.bytes(2).copy(sent);
          const answer = await ask(sent, upstream, attempt.signal);
          query.copy(answer, 0, 0, 2);
          return answer;
        } catch (error) {
          failure = error;
        } finally {
          timer.dispose();
          signal.removeEventListener('abort', abort);
        }
      }
      throw failure;
    },
  };
}

function overUdp(query: Buffer, { address, port }: Upstream, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    const done = (settle: () => void): void => {
      signal.removeEventListener('abort', abort);
      socket.close();
      settle();
    };
    const abort = (): void => done(() => reject(reasonOf(signal)));
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', (error) => done(() => reject(error)));
    // Connected, so that only this server's answers come in and a closed port is an error at once.
    socket.connect(port, address, () => socket.send(query));
    socket.on('message', (message) => {
      if (isAnswerTo(query, message)) done(() => resolve(message));
    });
  });
}

function overTcp(query: Buffer, { address, port }: Upstream, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    let received = Buffer.alloc(0);
    const done = (settle: () => void): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      settle();
    };
    const abort = (): void => done(() => reject(reasonOf(signal)));
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', (error) => done(() => reject(error)));
    socket.on('end', () => done(() => reject(new Error(`${address} closed the connection`))));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2) return;
      const length = received.readUInt16BE(0);
      if (received.length < 2 + length) return;
      const message = received.subarray(2, 2 + length);
      if (isAnswerTo(query, message)) done(() => resolve(message));
      else done(() => reject(new Error(`${address} answered another question`)));
    });
    socket.write(framed(query));
  });
}

/** With the two bytes of length that TCP wants. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(2 + message.length);
  frame.writeUInt16BE(message.length, 0);
  frame.set(message, 2);
  return frame;
}

/** The same id, and an answer at all. */
function isAnswerTo(query: Buffer, message: Buffer): boolean {
  return (
    message.length >= 12 &&
    message.readUInt16BE(0) === query.readUInt16BE(0) &&
    (message.readUInt8(2) & 0x80) !== 0
  );
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('stopped');
}
