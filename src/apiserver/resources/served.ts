import { Emitter, type Event } from '../../base/events.ts';
import type { Column, Conversion, Kind, ServedAs } from '../../api/kind.ts';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf, type Resource } from '../../api/resource.ts';
import type { Schema } from '../../api/schema/index.ts';

const ALL_VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
] as const;

/** One address of the API: a kind, and how this address shows what is stored. */
export interface Served {
  readonly kind: Kind;
  readonly resource: Resource;
  readonly apiVersion: string;
  readonly schema: Schema;
  readonly verbs: ReadonlySet<string>;
  readonly columns: readonly Column<KubeObject>[];
  /** Set where the address shows another form than the one that the kind's rules see (events.k8s.io). */
  readonly conversion: Conversion | undefined;
  /** Set where the address shows another form than the one that is stored: that one, or the kind's own. */
  readonly reading: Conversion | undefined;
  /** Fields that a selector may name, metadata.name and metadata.namespace included. */
  readonly fieldNames: ReadonlySet<string>;
  /** Fires when the address is no longer served, at once where that has happened already. */
  readonly onEnd: Event<undefined>;
}

/** An address of the table, which can end. */
export interface EndableServed extends Served {
  end(): void;
}

/** The addresses of a kind, the one that its objects are stored in first. */
export function addressesOf(kind: Kind): readonly EndableServed[] {
  return [
    servedOf(kind, kind, undefined),
    ...(kind.alsoServedAs ?? []).map((other) => servedOf(kind, other, other.conversion)),
  ];
}

/** False of the further versions of a custom kind. */
export function isPrimary({ storedForm }: Kind): boolean {
  return storedForm?.isPrimary ?? true;
}

function servedOf(
  kind: Kind,
  { resource, schema, columns = kind.columns }: Pick<ServedAs, 'resource' | 'schema' | 'columns'>,
  conversion: Conversion | undefined,
): EndableServed {
  const lifetime = new Lifetime();
  return {
    kind,
    resource,
    apiVersion: apiVersionOf(resource),
    schema,
    verbs: new Set(kind.verbs ?? ALL_VERBS),
    columns,
    conversion,
    reading: conversion ?? kind.storedForm?.conversion,
    fieldNames: new Set([
      'metadata.name',
      ...(kind.resource.namespaced ? ['metadata.namespace'] : []),
      ...selectableNames(kind),
    ]),
    onEnd: lifetime.onEnd,
    end: () => lifetime.end(),
  };
}

class Lifetime {
  readonly #ending = new Emitter<undefined>();
  #ended = false;

  readonly onEnd: Event<undefined> = (listener) => {
    if (this.#ended) listener(undefined);
    return this.#ending.event(listener);
  };

  end(): void {
    this.#ended = true;
    this.#ending.fire(undefined);
    this.#ending.dispose();
  }
}

/** The names come from the function itself, asked about a stand-in object: only the names in the answer matter. */
function selectableNames(kind: Kind): string[] {
  return kind.selectableFields === undefined
    ? []
    : Object.keys(kind.selectableFields(anything as KubeObject));
}

/** Has every property, and each of them is again like this; as a string it is empty. */
const anything: unknown = new Proxy(() => undefined, {
  get(_target, name) {
    if (name === Symbol.toPrimitive) return () => '';
    if (name === Symbol.iterator) return () => [].values();
    return anything;
  },
  apply: () => anything,
});
