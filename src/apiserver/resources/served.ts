import type { Kind, ServedAs } from '../../api/kind.ts';
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
  /** Set where the address is not the one that objects are stored under (events.k8s.io). */
  readonly conversion: ServedAs | undefined;
  /** Fields that a selector may name, metadata.name and metadata.namespace included. */
  readonly fieldNames: ReadonlySet<string>;
}

/** All addresses, found by group, version and plural. */
export interface ServedTable {
  readonly all: readonly Served[];
  find(group: string, version: string, plural: string): Served | undefined;
  /** The storing address of a resource in whatever version. */
  stored(group: string, plural: string): Served | undefined;
}

export function createServedTable(kinds: readonly Kind[]): ServedTable {
  const all = kinds.flatMap((kind) => [
    servedOf(kind, kind, undefined),
    ...(kind.alsoServedAs ?? []).map((other) => servedOf(kind, other, other)),
  ]);
  const byAddress = new Map(
    all.map((served) => [
      addressOf(served.resource.group, served.resource.version, served.resource.plural),
      served,
    ]),
  );
  const byResource = new Map(
    all
      .filter((served) => served.conversion === undefined)
      .map((served) => [`${served.resource.group}/${served.resource.plural}`, served]),
  );
  return {
    all,
    find: (group, version, plural) => byAddress.get(addressOf(group, version, plural)),
    stored: (group, plural) => byResource.get(`${group}/${plural}`),
  };
}

const addressOf = (group: string, version: string, plural: string): string => `${group}/${version}/${plural}`;

function servedOf(
  kind: Kind,
  address: Pick<ServedAs, 'resource' | 'schema'>,
  conversion: ServedAs | undefined,
): Served {
  return {
    kind,
    resource: address.resource,
    apiVersion: apiVersionOf(address.resource),
    schema: address.schema,
    verbs: new Set(kind.verbs ?? ALL_VERBS),
    conversion,
    fieldNames: new Set([
      'metadata.name',
      ...(kind.resource.namespaced ? ['metadata.namespace'] : []),
      ...selectableNames(kind),
    ]),
  };
}

/** The names come from the function itself, asked about an object of which only the shape of the answer matters. */
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
