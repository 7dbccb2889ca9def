import type { Clock } from '../../base/clock.ts';

/** For directories, volumes and the sandbox: no container has this name. */
export const POD = '';

/** A failed action is not tried again before its time, by the monotonic clock. Passes come for all kinds of reasons. */
export class Holds {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #entries = new Map<string, { readonly until: number; readonly isCrash: boolean }>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Holds a container, or POD. A crash waits its full time, even if something else changes on the node. */
  hold(name: string, ms: number, why: 'failure' | 'crash' = 'failure'): void {
    this.#entries.set(name, { until: this.#clock.monotonic() + ms, isCrash: why === 'crash' });
  }

  /** Milliseconds that are left, 0 for what may be tried. */
  left(name: string): number {
    return Math.max((this.#entries.get(name)?.until ?? 0) - this.#clock.monotonic(), 0);
  }

  /** The awaited object may exist now. */
  release(): void {
    for (const [name, { isCrash }] of this.#entries) if (!isCrash) this.#entries.delete(name);
  }

  /** The pod is another now. */
  clear(): void {
    this.#entries.clear();
  }
}
