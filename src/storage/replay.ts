import type { BatchQueue } from './batchQueue.ts';

/**
 * What was, then what is: pages of the past until there are none, then the live queue, which has been subscribed
 * before the past was looked at. Made by hand, because a generator would put microtasks between a commit and its reader.
 */
export class Replay<E> implements AsyncIterator<readonly E[]> {
  readonly #live: BatchQueue<E>;
  #nextOfPast: (() => readonly E[] | undefined) | undefined;

  /** `nextOfPast` gives the next page, undefined at the end; what it throws ends the watch. */
  constructor(live: BatchQueue<E>, nextOfPast: () => readonly E[] | undefined) {
    this.#live = live;
    this.#nextOfPast = nextOfPast;
  }

  next(): Promise<IteratorResult<readonly E[]>> {
    if (this.#nextOfPast !== undefined && !this.#live.ended) {
      try {
        const value = this.#nextOfPast();
        if (value !== undefined && value.length > 0) return Promise.resolve({ done: false, value });
        this.#nextOfPast = undefined;
      } catch (error) {
        this.#live.end(error as Error);
      }
    }
    return this.#live.next();
  }

  return(): Promise<IteratorResult<readonly E[]>> {
    return this.#live.return();
  }
}
