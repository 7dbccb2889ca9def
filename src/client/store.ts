import { keyOf, type KubeObject } from '../api/meta.ts';
import type { Lister } from './informer.ts';

/** Some objects by key, with the array of them made once between changes. */
class Bucket<T extends KubeObject> {
  readonly objects = new Map<string, T>();
  #array: readonly T[] | undefined;

  set(key: string, object: T): void {
    this.objects.set(key, object);
    this.#array = undefined;
  }

  delete(key: string): void {
    if (this.objects.delete(key)) this.#array = undefined;
  }

  all(): readonly T[] {
    return (this.#array ??= [...this.objects.values()]);
  }
}

interface Index<T extends KubeObject> {
  readonly keys: (object: T) => readonly string[];
  readonly buckets: Map<string, Bucket<T>>;
}

const NAMESPACE = '\0namespace';

/**
 * The objects of one resource by key, with indexes that are changed object by object (client-go
 * `tools/cache/thread_safe_store.go`). Objects are held, never copied.
 */
export class Store<T extends KubeObject> implements Lister<T> {
  readonly #all = new Bucket<T>();
  readonly #indexes = new Map<string, Index<T>>();

  constructor() {
    this.addIndex(NAMESPACE, (object) =>
      object.metadata.namespace === undefined ? [] : [object.metadata.namespace],
    );
  }

  addIndex(name: string, keys: (object: T) => readonly string[]): void {
    if (this.#all.objects.size > 0) throw new Error(`index ${name} must be added before the informer starts`);
    this.#indexes.set(name, { keys, buckets: new Map() });
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#all.objects.get(keyOf({ namespace, name }));
  }

  list(namespace?: string): readonly T[] {
    return namespace === undefined || namespace === '' ? this.#all.all() : this.byIndex(NAMESPACE, namespace);
  }

  byIndex(index: string, key: string): readonly T[] {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new Error(`there is no index ${index}`);
    return found.buckets.get(key)?.all() ?? [];
  }

  keys(): IterableIterator<string> {
    return this.#all.objects.keys();
  }

  byKey(key: string): T | undefined {
    return this.#all.objects.get(key);
  }

  /** Takes the object in; returns the one that it replaces. */
  put(key: string, object: T): T | undefined {
    const old = this.#all.objects.get(key);
    this.#all.set(key, object);
    for (const index of this.#indexes.values()) {
      const keys = index.keys(object);
      if (old !== undefined) {
        for (const gone of index.keys(old)) if (!keys.includes(gone)) removeFrom(index, gone, key);
      }
      for (const each of keys) addTo(index, each, key, object);
    }
    return old;
  }

  /** Drops the object; returns it. */
  remove(key: string): T | undefined {
    const old = this.#all.objects.get(key);
    if (old === undefined) return undefined;
    this.#all.delete(key);
    for (const index of this.#indexes.values()) {
      for (const each of index.keys(old)) removeFrom(index, each, key);
    }
    return old;
  }
}

function addTo<T extends KubeObject>(index: Index<T>, indexKey: string, key: string, object: T): void {
  let bucket = index.buckets.get(indexKey);
  if (bucket === undefined) {
    bucket = new Bucket<T>();
    index.buckets.set(indexKey, bucket);
  }
  bucket.set(key, object);
}

function removeFrom<T extends KubeObject>(index: Index<T>, indexKey: string, key: string): void {
  const bucket = index.buckets.get(indexKey);
  if (bucket === undefined) return;
  bucket.delete(key);
  if (bucket.objects.size === 0) index.buckets.delete(indexKey);
}
