import { createHash } from 'node:crypto';
import type { Kind, ServedAs, Subresource } from '../../api/kind.ts';
import type { Resource } from '../../api/resource.ts';
import { compareVersions } from '../../api/versions.ts';
import { builtIn, type Schema } from '../../api/schema/index.ts';

/** All verbs of a stored kind, in the order of discovery documents. */
const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const SCALE = builtIn('V1Scale');
const STATUS_VERBS = ['get', 'patch', 'update'];

/** A resource or subresource as both forms of discovery need it. */
export interface DiscoveredSubresource {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly schema: Schema | undefined;
  readonly verbs: readonly string[];
}

export interface DiscoveredResource {
  readonly resource: Resource;
  readonly schema: Schema;
  readonly listKind: string;
  readonly singular: string;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Sorted by name. */
  readonly subresources: readonly DiscoveredSubresource[];
  /** Changes when the form in storage does; kubectl compares it only. Missing for what is not stored. */
  readonly storageVersionHash: string | undefined;
}

export interface DiscoveredVersion {
  readonly version: string;
  /** Sorted by plural. */
  readonly resources: readonly DiscoveredResource[];
}

export interface DiscoveredGroup {
  /** '' for the core group. */
  readonly group: string;
  /** Preferred first. */
  readonly versions: readonly DiscoveredVersion[];
}

/** What documents of discovery show of a group, served here or by another server. */
export interface ShownGroup {
  readonly group: string;
  /** Preferred first. */
  readonly versions: readonly ShownVersion[];
}

export interface ShownVersion {
  readonly version: string;
  readonly resources: readonly ShownResource[];
  /** Stale where the server that serves it cannot be reached. */
  readonly freshness?: 'Current' | 'Stale';
}

export type ShownSubresource = Omit<DiscoveredSubresource, 'schema'>;
export type ShownResource = Omit<DiscoveredResource, 'schema' | 'subresources' | 'listKind'> & {
  readonly subresources: readonly ShownSubresource[];
};

/** Upstream's order of groups (priorities of the aggregator's local API services); others follow by name. */
const GROUP_ORDER = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
];

/** What is served, by group and version. Pure. */
export function discoveredGroups(kinds: readonly Kind[]): readonly DiscoveredGroup[] {
  const groups = new Map<string, Map<string, DiscoveredResource[]>>();
  for (const resource of kinds.flatMap(addressesOf)) {
    const { group, version } = resource.resource;
    const versions = groups.get(group) ?? new Map<string, DiscoveredResource[]>();
    groups.set(group, versions);
    versions.set(version, [...(versions.get(version) ?? []), resource]);
  }
  return [...groups]
    .sort(([a], [b]) => rankOf(a) - rankOf(b) || order(a, b))
    .map(([group, versions]) => ({
      group,
      versions: [...versions]
        .sort(([a], [b]) => compareVersions(a, b))
        .map(([version, resources]) => ({
          version,
          resources: resources.sort((a, b) => order(a.resource.plural, b.resource.plural)),
        })),
    }));
}

function rankOf(group: string): number {
  const at = GROUP_ORDER.indexOf(group);
  return at < 0 ? GROUP_ORDER.length : at;
}

function addressesOf(kind: Kind): DiscoveredResource[] {
  return [kind, ...(kind.alsoServedAs ?? [])].map((address) => discovered(kind, address));
}

function discovered(
  kind: Kind,
  {
    resource,
    schema,
    singular,
    shortNames,
  }: Pick<ServedAs, 'resource' | 'schema' | 'singular' | 'shortNames'>,
): DiscoveredResource {
  return {
    resource,
    schema,
    listKind: kind.listKind ?? `${resource.kind}List`,
    singular: singular ?? resource.kind.toLowerCase(),
    verbs: [...(kind.verbs ?? ALL_VERBS)].sort(order),
    shortNames: shortNames ?? [],
    categories: kind.categories ?? [],
    subresources: subresourcesOf(kind, resource, schema),
    storageVersionHash: kind.stored === false ? undefined : storageVersionHash(kind),
  };
}

function subresourcesOf(kind: Kind, { group, version }: Resource, schema: Schema): DiscoveredSubresource[] {
  const declared: Subresource[] = [...(kind.subresources ?? [])];
  if (kind.status !== undefined) {
    declared.push({ name: 'status', kind: kind.resource.kind, schema, verbs: STATUS_VERBS });
  }
  if (kind.scale !== undefined) {
    declared.push({
      name: 'scale',
      kind: 'Scale',
      group: 'autoscaling',
      version: 'v1',
      schema: SCALE,
      verbs: STATUS_VERBS,
    });
  }
  return declared
    .map((one) => ({
      name: one.name,
      group: one.group ?? group,
      version: one.version ?? version,
      kind: one.kind,
      schema: one.schema,
      verbs: [...one.verbs].sort(order),
    }))
    .sort((a, b) => order(a.name, b.name));
}

/** apiserver `pkg/endpoints/discovery/storageversionhash.go`. */
function storageVersionHash({ resource, storedForm }: Kind): string {
  const name = `${resource.group}/${storedForm?.version ?? resource.version}/${resource.kind}`;
  return createHash('sha256').update(name).digest().subarray(0, 8).toString('base64');
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
