import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { bodyFraming } from './bodyFraming.ts';
import { sendStream } from './httpOverStream.ts';

export interface HttpsPoolOptions {
  /** PEM; the system's own authorities where it is missing. */
  readonly ca?: string;
  /** The client's certificate and key, PEM. */
  readonly cert?: string;
  readonly key?: string;
  /** Under which name the other side must be known. Default: the host of each request. */
  readonly serverName?: string;
  /** True where anybody's certificate will do. */
  readonly insecure?: boolean;
  /** Makes a connection to the other side, on which TLS is then spoken. Default: TCP to the host of each request. */
  readonly dial?: (signal: AbortSignal) => Promise<Duplex>;
}

export interface PooledRequest {
  readonly method: string;
  readonly host: string;
  readonly port: number;
  /** Path with query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
  readonly signal: AbortSignal;
}

export interface PooledResponse {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

/** How long a connection that nobody uses is kept. */
const IDLE_MS = 90_000;

/** The error of a connection that the other side closed while a request was being sent. */
const CLOSED_MEANWHILE: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE']);

/**
 * HTTPS connections to one peer, kept alive between requests (HTTP/1.1: several requests reach several backends). Requests
 * reject with the error of Node's sockets, or with the signal's reason.
 */
export class HttpsPool {
  readonly #agent: DialingAgent;
  readonly #closing = new AbortController();

  constructor(options: HttpsPoolOptions) {
    this.#agent = new DialingAgent(options, this.#closing.signal);
  }

  async request(options: PooledRequest): Promise<PooledResponse> {
    try {
      return await this.#send(options);
    } catch (error) {
      // A body that is a stream may be partly sent, so it cannot be sent again.
      if (!(error instanceof StaleConnection) || isStream(options.body)) throw causeOf(error);
      return await this.#send(options).catch((again: unknown) => {
        throw causeOf(again);
      });
    }
  }

  /** A connection of the caller's own, on which TLS is spoken; for pools that dial. */
  connect(): Promise<Duplex> {
    return this.#agent.connectOnce();
  }

  /** Keeps no connection any longer; requests under way go on. */
  retire(): void {
    this.#agent.maxFreeSockets = 0;
    for (const sockets of Object.values(this.#agent.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }

  /** Ends all connections, those in use too. */
  dispose(): void {
    this.#closing.abort(new Error('the connections are closed'));
    this.#agent.destroy();
  }

  #send({ body, ...options }: PooledRequest): Promise<PooledResponse> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const headers = { ...options.headers, ...bodyFraming(options.headers, body) };
      const request = httpsRequest({ ...options, headers, agent: this.#agent });
      request.once('response', (response) => {
        resolve({ code: response.statusCode ?? 502, headers: response.headers, body: response });
      });
      // Stays: an error after the response reaches the reader of the body.
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (signal.aborted) reject(signal.reason as Error);
        else if (request.reusedSocket && CLOSED_MEANWHILE.has(error.code)) reject(new StaleConnection(error));
        else reject(error);
      });
      if (isStream(body)) void sendStream(body, request);
      else request.end(body);
    });
  }
}

function isStream(body: PooledRequest['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && !(body instanceof Uint8Array);
}

class StaleConnection extends Error {
  constructor(cause: unknown) {
    super('the connection was closed meanwhile', { cause });
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof StaleConnection ? error.cause : error;
}

class DialingAgent extends Agent {
  readonly #dial: HttpsPoolOptions['dial'];
  readonly #signal: AbortSignal;

  constructor({ dial, serverName, insecure, ...tls }: HttpsPoolOptions, signal: AbortSignal) {
    super({
      ...(insecure === true ? { rejectUnauthorized: false } : {}),
      ...tls,
      ...(serverName === undefined ? {} : { servername: serverName }),
      keepAlive: true,
      timeout: IDLE_MS,
      ALPNProtocols: ['http/1.1'],
    });
    this.#dial = dial;
    this.#signal = signal;
  }

  async connectOnce(): Promise<Duplex> {
    if (this.#dial === undefined) throw new Error('the pool does not dial');
    const connection = await this.#dial(this.#signal);
    return new Promise((resolve, reject) => {
      const socket = tlsConnect({ ...this.options, path: undefined, socket: connection } as object);
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        socket.removeListener('error', reject);
        resolve(socket);
      });
    });
  }

  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    if (this.#dial === undefined) return super.createConnection(options, callback);
    this.#dial(this.#signal)
      .then((connection) => tlsConnect({ ...options, path: undefined, socket: connection } as object))
      .then(
        (socket) => callback?.(null, socket),
        (error: unknown) => callback?.(error as Error, undefined as unknown as Duplex),
      );
    return undefined;
  }
}
