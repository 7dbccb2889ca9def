import type { Clock } from '../../base/clock.ts';

/** Delays as kubelet's `flowcontrol.Backoff`: the first failure costs nothing, the next ones 10 s, 20 s … 5 min. */
export interface RestartBackoff {
  /** Milliseconds still to wait for a key that last failed at `failedAt`, and the whole delay; 0 when it may go on. */
  remaining(key: string, failedAt: number): { readonly waitMs: number; readonly delayMs: number };
  /** The key is tried again now. */
  next(key: string): void;
  forget(prefix: string): void;
}

export interface RestartBackoffOptions {
  readonly clock: Clock;
  readonly initialMs: number;
  readonly maxMs: number;
}

export function createRestartBackoff(options: RestartBackoffOptions): RestartBackoff {
  const { clock, initialMs, maxMs } = options;
  const entries = new Map<string, { readonly delayMs: number; readonly at: number }>();
  /** After twice the longest delay without a retry all is forgotten. */
  const isStale = (entry: { readonly at: number }, now: number): boolean => now - entry.at > 2 * maxMs;

  return {
    remaining(key, failedAt) {
      const entry = entries.get(key);
      if (entry === undefined || isStale(entry, Math.max(failedAt, entry.at)))
        return { waitMs: 0, delayMs: 0 };
      // A failure that lies ahead is of a clock that was set back since.
      const waitMs = Math.min(Math.max(failedAt + entry.delayMs - clock.now(), 0), entry.delayMs);
      return { waitMs, delayMs: entry.delayMs };
    },
    next(key) {
      const now = clock.now();
      const entry = entries.get(key);
      const delayMs =
        entry === undefined || isStale(entry, now) ? initialMs : Math.min(entry.delayMs * 2, maxMs);
      entries.set(key, { delayMs, at: now });
    },
    forget(prefix) {
      for (const key of entries.keys()) if (key.startsWith(prefix)) entries.delete(key);
    },
  };
}
