/** What ends a watcher: nothing (it was cancelled) or the error that its reader gets. */
type End = { readonly error: Error | undefined };

/**
 * A bounded queue between one producer that never waits and one reader that takes all there is at once. Resolving
 * `next()` is one microtask away from `flush()`, so that writers hardly ever wait for the watch cache.
 */
export class BatchQueue<E, B> implements AsyncIterator<B> {
  #items: E[] = [];
  #waiting: { resolve(result: IteratorResult<B>): void; reject(error: Error): void } | undefined;
  #end: End | undefined;
  readonly #capacity: number;
  readonly #onEnd: () => void;
  readonly #batchOf: (items: readonly E[]) => B;

  /**
   * `batchOf` makes what the reader gets of one or more items. `onEnd` runs once: when the reader stops, when `end` is
   * called, when the queue overflows.
   */
  constructor(capacity: number, batchOf: (items: readonly E[]) => B, onEnd: () => void) {
    this.#capacity = capacity;
    this.#batchOf = batchOf;
    this.#onEnd = onEnd;
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  /** Adds without waking the reader (`flush` does). False where there is no room. */
  push(item: E): boolean {
    if (this.#end !== undefined) return true;
    if (this.#items.length >= this.#capacity) return false;
    this.#items.push(item);
    return true;
  }

  /** Hands what is queued to a reader that waits. */
  flush(): void {
    if (this.#waiting === undefined || this.#items.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting.resolve({ done: false, value: this.#take() });
  }

  /** Ends the queue; what was not read is dropped. */
  end(error?: Error): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#items = [];
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (error === undefined) waiting?.resolve({ done: true, value: undefined });
    else waiting?.reject(error);
    // An error is given once, to a reader that waits or to the next that asks.
    if (waiting !== undefined) this.#end = { error: undefined };
    this.#onEnd();
  }

  next(): Promise<IteratorResult<B>> {
    if (this.#end !== undefined) {
      const { error } = this.#end;
      this.#end = { error: undefined };
      return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
    }
    if (this.#items.length > 0) return Promise.resolve({ done: false, value: this.#take() });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<B>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  #take(): B {
    const items = this.#items;
    this.#items = [];
    return this.#batchOf(items);
  }
}
