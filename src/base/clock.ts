import { type Disposable, toDisposable } from './disposable.ts';

/** Time as a parameter, so that tests can hold it. Milliseconds everywhere. */
export interface Clock {
  /** Milliseconds since the epoch. Jumps where somebody sets the machine's time: never for how long something took. */
  now(): number;
  /** Milliseconds since some moment; only ever goes on evenly. */
  monotonic(): number;
  /** Runs `callback` once after `ms`; the disposable cancels it. */
  timeout(ms: number, callback: () => void): Disposable;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The longest delay that a JavaScript timer takes. */
const MAX_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timeout(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), MAX_TIMER_MS));
    return toDisposable(() => clearTimeout(timer));
  },
  sleep(ms, signal) {
    return sleepOn(systemClock, ms, signal);
  },
};

/** A clock that stands still until it is told to move: for tests. */
export class FakeClock implements Clock {
  #now: number;
  /** What `jump` has added to `now` alone. */
  #jumped = 0;
  readonly #pending = new Set<{ at: number; callback: () => void }>();

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  /** In whole milliseconds, as a real one. */
  now(): number {
    return Math.floor(this.#now) + this.#jumped;
  }

  monotonic(): number {
    return this.#now;
  }

  /** Sets the time of day as an operator does: timers do not notice. */
  jump(ms: number): void {
    this.#jumped += ms;
  }

  timeout(ms: number, callback: () => void): Disposable {
    const entry = { at: this.#now + Math.max(ms, 0), callback };
    this.#pending.add(entry);
    return toDisposable(() => this.#pending.delete(entry));
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Moves time on and runs what is due in order; lets promises settle between the timers. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms;
    for (;;) {
      const due = [...this.#pending].filter((e) => e.at <= target).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#pending.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = target;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function sleepOn(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = (): void => {
      timer.dispose();
      reject(abortReason(signal));
    };
    const timer = clock.timeout(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
