import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { Disposable } from '../base/disposable.ts';

export interface HttpsTransportOptions {
  /** `https://host:port`, a path is put before every request's path. */
  readonly server: string;
  /** PEM; the system's own authorities where it is missing. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name that the server's certificate must carry, where it is not the host of `server`. */
  readonly serverName?: string | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
  /** How long a silent connection with requests under way is trusted. Default 30 s (client-go's HTTP/2 read idle timeout). */
  readonly idlePingMs?: number | undefined;
  /** How long the answer to that ping may take. Default 15 s. */
  readonly pingTimeoutMs?: number | undefined;
}

export interface HttpsRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Leaving the loop early ends the request. Rejects where the connection or the signal ends it. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Requests over one HTTP/2 connection that is made when one is needed and again when it has gone. */
export interface HttpsTransport extends Disposable {
  request(request: HttpsRequest): Promise<HttpsResponse>;
}

/** A window for each response, so that a LIST of some MB does not wait for acknowledgements. */
const WINDOW_BYTES = 4 * 1024 * 1024;

export function createHttpsTransport(options: HttpsTransportOptions): HttpsTransport {
  const { server, ca, cert, key, serverName, insecureSkipTlsVerify = false } = options;
  const base = new URL(server);
  const prefix = base.pathname.replace(/\/$/, '');
  let current: ClientHttp2Session | undefined;
  let disposed = false;
  let underWay = 0;

  const open = (): ClientHttp2Session => {
    const session = connect(base.origin, {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
      rejectUnauthorized: !insecureSkipTlsVerify,
      settings: { initialWindowSize: WINDOW_BYTES, enablePush: false },
    });
    const forget = (): void => {
      if (current === session) current = undefined;
    };
    session.once('connect', () => session.setLocalWindowSize(WINDOW_BYTES * 4));
    session.once('goaway', forget);
    session.once('close', forget);
    // Each request has its own error; this one only says that the next request needs a new connection.
    session.on('error', forget);
    watchOver(session, options, () => underWay > 0);
    return session;
  };

  const session = (): ClientHttp2Session => {
    if (disposed) throw new Error('the client is closed');
    if (current === undefined || current.closed || current.destroyed) current = open();
    return current;
  };

  return {
    async request(request) {
      request.signal?.throwIfAborted();
      const stream = session().request(
        {
          ...request.headers,
          ':method': request.method,
          ':path': prefix + request.path,
          ...(request.body === undefined ? {} : { 'content-length': request.body.byteLength }),
        },
        { endStream: request.body === undefined },
      );
      underWay += 1;
      stream.once('close', () => (underWay -= 1));
      if (request.body !== undefined) stream.end(request.body);
      return await responseOf(stream, request.signal);
    },

    dispose() {
      disposed = true;
      current?.destroy();
      current = undefined;
    },
  };
}

/**
 * A peer that went without a word is noticed by a ping: TCP alone would let a silent watch hang for a quarter of an
 * hour. Only while requests are under way and nothing was heard.
 */
function watchOver(
  session: ClientHttp2Session,
  options: HttpsTransportOptions,
  isNeeded: () => boolean,
): void {
  const { idlePingMs = 30_000, pingTimeoutMs = 15_000 } = options;
  session.setTimeout(idlePingMs, () => {
    if (!isNeeded() || session.closed || session.destroyed || session.connecting) return;
    const late = setTimeout(
      () => session.destroy(new Error('the server does not answer pings')),
      pingTimeoutMs,
    );
    const answered = session.ping((error) => {
      clearTimeout(late);
      if (error !== null) session.destroy(error);
    });
    if (!answered) clearTimeout(late);
    session.once('close', () => clearTimeout(late));
  });
}

function responseOf(stream: ClientHttp2Stream, signal: AbortSignal | undefined): Promise<HttpsResponse> {
  // From the beginning: a stream that is complete may be closed before anybody asks for its body.
  const body = new ReceivedBody(stream, signal);
  return new Promise((resolve, reject) => {
    const cancel = (): void => stream.close(constants.NGHTTP2_CANCEL);
    signal?.addEventListener('abort', cancel, { once: true });
    stream.once('close', () => {
      signal?.removeEventListener('abort', cancel);
      reject(
        signal?.aborted === true
          ? reasonOf(signal)
          : new Error('the connection was closed before an answer came'),
      );
    });
    stream.once('error', reject);
    stream.once('response', (raw) => {
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(raw)) {
        if (!name.startsWith(':') && value !== undefined) headers[name] = String(value);
      }
      resolve({ status: raw[':status'] ?? 0, headers, body: body.chunks() });
    });
  });
}

/** The received part of an answer that was not read yet. The peer is paused when it becomes too much. */
class ReceivedBody {
  readonly #stream: ClientHttp2Stream;
  readonly #signal: AbortSignal | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #end: 'open' | 'complete' | Error = 'open';
  #wake: (() => void) | undefined;

  constructor(stream: ClientHttp2Stream, signal: AbortSignal | undefined) {
    this.#stream = stream;
    this.#signal = signal;
    stream.on('data', (chunk: Uint8Array) => {
      this.#waiting.push(chunk);
      this.#waitingBytes += chunk.byteLength;
      if (this.#waitingBytes > WINDOW_BYTES) stream.pause();
      this.#wake?.();
    });
    stream.once('end', () => this.#finish(this.#isWhole() ? 'complete' : cutOff()));
    stream.once('error', (error: Error) => this.#finish(error));
    stream.once('close', () => this.#finish(cutOff()));
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const chunks = this.#waiting;
        this.#waiting = [];
        this.#waitingBytes = 0;
        this.#stream.resume();
        yield* chunks;
        if (this.#waiting.length > 0) continue;
        if (this.#end === 'complete') return;
        if (this.#end !== 'open') throw this.#signal?.aborted === true ? reasonOf(this.#signal) : this.#end;
        await new Promise<void>((resolve) => (this.#wake = resolve));
        this.#wake = undefined;
      }
    } finally {
      if (!this.#stream.destroyed) this.#stream.close(constants.NGHTTP2_CANCEL);
    }
  }

  /** A cancelled stream ends like a complete one. */
  #isWhole(): boolean {
    return this.#stream.rstCode === constants.NGHTTP2_NO_ERROR && !this.#stream.aborted;
  }

  #finish(end: 'complete' | Error): void {
    if (this.#end === 'open') this.#end = end;
    this.#wake?.();
  }
}

const cutOff = (): Error => new Error('the connection was closed in the middle of an answer');

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
