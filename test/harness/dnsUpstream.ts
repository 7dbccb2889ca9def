import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { decode, encode, type Answer } from 'dns-packet';
import { framed, type Upstream } from '../../src/agent/dns/forwarder.ts';

/** Answers every A question with 192.0.2.1, unless it is told to be silent; remembers what it was asked. */
export class FakeUpstream {
  readonly asked: string[] = [];
  silent = false;
  readonly #udp: Socket = createSocket('udp4');
  readonly #tcp: Server = createServer((connection) => {
    connection.on('data', (chunk: Buffer) => connection.end(framed(this.#answer(chunk.subarray(2), 'tcp'))));
  });

  async start(): Promise<Upstream> {
    this.#udp.on('message', (message, from) => {
      const answer = this.#answer(message, 'udp');
      if (!this.silent) this.#udp.send(answer, from.port, from.address);
    });
    this.#udp.bind(0, '127.0.0.1');
    await once(this.#udp, 'listening');
    const { port } = this.#udp.address();
    this.#tcp.listen(port, '127.0.0.1');
    await once(this.#tcp, 'listening');
    return { address: '127.0.0.1', port };
  }

  async stop(): Promise<void> {
    const closed = Promise.all([once(this.#udp, 'close'), once(this.#tcp, 'close')]);
    this.#udp.close();
    this.#tcp.close();
    await closed;
  }

  #answer(message: Buffer, over: string): Buffer {
    const { id, questions = [] } = decode(message);
    const name = questions[0]?.name ?? '';
    this.asked.push(`${over} ${questions[0]?.type ?? ''} ${name}`);
    const answers: Answer[] = [{ type: 'A', name, ttl: 60, data: '192.0.2.1' }];
    return encode({ type: 'response', id: id ?? 0, questions, answers });
  }
}
