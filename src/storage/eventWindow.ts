import type { CacheEvent } from './cache.ts';

/** The last events of the whole store in order of revision, for watches that start a little in the past. */
export class EventWindow {
  readonly #capacity: number;
  readonly #events: CacheEvent[] = [];
  /** Index of the oldest event, once the array is full and written round. */
  #oldest = 0;
  #from: number;

  /** `from`: the window has everything after this revision. */
  constructor(capacity: number, from: number) {
    this.#capacity = capacity;
    this.#from = from;
  }

  /** Every event after this revision is in the window. */
  get from(): number {
    return this.#from;
  }

  push(event: CacheEvent): void {
    if (this.#events.length < this.#capacity) {
      this.#events.push(event);
      return;
    }
    this.#from = this.#at(0).entry.revision;
    this.#events[this.#oldest] = event;
    this.#oldest = (this.#oldest + 1) % this.#capacity;
  }

  /** Events after a revision whose keys start with the prefix. `after` must not be less than `from`. */
  after(revision: number, prefix: string): CacheEvent[] {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#at(middle).entry.revision <= revision) low = middle + 1;
      else high = middle;
    }
    const found: CacheEvent[] = [];
    for (let i = low; i < this.#events.length; i++) {
      const event = this.#at(i);
      if (event.entry.key.startsWith(prefix)) found.push(event);
    }
    return found;
  }

  #at(index: number): CacheEvent {
    return this.#events[(this.#oldest + index) % this.#events.length] as CacheEvent;
  }
}
