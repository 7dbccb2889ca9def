import { compareKeys } from './keys.ts';

/** Most entries of a chunk; twice the square root of some 60,000 objects, where insertion is still below 1 µs. */
const CHUNK = 512;

interface Chunk<V> {
  readonly keys: string[];
  readonly values: V[];
}

/** A map in order of key: look-up by hash, insertion and removal by moving at most a chunk, ranges by copying. */
export class SortedMap<V> {
  readonly #byKey = new Map<string, V>();
  #chunks: Chunk<V>[] = [];

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): V | undefined {
    return this.#byKey.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#byKey.keys();
  }

  set(key: string, value: V): void {
    const replaces = this.#byKey.has(key);
    this.#byKey.set(key, value);
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push({ keys: [key], values: [value] });
      return;
    }
    const index = lowerBound(chunk.keys, key);
    if (replaces) {
      chunk.values[index] = value;
      return;
    }
    chunk.keys.splice(index, 0, key);
    chunk.values.splice(index, 0, value);
    if (chunk.keys.length > CHUNK) this.#split(at, chunk);
  }

  delete(key: string): boolean {
    if (!this.#byKey.delete(key)) return false;
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return false;
    const index = lowerBound(chunk.keys, key);
    chunk.keys.splice(index, 1);
    chunk.values.splice(index, 1);
    if (chunk.keys.length === 0) this.#chunks.splice(at, 1);
    return true;
  }

  clear(): void {
    this.#byKey.clear();
    this.#chunks = [];
  }

  /** The values whose keys start with the prefix, in order. A new array. */
  withPrefix(prefix: string): V[] {
    const found: V[] = [];
    for (let at = this.#chunkOf(prefix); at < this.#chunks.length; at++) {
      const { keys, values } = this.#chunks[at] as Chunk<V>;
      const first = lowerBound(keys, prefix);
      const whole = first === 0 && (keys.at(-1) as string).startsWith(prefix);
      const end = whole ? keys.length : endOfPrefix(keys, prefix, first);
      for (let i = first; i < end; i++) found.push(values[i] as V);
      if (end < keys.length) break;
    }
    return found;
  }

  /** The chunk that holds the key or where it belongs: the last whose first key is not greater. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (((this.#chunks[middle] as Chunk<V>).keys[0] as string) <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(low - 1, 0);
  }

  #split(at: number, chunk: Chunk<V>): void {
    const half = chunk.keys.length >>> 1;
    this.#chunks.splice(at + 1, 0, { keys: chunk.keys.splice(half), values: chunk.values.splice(half) });
  }
}

/** Index of the first key that is not less. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keys[middle] as string, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index after the last key with the prefix; those with it are together and start at `from`. */
function endOfPrefix(keys: readonly string[], prefix: string, from: number): number {
  let low = from;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string).startsWith(prefix)) low = middle + 1;
    else high = middle;
  }
  return low;
}
