import { untilAborted } from '../../base/abort.ts';
import { createDeferred, type Deferred } from '../../base/deferred.ts';
import type { Clock } from '../../base/clock.ts';
import { type Disposable, toDisposable } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import type { Client } from '../../client/contract.ts';
import { reflect } from '../../client/reflector.ts';

/**
 * Objects that pods of this node refer to (ConfigMaps, Secrets), each watched by itself while someone needs it, as
 * kubelet's watch-based manager: the node may read no more than these.
 */
export interface ObjectStore {
  /** The object as it is, undefined where there is none. Reads it first if nobody watches it yet. */
  get<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<T | undefined>;
  /** Keeps it watched; `onChange` runs at every change after the first read. */
  watch<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
    onChange: () => void,
  ): Disposable;
  stop(): Promise<void>;
}

export interface ObjectStoreOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random?: () => number;
  /** The longest delay between attempts to reach the server. */
  readonly maxRetryMs?: number;
}

interface Entry {
  object: KubeObject | undefined;
  readonly synced: Deferred<undefined>;
  isSynced: boolean;
  readonly listeners: Set<() => void>;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  const entries = new Map<string, Entry>();
  const ending = new Set<Promise<void>>();

  const open = (key: string, resource: Resource, namespace: string, name: string): Entry => {
    const synced = createDeferred<undefined>();
    const abort = new AbortController();
    const change = (object: KubeObject | undefined): void => {
      entry.object = object;
      if (!entry.isSynced) {
        entry.isSynced = true;
        synced.resolve(undefined);
        return;
      }
      for (const listener of [...entry.listeners]) listener();
    };
    const done = reflect<KubeObject>(
      {
        replace: ([object]) => change(object),
        apply: (event) => {
          if (event.type !== 'BOOKMARK') change(event.type === 'DELETED' ? undefined : event.object);
        },
      },
      { ...options, resource, namespace, fieldSelector: `metadata.name=${name}` },
      abort.signal,
    );
    const entry: Entry = { object: undefined, synced, isSynced: false, listeners: new Set(), abort, done };
    entries.set(key, entry);
    return entry;
  };

  return {
    async get<T extends KubeObject>(
      resource: Resource<T>,
      namespace: string,
      name: string,
      signal: AbortSignal,
    ) {
      const entry = entries.get(keyOf(resource, namespace, name));
      if (entry === undefined) {
        const list = await options.client.list(resource, {
          namespace,
          fieldSelector: `metadata.name=${name}`,
          signal,
        });
        return list.items[0];
      }
      await untilAborted(entry.synced.promise, signal);
      return entry.object as T | undefined;
    },
    watch(resource, namespace, name, onChange) {
      const key = keyOf(resource, namespace, name);
      const entry = entries.get(key) ?? open(key, resource, namespace, name);
      const listener = (): void => onChange();
      entry.listeners.add(listener);
      return toDisposable(() => {
        entry.listeners.delete(listener);
        if (entry.listeners.size > 0) return;
        entries.delete(key);
        entry.abort.abort();
        const end = entry.done.finally(() => ending.delete(end));
        ending.add(end);
      });
    },
    async stop() {
      for (const entry of entries.values()) entry.abort.abort();
      await Promise.all([...[...entries.values()].map(({ done }) => done), ...ending]);
      entries.clear();
    },
  };
}

const keyOf = (resource: Resource, namespace: string, name: string): string =>
  `${resource.group}/${resource.plural}/${namespace}/${name}`;
