import type { ClientHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock } from '../base/clock.ts';
import { http2ClientOver } from '../host/reversedHttp2.ts';
import { keepAlive } from '../host/webSocketKeepAlive.ts';
import { webSocketStream } from '../host/webSocketStream.ts';
import { LINK_PING_MS } from '../protocol/agentLink.ts';

/** One node's live link: the HTTP/2 client over the stream to its agent. */
export interface NodeSession {
  readonly node: string;
  readonly http2: ClientHttp2Session;
  /** Resolves when the link is gone, for whatever reason. */
  readonly closed: Promise<void>;
  /** Drops the link at once; what runs over it fails. */
  close(): void;
}

/** The session over a WebSocket that a node opened. */
export function openSession(node: string, socket: WebSocket, clock: Clock): NodeSession {
  keepAlive(socket, { clock, intervalMs: LINK_PING_MS, ping: () => String(clock.now()) });
  return sessionOver(node, webSocketStream(socket));
}

/** The session over any stream to the node's agent. */
export function sessionOver(node: string, stream: Duplex): NodeSession {
  const http2 = http2ClientOver(stream);
  const closed = new Promise<void>((resolve) => {
    http2.once('close', () => {
      // The session's end does not always end what carries it.
      stream.destroy();
      resolve();
    });
  });
  // Each request reports the failure to its own caller.
  http2.on('error', () => http2.destroy());
  stream.on('error', () => http2.destroy());
  stream.once('close', () => http2.destroy());
  return { node, http2, closed, close: () => http2.destroy() };
}
