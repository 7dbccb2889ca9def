import { type Backoff, exponentialBackoff } from '../../../base/backoff.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Disposable } from '../../../base/disposable.ts';

/**
 * Containers and sandboxes of which nothing runs any more and that CRI does not let go of yet. They are nobody's
 * business but this list's, which asks for their removal until it is done.
 */
export interface Leftovers extends Disposable {
  /** `remove` resolves with undefined once it is gone. */
  add(id: string, remove: () => Promise<unknown>): void;
  has(id: string): boolean;
}

/** CRI comes to terms with a failed end at intervals of its own, which grow to five minutes. */
const RETRY: Backoff = exponentialBackoff({ initialMs: 5_000, maxMs: 300_000 });

export function createLeftovers({ clock }: { readonly clock: Clock }): Leftovers {
  const timers = new Map<string, Disposable>();

  const schedule = (id: string, remove: () => Promise<unknown>, backoff: Backoff): void => {
    const again = async (): Promise<void> => {
      const failure = await remove().catch((error: unknown) => error);
      if (!timers.has(id)) return;
      if (failure === undefined) timers.delete(id);
      else schedule(id, remove, backoff.next());
    };
    timers.set(
      id,
      clock.timeout(backoff.delayMs, () => void again()),
    );
  };

  return {
    add(id, remove) {
      if (!timers.has(id)) schedule(id, remove, RETRY);
    },
    has: (id) => timers.has(id),
    dispose() {
      for (const timer of timers.values()) timer.dispose();
      timers.clear();
    },
  };
}
