import type { Logger } from './logger.ts';

/** What was started, in named groups: stopped in the reverse order, each awaited before the next. */
export class Groups {
  readonly #started: { readonly name: string; readonly stop: () => Promise<void> | void }[] = [];
  readonly #logger: Logger;
  #stopping: Promise<void> | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Notes how to stop what has just been started. */
  started(name: string, stop: () => Promise<void> | void): void {
    this.#started.push({ name, stop });
  }

  /** A loop that runs until its signal aborts; stopping it aborts and waits. A loop that fails is told to `onError`. */
  run(name: string, loop: (signal: AbortSignal) => Promise<void>, onError: (error: unknown) => void): void {
    const abort = new AbortController();
    const running = loop(abort.signal).catch((error: unknown) => {
      if (!abort.signal.aborted) onError(error);
    });
    this.started(name, () => {
      abort.abort();
      return running;
    });
  }

  /** Stops everything, last first. A group that cannot be stopped does not keep the others running. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    for (const { name, stop } of this.#started.reverse()) {
      try {
        await stop();
      } catch (error) {
        this.#logger.error('a part did not stop cleanly', { part: name, error });
      }
    }
  }
}
