import type { IncomingMessage } from 'node:http';
import { createSecureServer, type Http2SecureServer, type Http2ServerRequest } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type ConnectionLimits, Connections } from './connections.ts';
import { IdleHttp2 } from './idleHttp2.ts';
import { endUnread, hasBody, type UnreadBodyLimits } from './unreadBody.ts';

/** Streams that one connection may have open: requests of a client that never waits, watches of a client of every kind. */
const MAX_STREAMS = 1_000;

export type HttpRequest = IncomingMessage | Http2ServerRequest;

/** What the responses of HTTP/1.1 and HTTP/2 have in common. */
export interface HttpResponse {
  readonly headersSent: boolean;
  writeHead(code: number, headers: Record<string, string | number | string[]>): unknown;
  flushHeaders(): void;
  /** False where the connection's buffer is full: wait for `drain`. `done`: the chunk is not needed any more. */
  write(chunk: Uint8Array, done?: () => void): boolean;
  end(chunk?: Uint8Array | string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  once(event: 'close' | 'drain', listener: () => void): unknown;
  removeListener(event: 'close' | 'drain', listener: () => void): unknown;
}

/** The other end of a connection, as TLS authenticated it. */
export interface TlsPeer {
  /** The verified client certificate's subject. */
  readonly certificate:
    { readonly commonName: string; readonly organizations: readonly string[] } | undefined;
  /** True where a client certificate was shown that the CA did not sign. */
  readonly refused: boolean;
  readonly loopback: boolean;
  /** Undefined once the connection has closed. */
  readonly address: string | undefined;
  /** To be called once the client has shown who it is: its connection is not given up for others any more. */
  identified(): void;
}

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer, peer: TlsPeer) => void;

export interface HttpsListenerOptions {
  /** Where to listen; one port for all of them. */
  readonly addresses: readonly string[];
  /** 0 for a free one. */
  readonly port: number;
  readonly tls: { readonly cert: string; readonly key: string; readonly clientCa: string };
  /** Requests over HTTP/1.1 and HTTP/2. */
  request(request: HttpRequest, response: HttpResponse, peer: TlsPeer): void;
  /** Upgrades that no route takes. */
  readonly upgrade: Upgrade;
  /** Others than the usual ones, for tests. */
  readonly limits?: Partial<ListenerLimits>;
}

export interface ListenerLimits extends ConnectionLimits, UnreadBodyLimits {
  /** How long an HTTP/2 connection without a request is kept. */
  readonly idleMs: number;
}

/** As Go's server keeps idle connections and drops bodies; a client has longer to read its answer, on a busy machine too. */
const LIMITS: ListenerLimits = {
  maxConnections: 4096,
  maxStrangers: 256,
  firstRequestMs: 15_000,
  idleMs: 90_000,
  drainBytes: 256 * 1024,
  drainMs: 2_000,
  lingerMs: 2_000,
};

export interface HttpsListener {
  readonly port: number;
  /** Upgrades to this path (without query) go to `take`, ahead of the others. */
  route(path: string, take: Upgrade): { dispose(): void };
  /** Listens on one more address, with the same port. */
  listen(address: string): Promise<void>;
  /** Stops listening and ends all connections. */
  close(): Promise<void>;
}

/**
 * HTTPS on one port: HTTP/1.1 and HTTP/2 by ALPN, client certificates asked for and not demanded. Rejects with an
 * error that names address and port where one cannot be had; then nothing is left listening.
 */
export async function startHttpsListener(options: HttpsListenerOptions): Promise<HttpsListener> {
  const routes = new Map<string, Upgrade>();
  const servers: Http2SecureServer[] = [];
  const limits = { ...LIMITS, ...options.limits };
  const connections = new Connections(limits);
  let { port } = options;

  const listen = async (address: string): Promise<void> => {
    const server = createServer(options, routes, connections, limits);
    await listenOn(server, address, port);
    servers.push(server);
    port = (server.address() as AddressInfo).port;
  };
  const close = async (): Promise<void> => {
    const closed = servers
      .splice(0)
      .map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    connections.closeAll();
    await Promise.all(closed);
  };

  try {
    for (const address of options.addresses) await listen(address);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    port,
    route(path, take) {
      routes.set(path, take);
      return { dispose: () => routes.delete(path) };
    },
    listen,
    close,
  };
}

