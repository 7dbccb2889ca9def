/** Figures of `pkg/controller/nodelifecycle`: share of nodes lost, and nodes evicted a second. */
const UNHEALTHY_SHARE = 0.55;
const LARGE_CLUSTER = 50;
const NORMAL_INTERVAL_MS = 10_000;
const REDUCED_INTERVAL_MS = 100_000;

/**
 * How fast nodes may be emptied. Where every node seems lost, it is the control plane that is cut off: nothing is
 * evicted. Where most are lost, evictions are slowed down in large clusters and stopped in small ones.
 * @returns milliseconds between two nodes; undefined for none
 */
export function evictionInterval(lost: number, all: number): number | undefined {
  if (lost >= all) return undefined;
  if (lost > 2 && lost / all >= UNHEALTHY_SHARE) return all > LARGE_CLUSTER ? REDUCED_INTERVAL_MS : undefined;
  return NORMAL_INTERVAL_MS;
}

/** Lets one node at a time through, the first at once. */
export class EvictionPace {
  #next = 0;

  /** 0: now, and the place is taken; else milliseconds to wait. */
  reserve(now: number, intervalMs: number): number {
    if (now < this.#next) return this.#next - now;
    this.#next = now + intervalMs;
    return 0;
  }
}
