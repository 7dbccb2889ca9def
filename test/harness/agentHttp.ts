import { connect, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import type { AgentHandlers } from '../../src/agent/link/link.ts';

/** An agent's handlers on loopback, as the link would reach them. */
export interface AgentHttp {
  get(path: string): Promise<{ code: number; body: string }>;
  /** A response that goes on: chunks as they come until `abort`. */
  follow(path: string): { chunks: AsyncIterable<string>; abort(): void };
  /** A WebSocket client that speaks to the streaming endpoint of a path through `upgrade`. */
  webSocket(path: string, protocol: string): WebSocket;
  /** An address on which the streaming endpoint of a path answers any upgrade. */
  streaming(path: string): URL;
  close(): Promise<void>;
}

export async function serveAgent(handlers: AgentHandlers): Promise<AgentHttp> {
  const http = createHttp2Server((request, response) => handlers.handle(request, response));
  http.listen(0, '127.0.0.1');
  let path = '';
  const raw = createTcpServer((socket) => handlers.upgrade(path, socket));
  raw.listen(0, '127.0.0.1');
  await Promise.all([once(http, 'listening'), once(raw, 'listening')]);
  const session = connect(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const address = (): string => `127.0.0.1:${(raw.address() as AddressInfo).port}`;
  return {
    async get(at) {
      const stream = session.request({ ':path': at });
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      return { code: Number(headers[':status']), body: await text(stream) };
    },
    follow(at) {
      const stream = session.request({ ':path': at });
      stream.setEncoding('utf8');
      return { chunks: stream as AsyncIterable<string>, abort: () => stream.close() };
    },
    webSocket(at, protocol) {
      path = at;
      return new WebSocket(`ws://${address()}/api/v1/any`, protocol);
    },
    streaming(at) {
      path = at;
      return new URL(`http://${address()}/api/v1/any`);
    },
    async close() {
      session.close();
      raw.close();
      http.close();
      await Promise.all([once(session, 'close'), once(raw, 'close')]);
    },
  };
}
