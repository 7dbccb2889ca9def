import type { Clock } from '../base/clock.ts';
import { exponentialBackoff, type Backoff } from '../base/backoff.ts';
import { type Disposable, DisposableStore } from '../base/disposable.ts';

export interface WakeupsOptions {
  readonly clock: Clock;
  /** Rejects if the work must be tried again. */
  work(name: string, signal: AbortSignal): Promise<void>;
  failed(name: string, error: unknown): void;
}

const RETRY = { initialMs: 100, maxMs: 30_000 };

/**
 * Works on one name after the other. A name that is woken several times before its turn is worked on once. Failed work
 * is tried again later.
 */
export class Wakeups implements Disposable {
  readonly #options: WakeupsOptions;
  readonly #waiting = new Set<string>();
  readonly #retries = new Map<string, Backoff>();
  readonly #timers = new DisposableStore();
  readonly #ended = new AbortController();
  #working = false;

  constructor(options: WakeupsOptions) {
    this.#options = options;
  }

  wake(name: string): void {
    if (this.#ended.signal.aborted) return;
    this.#waiting.add(name);
    if (!this.#working) void this.#run();
  }

  dispose(): void {
    this.#ended.abort();
    this.#timers.dispose();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    this.#working = true;
    // The caller is in the middle of a change, so the work starts later.
    await Promise.resolve();
    for (const name of this.#waiting) {
      if (signal.aborted) break;
      this.#waiting.delete(name);
      try {
        await this.#options.work(name, signal);
        this.#retries.delete(name);
      } catch (error) {
        this.#tryLater(name, error);
      }
    }
    this.#working = false;
  }

  #tryLater(name: string, error: unknown): void {
    if (this.#ended.signal.aborted) return;
    this.#options.failed(name, error);
    const backoff = this.#retries.get(name) ?? exponentialBackoff(RETRY);
    this.#retries.set(name, backoff.next());
    const timer = this.#timers.add(
      this.#options.clock.timeout(backoff.delayMs, () => {
        this.#timers.release(timer);
        this.wake(name);
      }),
    );
  }
}
