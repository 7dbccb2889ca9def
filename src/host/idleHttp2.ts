import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';

/** What a client may do with the GOAWAY before its connection is cut. */
const PARTING_MS = 5_000;

/**
 * Ends HTTP/2 connections on which no request is under way and nothing was heard for a while: unlike those of HTTP/1.1,
 * Node keeps them for ever.
 */
export class IdleHttp2 {
  readonly #idleMs: number;
  readonly #sessions = new WeakMap<ServerHttp2Session, Usage>();

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  session(session: ServerHttp2Session): void {
    const usage = new Usage();
    this.#sessions.set(session, usage);
    session.setTimeout(this.#idleMs, () => {
      if (usage.streams > 0 || session.closed) return;
      session.close();
      const cut = setTimeout(() => session.destroy(), PARTING_MS);
      session.once('close', () => clearTimeout(cut));
    });
  }

  stream(stream: ServerHttp2Stream): void {
    const usage =
      stream.session === undefined ? undefined : this.#sessions.get(stream.session as ServerHttp2Session);
    usage?.begin(stream);
  }
}

class Usage {
  streams = 0;
  /** One function for all streams of a connection: there is a stream for every request. */
  readonly #ended = (): void => void (this.streams -= 1);

  begin(stream: ServerHttp2Stream): void {
    this.streams += 1;
    stream.once('close', this.#ended);
  }
}
