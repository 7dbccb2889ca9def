import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** First delay of `retry`; doubles with every failure of the same key. Default 5 ms. */
  readonly baseDelayMs?: number;
  /** Default 1000 s. */
  readonly maxDelayMs?: number;
}

/**
 * A queue of keys with the promises of client-go `util/workqueue`: keys come out in the order they were first added;
 * a key that waits is there once however often it is added; a key is never with two workers at the same time (added
 * meanwhile, it comes again when the first is done); shutting down lets waiting keys be worked off.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #baseDelayMs: number;
  readonly #maxDelayMs: number;
  /** Waiting keys in order, from `#head` on. A key that is being worked on waits in `#again` instead. */
  #order: string[] = [];
  #head = 0;
  readonly #waiting = new Set<string>();
  readonly #processing = new Set<string>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { readonly at: number; readonly timer: Disposable }>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #shuttingDown = false;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#baseDelayMs = options.baseDelayMs ?? 5;
    this.#maxDelayMs = options.maxDelayMs ?? 1_000_000;
  }

  /** Keys that wait to be taken. */
  get length(): number {
    return this.#waiting.size;
  }

  get shuttingDown(): boolean {
    return this.#shuttingDown;
  }

  add(key: string): void {
    if (this.#shuttingDown) return;
    if (this.#processing.has(key)) {
      this.#again.add(key);
      return;
    }
    if (!this.#waiting.has(key)) this.#give(key);
  }

  /** Adds the key once the time has come; of several such wishes the earliest counts. */
  addAfter(key: string, ms: number): void {
    if (this.#shuttingDown) return;
    if (ms <= 0) {
      this.add(key);
      return;
    }
    const at = this.#clock.now() + ms;
    const planned = this.#delayed.get(key);
    if (planned !== undefined) {
      if (planned.at <= at) return;
      planned.timer.dispose();
    }
    const timer = this.#clock.timeout(ms, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { at, timer });
  }

  /** Adds the key after a delay that grows with every failure since the last `forget`. */
  retry(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.addAfter(key, Math.min(this.#baseDelayMs * 2 ** failures, this.#maxDelayMs));
  }

  retries(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The key was worked off well: its next failure starts with the first delay. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key; undefined once the queue is shut down and empty. The taker of a key calls `done` with it. */
  take(): Promise<string | undefined> {
    const key = this.#order[this.#head];
    if (key !== undefined) {
      this.#head += 1;
      // The worked-off front goes once it is the greater part: constant time per key on average.
      if (this.#head * 2 > this.#order.length) {
        this.#order = this.#order.slice(this.#head);
        this.#head = 0;
      }
      this.#waiting.delete(key);
      this.#processing.add(key);
      return Promise.resolve(key);
    }
    if (this.#shuttingDown) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  done(key: string): void {
    this.#processing.delete(key);
    // Added while it was worked on: it must come again, also during shutdown.
    if (this.#again.delete(key)) this.#give(key);
  }

  /** Takes no more keys and drops delayed ones; what waits is still given out. */
  shutDown(): void {
    this.#shuttingDown = true;
    for (const { timer } of this.#delayed.values()) timer.dispose();
    this.#delayed.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  /** To a worker that waits for one, else to the end of the line. */
  #give(key: string): void {
    const taker = this.#takers.shift();
    if (taker === undefined) {
      this.#waiting.add(key);
      this.#order.push(key);
    } else {
      this.#processing.add(key);
      taker(key);
    }
  }
}

/**
 * Works a queue off with `workers` at a time until it is shut down and empty, or the signal aborts (which shuts it
 * down; what is under way is waited for). A failure is told to `onError` and the key is retried with back-off.
 */
export async function workOff(
  queue: WorkQueue,
  workers: number,
  work: (key: string) => Promise<{ readonly requeueAfterMs?: number } | undefined>,
  onError: (key: string, error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const stop = (): void => queue.shutDown();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const worker = async (): Promise<void> => {
    for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
      if (signal.aborted) return;
      try {
        const result = await work(key);
        queue.forget(key);
        if (result?.requeueAfterMs !== undefined) queue.addAfter(key, result.requeueAfterMs);
      } catch (error) {
        onError(key, error);
        queue.retry(key);
      } finally {
        queue.done(key);
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  signal.removeEventListener('abort', stop);
}
