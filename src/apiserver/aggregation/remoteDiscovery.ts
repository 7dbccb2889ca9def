import type { ShownGroup, ShownResource, ShownSubresource, ShownVersion } from '../discovery/groups.ts';
import type { RemoteSnapshot, RemoteVersion } from './remoteVersions.ts';

/** Merges the discovery of this server and of others. Versions that this server serves are not replaced. */
export function withRemote(local: readonly ShownGroup[], remote: RemoteSnapshot): readonly ShownGroup[] {
  const groups = new Map(local.map((group) => [group.group, group]));
  for (const version of remote.all) {
    const known = groups.get(version.group) ?? { group: version.group, versions: [] };
    if (known.versions.some((one) => one.version === version.version)) continue;
    groups.set(version.group, { ...known, versions: [...known.versions, shown(version)] });
  }
  return [...groups.values()];
}

function shown({ version, resources, isAvailable }: RemoteVersion): ShownVersion {
  return { version, resources: resources ?? [], ...(isAvailable ? {} : { freshness: 'Stale' }) };
}

interface ApiResource {
  readonly name: string;
  readonly singularName?: string;
  readonly namespaced?: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
}

/** The resources of an APIResourceList; none if the value is not such a list. */
export function resourcesOfList(group: string, version: string, list: unknown): readonly ShownResource[] {
  const { resources } = (list ?? {}) as { readonly resources?: unknown };
  const entries = (Array.isArray(resources) ? (resources as unknown[]) : []).filter(isApiResource);
  return entries
    .filter(({ name }) => !name.includes('/'))
    .map((entry) => ({
      resource: {
        group: entry.group ?? group,
        version: entry.version ?? version,
        plural: entry.name,
        kind: entry.kind ?? '',
        namespaced: entry.namespaced === true,
      },
      singular: entry.singularName ?? '',
      verbs: entry.verbs ?? [],
      shortNames: entry.shortNames ?? [],
      categories: entry.categories ?? [],
      storageVersionHash: entry.storageVersionHash,
      subresources: entries
        .filter(({ name }) => name.startsWith(`${entry.name}/`))
        .map((sub): ShownSubresource => ({
          name: sub.name.slice(entry.name.length + 1),
          group: sub.group ?? group,
          version: sub.version ?? version,
          kind: sub.kind ?? '',
          verbs: sub.verbs ?? [],
        })),
    }));
}

function isApiResource(entry: unknown): entry is ApiResource {
  return typeof (entry as Partial<ApiResource> | null)?.name === 'string';
}
