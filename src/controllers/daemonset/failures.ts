import { type Backoff, exponentialBackoff } from '../../base/backoff.ts';

const LIMITS = { initialMs: 1000, maxMs: 15 * 60_000 };
/** A place that has been quiet for so long begins with the first wait again. */
const FORGET_MS = 2 * LIMITS.maxMs;

interface Failure {
  readonly backoff: Backoff;
  readonly last: number;
}

/** Pods that fail at once are not replaced at once: the wait grows per node (`pkg/controller/daemon` failedPodsBackoff). */
export class Failures {
  readonly #byKey = new Map<string, Map<string, Failure>>();

  /** Milliseconds still to wait at `now`; 0 counts a replacement. */
  wait(key: string, place: string, now: number): number {
    const known = this.#byKey.get(key) ?? new Map<string, Failure>();
    this.#byKey.set(key, known);
    // Nodes and templates go: what nobody asks about any more is let go too.
    for (const [name, { last }] of known) if (now - last > FORGET_MS) known.delete(name);
    const failure = known.get(place);
    const left = failure === undefined ? 0 : failure.last + failure.backoff.delayMs - now;
    if (left > 0) return left;
    known.set(place, { backoff: failure?.backoff.next() ?? exponentialBackoff(LIMITS), last: now });
    return 0;
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}
