import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Cache } from '../storage/cache.ts';
import type { Storage } from '../storage/contract.ts';
import { runCompactor } from './compactor.ts';
import { EventExpiry } from './eventExpiry.ts';

export interface UpkeepOptions {
  readonly storage: Storage;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long the past can be read; see the compactor. */
  readonly keepMs?: number;
}

/** What the server does by itself: old revisions and old events go. Runs until the signal aborts. */
export async function runUpkeep(options: UpkeepOptions, signal: AbortSignal): Promise<void> {
  const expiry = new EventExpiry(options);
  try {
    await runCompactor(options, signal);
  } finally {
    expiry.dispose();
  }
}
