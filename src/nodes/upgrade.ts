import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

/** More than any frame that either side sends. */
const MAX_FRAME = 1024 * 1024;

/** Answers an upgrade request with a plain HTTP error and closes the connection. */
export function refuseUpgrade(socket: Duplex, code: number, reason: string): void {
  const body = `${reason}\n`;
  socket.end(
    `HTTP/1.1 ${code} ${reason}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Turns upgrade requests into WebSockets of one subprotocol; refuses those that ask for another. */
export function acceptor(
  protocol: string,
): (request: IncomingMessage, socket: Duplex, head: Buffer, accepted: (socket: WebSocket) => void) => void {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // What goes through is compressed already or crosses one host.
    perMessageDeflate: false,
    maxPayload: MAX_FRAME,
    handleProtocols: () => protocol,
  });
  return (request, socket, head, accepted) => {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (!offered.includes(protocol)) {
      refuseUpgrade(socket, 400, `the WebSocket subprotocol must be ${protocol}`);
      return;
    }
    server.handleUpgrade(request, socket, head, accepted);
  };
}
