import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Storage } from '../storage/contract.ts';

export interface CompactorOptions {
  readonly storage: Pick<Storage, 'compact' | 'currentRevision'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long the past can be read at least; at most twice as long. Default five minutes, as upstream. */
  readonly keepMs?: number;
}

const KEEP_MS = 5 * 60_000;

/**
 * Lets the store forget what is older than it has to keep: each round compacts to the revision of the round before
 * (apiserver `pkg/storage/etcd3/compact.go`). Time is what this waits for, so there is no event to wait for instead; a
 * round without writes does nothing. Runs until the signal aborts.
 */
export async function runCompactor(options: CompactorOptions, signal: AbortSignal): Promise<void> {
  const { storage, clock, logger, keepMs = KEEP_MS } = options;
  let before = storage.currentRevision();
  let compacted = 0;
  while (await elapsed(clock, keepMs, signal)) {
    if (before > compacted) {
      try {
        await storage.compact(before);
        compacted = before;
      } catch (error) {
        logger.warn('compaction failed', { revision: before, error });
      }
    }
    before = storage.currentRevision();
  }
}

/** True after the time, false where the signal came first. */
async function elapsed(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
