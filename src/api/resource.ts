import type { KubeObject } from './meta.ts';

/**
 * The identity of a resource in the API: what a client needs to address it. The type parameter is the kind's
 * object type, so that `client.get(pods, …)` is a `Promise<Pod>`.
 */
export interface Resource<T extends KubeObject = KubeObject> {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  /** The plural in URLs, lower-case. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never set: it carries the object's type. */
  readonly objectType?: T;
}

/** The type of an object. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export function resource<T extends KubeObject>(
  group: string,
  version: string,
  plural: string,
  kind: string,
  scope: 'Namespaced' | 'Cluster',
): Resource<T> {
  return { group, version, plural, kind, namespaced: scope === 'Namespaced' };
}

/** `v1` or `apps/v1`. */
export function apiVersionOf(r: Pick<Resource, 'group' | 'version'>): string {
  return r.group === '' ? r.version : `${r.group}/${r.version}`;
}

/** `pods` or `deployments.apps`: how messages and RBAC name the resource. */
export function groupResourceOf(r: Pick<Resource, 'group' | 'plural'>): string {
  return r.group === '' ? r.plural : `${r.plural}.${r.group}`;
}

/** Whether two addresses are of one resource, in whatever versions. */
export function isSameResource(
  a: Pick<Resource, 'group' | 'plural'>,
  b: Pick<Resource, 'group' | 'plural'>,
): boolean {
  return a.group === b.group && a.plural === b.plural;
}

/** The URL path of a resource, an object or a subresource, without query. */
export function pathOf(
  r: Resource,
  at: { namespace?: string | undefined; name?: string | undefined; subresource?: string | undefined } = {},
): string {
  const root = r.group === '' ? `/api/${r.version}` : `/apis/${r.group}/${r.version}`;
  const scope =
    r.namespaced && at.namespace !== undefined && at.namespace !== '' ? `/namespaces/${at.namespace}` : '';
  const name = at.name === undefined ? '' : `/${encodeURIComponent(at.name)}`;
  const sub = at.subresource === undefined ? '' : `/${at.subresource}`;
  return `${root}${scope}/${r.plural}${name}${sub}`;
}
