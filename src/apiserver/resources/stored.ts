import { apiVersionOf, type Resource } from '../../api/resource.ts';
import type { ServedResources } from '../../api/servedResources.ts';
import { isPrimary, type Served } from './served.ts';
import type { ResourceTable } from './table.ts';

/**
 * The table as those need it who count, watch or delete what is stored. A kind that is redefined under the same address
 * is no change to them.
 */
export function storedResources(table: ResourceTable): ServedResources {
  return {
    get all() {
      return stored(table.snapshot.all);
    },
    onChange: (listener) =>
      table.onChange((change) => {
        const [added, removed] = [stored(change.added), stored(change.removed)];
        const [before, now] = [addresses(removed), addresses(added)];
        listener({
          added: added.filter((resource) => !before.has(addressOf(resource))),
          removed: removed.filter((resource) => !now.has(addressOf(resource))),
        });
      }),
  };
}

function stored(served: readonly Served[]): Resource[] {
  return served
    .filter(({ kind, resource }) => kind.stored !== false && kind.resource === resource && isPrimary(kind))
    .map(({ resource }) => resource);
}

function addresses(resources: readonly Resource[]): ReadonlySet<string> {
  return new Set(resources.map(addressOf));
}

function addressOf(resource: Resource): string {
  return `${apiVersionOf(resource)}/${resource.plural}`;
}
