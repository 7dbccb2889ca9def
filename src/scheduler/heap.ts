/** A binary heap whose items can be found, replaced and removed by key in O(log n). */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #index = new Map<string, number>();
  readonly #keyOf: (item: T) => string;
  readonly #less: (a: T, b: T) => boolean;

  constructor(keyOf: (item: T) => string, less: (a: T, b: T) => boolean) {
    this.#keyOf = keyOf;
    this.#less = less;
  }

  get size(): number {
    return this.#items.length;
  }

  get(key: string): T | undefined {
    const at = this.#index.get(key);
    return at === undefined ? undefined : this.#items[at];
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  /** Adds the item, or replaces the one with its key. */
  set(item: T): void {
    const key = this.#keyOf(item);
    const at = this.#index.get(key) ?? this.#items.length;
    this.#put(at, item);
    this.#settle(at);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.delete(this.#keyOf(first));
    return first;
  }

  delete(key: string): T | undefined {
    const at = this.#index.get(key);
    if (at === undefined) return undefined;
    const removed = this.#items[at];
    this.#index.delete(key);
    const last = this.#items.pop();
    if (last !== undefined && at < this.#items.length) {
      this.#put(at, last);
      this.#settle(at);
    }
    return removed;
  }

  values(): readonly T[] {
    return this.#items;
  }

  #put(at: number, item: T): void {
    this.#items[at] = item;
    this.#index.set(this.#keyOf(item), at);
  }

  /** Moves the item up, or down, to where it belongs. */
  #settle(start: number): void {
    let at = start;
    while (at > 0 && this.#swapIfLess(at, (at - 1) >> 1)) at = (at - 1) >> 1;
    if (at !== start) return;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const child = this.#isLess(right, left) ? right : left;
      if (!this.#swapIfLess(child, at)) return;
      at = child;
    }
  }

  #isLess(a: number, b: number): boolean {
    const left = this.#items[a];
    const right = this.#items[b];
    return left !== undefined && right !== undefined && this.#less(left, right);
  }

  #swapIfLess(lower: number, upper: number): boolean {
    if (!this.#isLess(lower, upper)) return false;
    const a = this.#items[lower];
    const b = this.#items[upper];
    if (a === undefined || b === undefined) return false;
    this.#put(upper, a);
    this.#put(lower, b);
    return true;
  }
}