function createServer(
  options: HttpsListenerOptions,
  routes: ReadonlyMap<string, Upgrade>,
  connections: Connections,
  limits: ListenerLimits,
): Http2SecureServer {
  const { cert, key, clientCa } = options.tls;
  const server = createSecureServer({
    cert,
    key,
    ca: clientCa,
    requestCert: true,
    rejectUnauthorized: false,
    allowHTTP1: true,
    ALPNProtocols: ['h2', 'http/1.1'],
    minVersion: 'TLSv1.2',
    handshakeTimeout: limits.firstRequestMs,
    settings: { maxConcurrentStreams: MAX_STREAMS },
    // Several lists of thousands of pods may be on their way at once, and informers end watches by the hundred.
    maxSessionMemory: 1_000,
    streamResetBurst: 10_000,
    streamResetRate: 1_000,
    // As upstream. Node's 5 s end connections that clients (Go's keep theirs for 90 s) are about to use again.
    http1Options: { keepAliveTimeout: limits.idleMs },
  });
  const idle = new IdleHttp2(limits.idleMs);
  const peerOf = peers(connections);
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.setNoDelay(true);
    if (socket.authorized) connections.identified(socket);
  });
  server.on('connection', (socket: Socket) => connections.add(socket));
  server.on('session', (session) => idle.session(session));
  server.on('stream', (stream) => idle.stream(stream));
  server.on('request', (request, response) => {
    if (hasBody(request)) response.on('finish', () => endUnread(request, limits));
    options.request(request, response as unknown as HttpResponse, peerOf(request));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    (routes.get(path) ?? options.upgrade)(request, socket, head, peerOf(request));
  });
  // A client that speaks no TLS, or breaks off: its connection ends, nobody else is concerned.
  server.on('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy());
  server.on('sessionError', () => undefined);
  return server;
}

function listenOn(server: Http2SecureServer, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Error(`cannot listen on ${address}:${port}: ${reasonOf(error)}`, { cause: error }));
    });
    server.listen(port, address, () => resolve());
  });
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'EADDRINUSE')
    return 'the port is in use by another program: stop that one (a new cluster can have another port)';
  if (error.code === 'EADDRNOTAVAIL') return 'this machine does not have the address';
  if (error.code === 'EACCES') return 'no right to use this port';
  return error.message;
}

/** Finds the other end of a request. It is read once per connection, because it does not change on a connection. */
function peers(connections: Connections): (request: HttpRequest) => TlsPeer {
  const known = new WeakMap<object, TlsPeer>();
  return (request) => {
    // For HTTP/2, the compatible request has only a stand-in for the socket; the session has the real one.
    const session = 'stream' in request ? request.stream.session : undefined;
    const socket = (session?.socket ?? request.socket) as TLSSocket;
    const key = session ?? socket;
    let peer = known.get(key);
    if (peer === undefined) {
      connections.spoke(socket);
      let isIdentified = false;
      peer = {
        ...readPeer(socket),
        identified() {
          // Asked with every request.
          if (!isIdentified) connections.identified(socket);
          isIdentified = true;
        },
      };
      known.set(key, peer);
    }
    return peer;
  };
}

function readPeer(socket: TLSSocket): Omit<TlsPeer, 'identified'> {
  const address = socket.remoteAddress?.replace(/^::ffff:/, '');
  const loopback = /^127\.|^::1$/.test(address ?? '');
  const certificate = socket.getPeerCertificate();
  const subject = (certificate as { subject?: { CN?: string | string[]; O?: string | string[] } } | null)
    ?.subject;
  if (subject === undefined) return { certificate: undefined, refused: false, loopback, address };
  if (!socket.authorized) return { certificate: undefined, refused: true, loopback, address };
  return {
    certificate: {
      commonName: [subject.CN ?? ''].flat()[0] ?? '',
      organizations: subject.O === undefined ? [] : [subject.O].flat(),
    },
    refused: false,
    loopback,
    address,
  };
}
