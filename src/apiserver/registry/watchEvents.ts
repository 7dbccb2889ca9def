import type { KubeObject } from '../../api/meta.ts';
import type { Entry, WatchEvent, WatchEventType } from '../../api/request.ts';
import type { CacheEvent } from '../../storage/cache.ts';
import { servedEntries } from './conversion.ts';
import type { Selection } from './selection.ts';
import type { Served } from '../resources/served.ts';

/**
 * What one watcher sees of some changes. The events are shared among watchers. Nothing is waited for, unless the address
 * has a conversion that another process does.
 */
export function eventsFor(
  served: Served,
  selection: Selection,
  changes: readonly CacheEvent[],
): readonly WatchEvent[] | Promise<readonly WatchEvent[]> {
  if (served.reading !== undefined) {
    return served.kind.storedForm === undefined || selection.everything
      ? convertedEvents(served, selection, changes)
      : selectedEvents(served, selection, changes);
  }
  const events: WatchEvent[] = [];
  for (const change of changes) {
    const type = typeSeen(selection, change);
    if (type !== undefined) events.push(sharedEvent(served, change, type));
  }
  return events;
}

function convertedEvents(
  served: Served,
  selection: Selection,
  changes: readonly CacheEvent[],
): readonly WatchEvent[] | Promise<readonly WatchEvent[]> {
  const seen = changes.flatMap((change) => {
    const type = typeSeen(selection, change);
    return type === undefined ? [] : [{ change, type }];
  });
  const entries = servedEntries(
    served,
    seen.map(({ change, type }) => entrySeen(change, type)),
  );
  const events = (all: readonly Entry[]): readonly WatchEvent[] =>
    seen.map(({ change, type }, at) => sharedEvent(served, change, type, all[at]));
  return entries instanceof Promise ? entries.then(events) : events(entries);
}

/** Where selectors are about another form than the one that is stored: all that changed is converted, then selected. */
async function selectedEvents(
  served: Served,
  selection: Selection,
  changes: readonly CacheEvent[],
): Promise<readonly WatchEvent[]> {
  const [entries, before] = await Promise.all([
    servedEntries(
      served,
      changes.map(({ entry }) => entry),
    ),
    servedEntries(
      served,
      changes.map(({ entry, previous }) => previous ?? entry),
    ),
  ]);
  return changes.flatMap((change, at): WatchEvent[] => {
    const converted: CacheEvent = {
      ...change,
      entry: entries[at] ?? change.entry,
      previous: change.previous === undefined ? undefined : before[at],
    };
    const type = typeSeen(selection, converted);
    return type === undefined ? [] : [sharedEvent(served, change, type, entrySeen(converted, type))];
  });
}

/** With a selector, an object that comes into view is ADDED and one that leaves it is DELETED. */
function typeSeen(selection: Selection, { type, entry, previous }: CacheEvent): WatchEventType | undefined {
  const sees = (one: Entry): boolean => selection.everything || selection.matches(one.object);
  if (type === 'delete') return sees(previous ?? entry) ? 'DELETED' : undefined;
  if (previous === undefined) return sees(entry) ? 'ADDED' : undefined;
  if (selection.everything) return 'MODIFIED';
  if (sees(entry)) return sees(previous) ? 'MODIFIED' : 'ADDED';
  return sees(previous) ? 'DELETED' : undefined;
}

/** An object that leaves the view is shown in its last visible state, with the change's revision. */
function entrySeen({ type, entry, previous }: CacheEvent, seenAs: WatchEventType): Entry {
  const left = type !== 'delete' && seenAs === 'DELETED' && previous !== undefined;
  return left ? lastSeen(previous, entry.revision) : entry;
}

/** Objects that were there when the watch began. Not kept for others: that would hold a second copy of all objects. */
export function initialEvents(
  served: Served,
  selection: Selection,
  entries: readonly Entry[],
): readonly WatchEvent[] | Promise<readonly WatchEvent[]> {
  const selected = (some: readonly Entry[]): readonly Entry[] =>
    selection.everything ? some : some.filter(({ object }) => selection.matches(object));
  // Selectors are about the form that a kind's rules see.
  const late = served.kind.storedForm !== undefined;
  const added = (all: readonly Entry[]): readonly WatchEvent[] =>
    (late ? selected(all) : all).map((entry) => new EntryEvent('ADDED', entry));
  const all = servedEntries(served, late ? entries : selected(entries));
  return all instanceof Promise ? all.then(added) : added(all);
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

/** `shown` is what the address shows of the change where that is not what is stored. */
function sharedEvent(served: Served, change: CacheEvent, type: WatchEventType, shown?: Entry): WatchEvent {
  let byChange = changeEvents.get(served);
  if (byChange === undefined) changeEvents.set(served, (byChange = new WeakMap()));
  let forms = byChange.get(change);
  if (forms === undefined) byChange.set(change, (forms = {}));
  return (forms[type] ??= new EntryEvent(type, shown ?? entrySeen(change, type)));
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
