/** How long to wait before the nth retry. An immutable value: `next()` gives the following state. */
export interface Backoff {
  /** Milliseconds to wait now. */
  readonly delayMs: number;
  next(): Backoff;
}

export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
  /** Default 2. */
  readonly factor?: number;
  /** Fraction of the delay that is added at random, 0 to 1. Default 0. */
  readonly jitter?: number;
  /** A number in [0, 1). Default 0 (no jitter). */
  readonly random?: () => number;
}

export function exponentialBackoff(options: BackoffOptions): Backoff {
  const { initialMs, maxMs, factor = 2, jitter = 0, random = () => 0 } = options;
  const at = (base: number): Backoff => ({
    delayMs: Math.min(base * (1 + jitter * random()), maxMs),
    next: () => at(Math.min(base * factor, maxMs)),
  });
  return at(Math.min(initialMs, maxMs));
}
