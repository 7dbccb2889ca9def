import type { KubeObject } from '../../api/meta.ts';
import type { Entry, WatchEvent, WatchEventType } from '../../api/request.ts';
import type { CacheEvent } from '../../storage/cache.ts';
import { shown } from './conversion.ts';
import type { Selection } from './selection.ts';
import type { Served } from '../resources/served.ts';

/**
 * What one watcher sees of a change: with a selector, an object that comes into view is ADDED and one that leaves it
 * is DELETED in its last visible state with the change's revision. The events are shared among watchers.
 */
export function eventFor(served: Served, selection: Selection, change: CacheEvent): WatchEvent | undefined {
  const { entry, previous } = change;
  if (change.type === 'delete') {
    return selection.everything || selection.matches((previous ?? entry).object)
      ? sharedEvent(served, change, 'DELETED', entry)
      : undefined;
  }
  if (previous === undefined) {
    return selection.everything || selection.matches(entry.object)
      ? sharedEvent(served, change, 'ADDED', entry)
      : undefined;
  }
  if (selection.everything) return sharedEvent(served, change, 'MODIFIED', entry);
  const now = selection.matches(entry.object);
  const before = selection.matches(previous.object);
  if (now) return sharedEvent(served, change, before ? 'MODIFIED' : 'ADDED', entry);
  return before ? sharedEvent(served, change, 'DELETED', lastSeen(previous, entry.revision)) : undefined;
}

/** An object that was there when the watch began. Not kept for others: it would hold a second copy of all objects. */
export function initialEvent(served: Served, entry: Entry): WatchEvent {
  return new EntryEvent('ADDED', shown(served, entry));
}

/** Says how far the watch has come, in an object that has nothing else. */
export function bookmark(
  served: Served,
  revision: number,
  options: { initialEventsEnd?: boolean } = {},
): WatchEvent {
  const object = {
    kind: served.resource.kind,
    apiVersion: served.apiVersion,
    metadata: {
      resourceVersion: String(revision),
      creationTimestamp: null,
      ...(options.initialEventsEnd === true ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
    },
  };
  return { type: 'BOOKMARK', object: object as unknown as KubeObject };
}

type Forms = Partial<Record<WatchEventType, WatchEvent>>;

const changeEvents = new WeakMap<Served, WeakMap<CacheEvent, Forms>>();

function sharedEvent(served: Served, change: CacheEvent, type: WatchEventType, entry: Entry): WatchEvent {
  let byChange = changeEvents.get(served);
  if (byChange === undefined) changeEvents.set(served, (byChange = new WeakMap()));
  let forms = byChange.get(change);
  if (forms === undefined) byChange.set(change, (forms = {}));
  return (forms[type] ??= new EntryEvent(type, shown(served, entry)));
}

/** Object and bytes are asked of the entry only when a watcher wants them. */
class EntryEvent implements WatchEvent {
  readonly type: WatchEventType;
  readonly #entry: Entry;
  line?: Uint8Array;

  constructor(type: WatchEventType, entry: Entry) {
    this.type = type;
    this.#entry = entry;
  }

  get object(): KubeObject {
    return this.#entry.object;
  }

  get bytes(): Uint8Array {
    return this.#entry.bytes;
  }
}

function lastSeen(previous: Entry, revision: number): Entry {
  const { object } = previous;
  const moved = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
  return {
    key: previous.key,
    revision,
    object: moved,
    get bytes() {
      return new TextEncoder().encode(JSON.stringify(moved));
    },
  };
}
