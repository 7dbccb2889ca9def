import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { HttpError } from '../httpError.ts';
import { UpgradeRefused } from './spdyUpgrade.ts';

/** The client's request to go on in another protocol. */
export interface ClientUpgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** Data that came directly after the request. */
  readonly head: Buffer;
}

/** As upstream: a slow reader may still have megabytes before it when a command has ended (apiserver `finishTimeout`). */
const CLOSE_TIMEOUT_MS = 15 * 60_000;
const OPTIONS = {
  noServer: true,
  perMessageDeflate: false,
  clientTracking: false,
  closeTimeout: CLOSE_TIMEOUT_MS,
};

/** Reads the upgrade request that a stream begins with. Rejects where it ends before, or begins with something else. */
export function receiveUpgrade(stream: Duplex): Promise<ClientUpgrade> {
  return new Promise((resolve, reject) => {
    const parser = createServer();
    parser.once('upgrade', (request, socket, head) => resolve({ request, socket, head }));
    parser.once('request', (_request, response) => {
      response.writeHead(400, { connection: 'close' }).end('Upgrade request required');
      reject(new Error('no upgrade request'));
    });
    parser.once('clientError', (error) => {
      stream.destroy();
      reject(error);
    });
    stream.once('close', () => reject(new Error('the stream ended before its request')));
    parser.emit('connection', stream);
  });
}

/** The subprotocols that a WebSocket client offers, none for another upgrade. */
export function offeredProtocols({ headers }: IncomingMessage): readonly string[] {
  if (headers.upgrade?.toLowerCase() !== 'websocket') return [];
  return (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
}

/** Answers a WebSocket client. The subprotocol need not be one that RFC 6455 allows: `SPDY/3.1+…` is not. */
export function acceptWebSocket(
  { request, socket, head }: ClientUpgrade,
  protocol: string,
): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const server = new WebSocketServer(OPTIONS);
    server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
    server.once('wsClientError', reject);
    delete request.headers['sec-websocket-protocol'];
    server.handleUpgrade(request, socket, head, resolve);
  });
}

/** Answers with an error instead of an upgrade, in kubelet's words. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const code = error instanceof HttpError || error instanceof UpgradeRefused ? error.code : 500;
  const body = error instanceof Error ? error.message : String(error);
  socket.end(
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
