import type { Clock } from '../../../base/clock.ts';

/** Waits that look again when something that they are about changes, and never for the time that has passed. */
export class Waits {
  readonly #clock: Clock;
  readonly #looks = new Map<string, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(key: string): void {
    const looks = this.#looks.get(key);
    if (looks !== undefined) for (const look of [...looks]) look();
  }

  /** Resolves once `isDone`; rejects with what it throws, when the time is over, or when the signal aborts. */
  async until(
    keys: readonly string[],
    isDone: () => boolean,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    if (isDone()) return;
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        timer.dispose();
        signal.removeEventListener('abort', onAbort);
        for (const key of keys) this.#remove(key, look);
        settle();
      };
      const fail = (error: unknown): void =>
        end(() => reject(error instanceof Error ? error : new Error(String(error))));
      const onAbort = (): void => fail(signal.reason);
      const look = (): void => {
        try {
          if (isDone()) end(resolve);
        } catch (error) {
          fail(error);
        }
      };
      const timer = this.#clock.timeout(timeoutMs, () => fail(new Error('context deadline exceeded')));
      signal.addEventListener('abort', onAbort, { once: true });
      for (const key of keys) this.#add(key, look);
      if (signal.aborted) onAbort();
    });
  }

  #add(key: string, look: () => void): void {
    const looks = this.#looks.get(key);
    if (looks === undefined) this.#looks.set(key, new Set([look]));
    else looks.add(look);
  }

  #remove(key: string, look: () => void): void {
    const looks = this.#looks.get(key);
    looks?.delete(look);
    if (looks?.size === 0) this.#looks.delete(key);
  }
}
