import { Emitter, type Event } from '../../base/events.ts';
import type { Kind } from '../../api/kind.ts';
import { groupResourceOf } from '../../api/resource.ts';
import { addressesOf, type EndableServed, isPrimary, type Served } from './served.ts';

/** What is served at one moment. Never changes. */
export interface ResourceSnapshot {
  readonly kinds: readonly Kind[];
  /** Every address, in the order of kinds. */
  readonly all: readonly Served[];
  find(group: string, version: string, plural: string): Served | undefined;
  /** The address that a resource's objects are stored under, whatever versions it is served in. */
  stored(group: string, plural: string): Served | undefined;
}

export interface ResourceChange {
  readonly added: readonly Served[];
  readonly removed: readonly Served[];
}

/**
 * What is served now. Who needs all kinds (discovery, OpenAPI, garbage collection, the end of namespaces, quota) follows
 * this table and keeps no list of its own.
 */
export interface ResourceTable {
  /** Replaced as a whole by every change: who reads it once sees one state. */
  readonly snapshot: ResourceSnapshot;
  /** Fires after the snapshot has been replaced. */
  readonly onChange: Event<ResourceChange>;
}

/** The table and the right to change it. */
export class LiveResources implements ResourceTable {
  readonly #changes = new Emitter<ResourceChange>();
  readonly onChange = this.#changes.event;
  #snapshot: Snapshot;

  constructor(kinds: readonly Kind[]) {
    this.#snapshot = new Snapshot(kinds.map((kind) => [kind, addressesOf(kind)]));
  }

  get snapshot(): ResourceSnapshot {
    return this.#snapshot;
  }

  /**
   * Adds and removes kinds in one step: nobody sees a state between. The watches of removed kinds end. What is stored of
   * them stays: who removes a kind has deleted its objects before. Throws where an address would be served twice.
   */
  change({
    add = [],
    remove = [],
  }: {
    readonly add?: readonly Kind[];
    readonly remove?: readonly Kind[];
  }): void {
    const { entries } = this.#snapshot;
    const leaving = new Set(remove);
    const added = add.map((kind) => [kind, addressesOf(kind)] as const);
    const removed = entries.filter(([kind]) => leaving.has(kind)).flatMap(([, addresses]) => addresses);
    this.#snapshot = new Snapshot([...entries.filter(([kind]) => !leaving.has(kind)), ...added]);
    for (const address of removed) address.end();
    this.#changes.fire({ added: added.flatMap(([, addresses]) => addresses), removed });
  }
}

type KindEntry = readonly [Kind, readonly EndableServed[]];

class Snapshot implements ResourceSnapshot {
  readonly entries: readonly KindEntry[];
  readonly kinds: readonly Kind[];
  readonly all: readonly Served[];
  readonly #byAddress = new Map<string, Served>();
  readonly #stored = new Map<string, Served>();

  constructor(entries: readonly KindEntry[]) {
    this.entries = entries;
    this.kinds = entries.map(([kind]) => kind);
    this.all = entries.flatMap(([, addresses]) => addresses);
    for (const served of this.all) {
      const { group, version, plural } = served.resource;
      const address = addressOf(group, version, plural);
      if (this.#byAddress.has(address)) throw new Error(`${address} is served already`);
      this.#byAddress.set(address, served);
    }
    for (const [kind, [stored]] of entries) {
      if (stored !== undefined && isPrimary(kind)) this.#stored.set(groupResourceOf(kind.resource), stored);
    }
  }

  find(group: string, version: string, plural: string): Served | undefined {
    return this.#byAddress.get(addressOf(group, version, plural));
  }

  stored(group: string, plural: string): Served | undefined {
    return this.#stored.get(groupResourceOf({ group, plural }));
  }
}

const addressOf = (group: string, version: string, plural: string): string => `${group}/${version}/${plural}`;

/** Something made from a snapshot, when it is first asked for and again when another snapshot is there. */
export function derived<T>(table: ResourceTable, make: (snapshot: ResourceSnapshot) => T): () => T {
  let of: ResourceSnapshot | undefined;
  let made: T;
  return () => {
    const { snapshot } = table;
    if (of !== snapshot) {
      made = make(snapshot);
      of = snapshot;
    }
    return made;
  };
}
