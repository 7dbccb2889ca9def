import { isSameResource } from '../../api/resource.ts';
import type { CustomResourceDefinition } from '../../api/types.ts';
import type { ResourceTable } from '../resources/table.ts';

/** What the server has of its own, in whatever version, cannot be redefined. */
export function isBuiltIn(
  { spec: { group, names } }: CustomResourceDefinition,
  { snapshot }: ResourceTable,
): boolean {
  return snapshot.all.some(
    ({ kind, resource }) =>
      kind.storedForm === undefined && isSameResource(resource, { group, plural: names.plural }),
  );
}
