import { isSameResource } from '../../api/resource.ts';
import type { CustomResourceDefinition } from '../../api/types.ts';
import type { ResourceTable } from '../resources/table.ts';

/** The server's own kinds cannot be redefined, in any version. */
export function isBuiltIn(
  { spec: { group, names } }: CustomResourceDefinition,
  { snapshot }: ResourceTable,
): boolean {
  return snapshot.all.some(
    ({ kind, resource }) =>
      kind.storedForm === undefined && isSameResource(resource, { group, plural: names.plural }),
  );
}
