import * as http2 from 'node:http2';
import type { Duplex } from 'node:stream';

const KIB = 1024;
const MIB = KIB * KIB;
/** What one stream may have in flight: a reader that stops holds at most this much. */
const STREAM_WINDOW = MIB;
/** What all streams together may have in flight. Node gives back the connection's credit as data arrives, so that one slow stream holds up no other. */
const CONNECTION_WINDOW = 16 * MIB;
/** In megabytes: many streams with full windows must not count as an attack by the peer. */
const SESSION_MEMORY = 256;
const CONCURRENT_STREAMS = 4096;

const SETTINGS: http2.Settings = {
  initialWindowSize: STREAM_WINDOW,
  maxConcurrentStreams: CONCURRENT_STREAMS,
  enablePush: false,
};

/** The client side of an HTTP/2 connection over any stream of bytes: here the control plane, although the node dialled. */
export function http2ClientOver(stream: Duplex): http2.ClientHttp2Session {
  const session = http2.connect('http://node.invalid', {
    createConnection: () => stream,
    settings: SETTINGS,
    maxSessionMemory: SESSION_MEMORY,
    peerMaxConcurrentStreams: CONCURRENT_STREAMS,
  });
  session.once('connect', () => {
    // Told in a later turn: it may be over by then.
    if (!session.destroyed) session.setLocalWindowSize(CONNECTION_WINDOW);
  });
  return session;
}

export interface Http2Acceptor {
  /** Serves one connection over a stream of bytes until either side ends it. */
  accept(stream: Duplex): void;
  /** Ends all connections. */
  close(): void;
}

export type Http2Handler = (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => void;

/** The server side: here the node. CONNECT requests go to `onConnect`, all others to `onRequest`. */
export function http2ServerOver(onRequest: Http2Handler, onConnect: Http2Handler): Http2Acceptor {
  const server = http2.createServer({ settings: SETTINGS, maxSessionMemory: SESSION_MEMORY });
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('request', onRequest);
  server.on('connect', onConnect);
  server.on('session', (session) => {
    sessions.add(session);
    session.setLocalWindowSize(CONNECTION_WINDOW);
    session.once('close', () => sessions.delete(session));
    // The stream below reports what went wrong.
    session.on('error', () => session.destroy());
  });
  server.on('sessionError', () => undefined);
  return {
    accept: (stream) => void server.emit('connection', stream),
    close(): void {
      for (const session of sessions) session.destroy();
    },
  };
}
