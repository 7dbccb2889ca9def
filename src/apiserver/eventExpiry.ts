import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import type { Cache } from '../storage/cache.ts';
import type { Storage } from '../storage/contract.ts';

export interface EventExpiryOptions {
  readonly cache: Pick<Cache, 'get' | 'list' | 'onChange'>;
  readonly storage: Pick<Storage, 'delete'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default one hour, as upstream's `--event-ttl`. */
  readonly ttlMs?: number;
}

const TTL_MS = 60 * 60_000;
const PREFIX = 'core/events/';
/** Deleted in one go, so that they share commits. */
const AT_ONCE = 100;
const CAUSE = { actor: 'system:apiserver event-ttl' };

interface Expiry {
  readonly key: string;
  readonly revision: number;
  readonly at: number;
}

/**
 * Events go an hour after their last write. Writes come in order of time, so that the next to go is always the first of
 * a queue, and one timer is enough. What is left from before a start is counted from the start.
 */
export class EventExpiry implements Disposable {
  readonly #options: EventExpiryOptions;
  readonly #ttlMs: number;
  readonly #subscription: Disposable;
  #queue: Expiry[] = [];
  #timer: Disposable | undefined;
  #disposed = false;

  constructor(options: EventExpiryOptions) {
    this.#options = options;
    this.#ttlMs = options.ttlMs ?? TTL_MS;
    for (const { key, revision } of options.cache.list(PREFIX)) this.#add(key, revision);
    this.#subscription = options.cache.onChange(PREFIX, ({ type, entry }) => {
      if (type === 'put') this.#add(entry.key, entry.revision);
    });
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscription.dispose();
    this.#timer?.dispose();
  }

  #add(key: string, revision: number): void {
    this.#queue.push({ key, revision, at: this.#options.clock.now() + this.#ttlMs });
    this.#arm();
  }

  #arm(): void {
    const [next] = this.#queue;
    if (this.#disposed || this.#timer !== undefined || next === undefined) return;
    const { clock } = this.#options;
    this.#timer = clock.timeout(next.at - clock.now(), () => void this.#expire());
  }

  async #expire(): Promise<void> {
    const { cache, storage, clock, logger } = this.#options;
    const now = clock.now();
    const due = this.#queue.findIndex(({ at }) => at > now);
    const count = Math.min(due < 0 ? this.#queue.length : due, AT_ONCE);
    const expired = this.#queue.splice(0, count);
    try {
      await Promise.all(
        expired
          // An event that was written again has a later entry of its own.
          .filter(({ key, revision }) => cache.get(key)?.revision === revision)
          .map(({ key, revision }) => storage.delete(key, revision, CAUSE)),
      );
    } catch (error) {
      if (!this.#disposed) logger.warn('expired events could not be deleted', { count, error });
    }
    this.#timer = undefined;
    this.#arm();
  }
}
