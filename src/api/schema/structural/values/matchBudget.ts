import type { Pattern } from '../pattern.ts';

/**
 * The steps that the patterns of one object may take: some 0.3 s at the 30 to 40 million steps a second that were
 * measured. Upstream needs no such bound, since its matching holds up one goroutine, not the server.
 */
const STEPS = 10_000_000;

/** What is left of the steps that the validation of one object may spend on matching. */
export class MatchBudget {
  #left = STEPS;

  /** Takes what matching a text costs at most; false, and takes nothing, where less is left. */
  take(pattern: Pattern, text: string): boolean {
    const steps = pattern.steps(text.length);
    if (steps > this.#left) return false;
    this.#left -= steps;
    return true;
  }
}
