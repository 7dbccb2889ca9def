import type { Resource } from '../../api/resource.ts';

/** Where objects are in storage: `GROUP/PLURAL/NAMESPACE/NAME`, without the namespace for cluster scope; `core` for ''. */
export function keyOfObject(
  resource: Pick<Resource, 'group' | 'plural' | 'namespaced'>,
  namespace: string,
  name: string,
): string {
  return prefixOf(resource, namespace) + name;
}

/** All objects of a resource, or those in one namespace; '' for all. */
export function prefixOf(
  resource: Pick<Resource, 'group' | 'plural' | 'namespaced'>,
  namespace: string,
): string {
  const root = `${resource.group === '' ? 'core' : resource.group}/${resource.plural}/`;
  return resource.namespaced && namespace !== '' ? `${root}${namespace}/` : root;
}
