import type { Disposable } from '../base/disposable.ts';
import type { KubeObject } from '../api/meta.ts';

/** A read-only view of an informer's cache. Objects are shared: never change one. */
export interface Lister<T extends KubeObject> {
  get(namespace: string | undefined, name: string): T | undefined;
  /** All, or those of one namespace. */
  list(namespace?: string): readonly T[];
  /** Objects under a key of an index that was added with `addIndex`. */
  byIndex(index: string, key: string): readonly T[];
}

export interface InformerHandler<T extends KubeObject> {
  onAdd?(object: T): void;
  onUpdate?(object: T, old: T): void;
  onDelete?(object: T): void;
  /** The first list is in the cache, or `failure` has changed. */
  onState?(): void;
}

/**
 * A cache of one resource that is kept up to date by list and watch, one watch however many use it. Starts when the
 * factory starts, relists by itself on 410 and reconnects with back-off.
 */
export interface Informer<T extends KubeObject> extends Lister<T> {
  /** Handlers get what is there already as adds. They run synchronously after the cache has changed. */
  addHandler(handler: InformerHandler<T>): Disposable;
  /** Must be called before the informer starts. `keys` gives the index keys of an object. */
  addIndex(name: string, keys: (object: T) => readonly string[]): void;
  /** True once the first list is in the cache and its handlers have run. */
  readonly synced: boolean;
  whenSynced(signal: AbortSignal): Promise<void>;
  /** Why the cache does not keep up at the moment; undefined while it does. It goes on trying. */
  readonly failure?: Error | undefined;
  /** The revision that the cache shows. */
  readonly resourceVersion: string;
}
