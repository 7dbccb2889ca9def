import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock } from '../base/clock.ts';
import { TIME_HEADER } from '../protocol/agentLink.ts';

/** More than any frame that either side sends. */
const MAX_FRAME = 1024 * 1024;

/** Answers to upgrade requests. Each tells the time: a node with a clock of its own sets it by them. */
export interface Upgrades {
  /** Makes it a WebSocket, or refuses what asks for another subprotocol. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, accepted: (socket: WebSocket) => void): void;
  /** A plain HTTP error; the connection is closed. */
  refuse(socket: Duplex, code: number, reason: string): void;
}

/** Takes upgrade requests to WebSockets of one subprotocol. */
export function createUpgrades(protocol: string, clock: Clock): Upgrades {
  const time = (): string => `${TIME_HEADER}: ${clock.now()}`;
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // The data are compressed already, or stay on one host.
    perMessageDeflate: false,
    maxPayload: MAX_FRAME,
    handleProtocols: () => protocol,
  });
  server.on('headers', (headers) => headers.push(time()));
  const refuse = (socket: Duplex, code: number, reason: string): void => {
    const body = `${reason}\n`;
    socket.end(
      `HTTP/1.1 ${code} ${reason}\r\nConnection: close\r\nContent-Type: text/plain\r\n${time()}\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      // One that is refused need not close its side.
      () => socket.destroy(),
    );
  };
  return {
    refuse,
    accept(request, socket, head, accepted) {
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
      if (offered.includes(protocol)) server.handleUpgrade(request, socket, head, accepted);
      else refuse(socket, 400, `the WebSocket subprotocol must be ${protocol}`);
    },
  };
}
