import type { IncomingMessage } from 'node:http';
import { createSecureServer, type Http2SecureServer, type Http2ServerRequest } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

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
  once(event: 'close' | 'drain', listener: () => void): unknown;
  removeListener(event: 'close' | 'drain', listener: () => void): unknown;
}

/** Who is at the other end, as TLS found out. */
export interface TlsPeer {
  /** The verified client certificate's subject. */
  readonly certificate:
    { readonly commonName: string; readonly organizations: readonly string[] } | undefined;
  /** True where a client certificate was shown that the CA did not sign. */
  readonly refused: boolean;
  readonly loopback: boolean;
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
}

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
  const sockets = new Set<Socket>();
  let { port } = options;

  const listen = async (address: string): Promise<void> => {
    const server = createServer(options, routes, sockets);
    await listenOn(server, address, port);
    servers.push(server);
    port = (server.address() as AddressInfo).port;
  };
  const close = async (): Promise<void> => {
    const closed = servers
      .splice(0)
      .map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const socket of sockets) socket.destroy();
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
  sockets: Set<Socket>,
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
    // Several lists of thousands of pods may be on their way at once, and informers end watches by the hundred.
    maxSessionMemory: 1_000,
    streamResetBurst: 10_000,
    streamResetRate: 1_000,
    // As upstream. Node's 5 s end connections that clients (Go's keep theirs for 90 s) are about to use again.
    http1Options: { keepAliveTimeout: 90_000 },
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.setNoDelay(true);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (request, response) => {
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
    return 'the port is in use by another program: stop that one, or choose another port';
  if (error.code === 'EADDRNOTAVAIL') return 'this machine does not have the address';
  if (error.code === 'EACCES') return 'no right to use this port';
  return error.message;
}

const peers = new WeakMap<object, TlsPeer>();

/** Read once per connection: it does not change while the connection stands. */
function peerOf(request: HttpRequest): TlsPeer {
  // Of HTTP/2 the compatible request shows a stand-in for the socket; the session has the real one.
  const session = 'stream' in request ? request.stream.session : undefined;
  const socket = (session?.socket ?? request.socket) as TLSSocket;
  const key = session ?? socket;
  let peer = peers.get(key);
  if (peer === undefined) peers.set(key, (peer = readPeer(socket)));
  return peer;
}

function readPeer(socket: TLSSocket): TlsPeer {
  const loopback = /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');
  const certificate = socket.getPeerCertificate();
  const subject = (certificate as { subject?: { CN?: string | string[]; O?: string | string[] } } | null)
    ?.subject;
  if (subject === undefined) return { certificate: undefined, refused: false, loopback };
  if (!socket.authorized) return { certificate: undefined, refused: true, loopback };
  return {
    certificate: {
      commonName: [subject.CN ?? ''].flat()[0] ?? '',
      organizations: subject.O === undefined ? [] : [subject.O].flat(),
    },
    refused: false,
    loopback,
  };
}
