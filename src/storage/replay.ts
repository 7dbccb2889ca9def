/** The queue of what is, a `BatchQueue`. */
interface Live<B> {
  readonly ended: boolean;
  next(): Promise<IteratorResult<B>>;
  return(): Promise<IteratorResult<B>>;
  end(error: Error): void;
}

/**
 * What was, then what is: pages of the past until there are none, then the live queue, which has been subscribed
 * before the past was looked at. Made by hand, because a generator would put microtasks between a commit and its reader.
 */
export class Replay<B> implements AsyncIterator<B> {
  readonly #live: Live<B>;
  #nextOfPast: (() => B | undefined) | undefined;

  /** `nextOfPast` gives the next page, undefined at the end; what it throws ends the watch. */
  constructor(live: Live<B>, nextOfPast: () => B | undefined) {
    this.#live = live;
    this.#nextOfPast = nextOfPast;
  }

  next(): Promise<IteratorResult<B>> {
    if (this.#nextOfPast !== undefined && !this.#live.ended) {
      try {
        const value = this.#nextOfPast();
        if (value !== undefined) return Promise.resolve({ done: false, value });
        this.#nextOfPast = undefined;
      } catch (error) {
        this.#live.end(error as Error);
      }
    }
    return this.#live.next();
  }

  return(): Promise<IteratorResult<B>> {
    return this.#live.return();
  }
}
