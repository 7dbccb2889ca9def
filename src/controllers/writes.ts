import type { KubeObject } from '../api/meta.ts';
import type { Lister } from '../client/informer.ts';

/**
 * What a controller has written and its cache may not show yet, per key. In place of upstream's expectations: nothing
 * is counted and nothing times out, the cache is asked. A creation has been seen once the cache has come to its
 * revision (resource versions are ordered, KEP-5504); a deletion once the cache shows it.
 */
export class PendingWrites<T extends KubeObject> {
  readonly #cache: Lister<T> & { readonly resourceVersion: string };
  readonly #created = new Map<string, bigint>();
  readonly #deleted = new Map<string, T[]>();

  constructor(cache: Lister<T> & { readonly resourceVersion: string }) {
    this.#cache = cache;
  }

  created(key: string, object: T): void {
    const revision = BigInt(object.metadata.resourceVersion);
    const known = this.#created.get(key);
    if (known === undefined || known < revision) this.#created.set(key, revision);
  }

  deleted(key: string, object: T): void {
    const pending = this.#deleted.get(key);
    if (pending === undefined) this.#deleted.set(key, [object]);
    else pending.push(object);
  }

  /** True once the cache shows every write of the key. */
  seen(key: string): boolean {
    const revision = this.#created.get(key);
    if (revision !== undefined) {
      if (BigInt(this.#cache.resourceVersion) < revision) return false;
      this.#created.delete(key);
    }
    const deleted = this.#deleted.get(key)?.filter((object) => this.#isThere(object)) ?? [];
    if (deleted.length > 0) {
      this.#deleted.set(key, deleted);
      return false;
    }
    this.#deleted.delete(key);
    return true;
  }

  forget(key: string): void {
    this.#created.delete(key);
    this.#deleted.delete(key);
  }

  #isThere(object: T): boolean {
    const current = this.#cache.get(object.metadata.namespace, object.metadata.name);
    return (
      current !== undefined &&
      current.metadata.uid === object.metadata.uid &&
      current.metadata.deletionTimestamp === undefined
    );
  }
}
