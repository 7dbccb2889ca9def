import { apiVersionOf } from '../../api/resource.ts';
import type { ShownGroup, ShownResource, ShownVersion } from './groups.ts';

/** GET /api. `host` is what the client dialled, with its port. */
export function coreVersions(groups: readonly ShownGroup[], host: string): object {
  const core = groups.find((group) => group.group === '');
  return {
    kind: 'APIVersions',
    versions: (core?.versions ?? []).map((version) => version.version),
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: host }],
  };
}

/** GET /apis. */
export function groupList(groups: readonly ShownGroup[]): object {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.filter((group) => group.group !== '').map(groupEntry),
  };
}

/** GET /apis/GROUP. */
export function groupDocument(group: ShownGroup): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) };
}

function groupEntry({ group, versions }: ShownGroup): object {
  const entries = versions.map(({ version }) => ({
    groupVersion: apiVersionOf({ group, version }),
    version,
  }));
  return { name: group, versions: entries, preferredVersion: entries[0] };
}

/** GET /api/v1 and /apis/GROUP/VERSION. */
export function resourceList(group: string, { version, resources }: ShownVersion): object {
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group, version }),
    resources: resources.flatMap(resourceEntries),
  };
}

function resourceEntries(discovered: ShownResource): object[] {
  const { resource, singular, verbs, shortNames, categories, subresources, storageVersionHash } = discovered;
  const own = {
    name: resource.plural,
    singularName: singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(storageVersionHash === undefined ? {} : { storageVersionHash }),
  };
  const below = subresources.map((sub) => ({
    name: `${resource.plural}/${sub.name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(sub.group === resource.group && sub.version === resource.version
      ? {}
      : { group: sub.group, version: sub.version }),
    kind: sub.kind,
    verbs: sub.verbs,
  }));
  return [own, ...below];
}

/** Aggregated discovery (`apidiscovery.k8s.io`): everything below /api or /apis in one document. */
export function aggregated(groups: readonly ShownGroup[], core: boolean, version: string): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups
      .filter((group) => (group.group === '') === core)
      .map(({ group, versions }) => ({
        metadata: { ...(core ? {} : { name: group }), creationTimestamp: null },
        versions: versions.map((one) => ({
          version: one.version,
          resources: one.resources.map(aggregatedEntry),
          freshness: one.freshness ?? 'Current',
        })),
      })),
  };
}

function aggregatedEntry(discovered: ShownResource): object {
  const { resource, singular, verbs, shortNames, categories, subresources } = discovered;
  const { group, version, kind } = resource;
  return {
    resource: resource.plural,
    responseKind: { group, version, kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0
      ? {}
      : {
          subresources: subresources.map((sub) => ({
            subresource: sub.name,
            responseKind: { group: sub.group, version: sub.version, kind: sub.kind },
            verbs: sub.verbs,
          })),
        }),
  };
}
