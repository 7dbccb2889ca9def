import type { DiscoveredGroup } from '../discovery/groups.ts';
import type { GroupVersionKind } from '../../api/resource.ts';
import { builtIn } from '../../api/schema/index.ts';
import { contentTypeOf } from '../negotiation/negotiate.ts';

export const JSON_TYPE = contentTypeOf('json');
/** What objects of a type without protobuf are answered in. */
export const TEXT_TYPES: readonly string[] = [JSON_TYPE, contentTypeOf('yaml')];
export const ALL_TYPES: readonly string[] = [...TEXT_TYPES, contentTypeOf('protobuf')];

/** Types of requests and answers that belong to no resource. */
export const DELETE_OPTIONS = builtIn('V1DeleteOptions');
export const STATUS = builtIn('V1Status');

/** The kinds that definitions stand for, by name, lists included: what `x-kubernetes-group-version-kind` says. */
export function kindsOfDefinitions(
  groups: readonly DiscoveredGroup[],
): ReadonlyMap<string, readonly GroupVersionKind[]> {
  const map = new Map<string, GroupVersionKind[]>();
  const everywhere: GroupVersionKind[] = [];
  for (const { group, versions } of groups) {
    for (const { version, resources } of versions) {
      everywhere.push({ group, kind: 'DeleteOptions', version });
      for (const { resource, schema, listKind, subresources } of resources) {
        const { kind } = resource;
        map.set(schema.definition.name, [{ group, kind, version }]);
        const list = schema.listDefinition;
        if (list !== undefined) map.set(list.name, [{ group, kind: listKind, version }]);
        for (const sub of subresources) {
          if (sub.schema === undefined || sub.schema === schema) continue;
          map.set(sub.schema.definition.name, [{ group: sub.group, kind: sub.kind, version: sub.version }]);
        }
      }
    }
  }
  map.set(DELETE_OPTIONS.definition.name, everywhere);
  for (const kind of ['APIGroup', 'APIGroupList', 'APIResourceList', 'APIVersions', 'Status']) {
    map.set(builtIn(`V1${kind}`).definition.name, [{ group: '', kind, version: 'v1' }]);
  }
  return map;
}

/**
 * A group in the ids of operations: `Core`, `RbacAuthorization`, `StableExampleCom` (apiserver
 * `pkg/endpoints/openapi/openapi.go`).
 */
export function groupId(group: string): string {
  if (group === '') return 'Core';
  return group
    .replace(/\.k8s\.io$/, '')
    .split(/[.-]/)
    .map(capital)
    .join('');
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
