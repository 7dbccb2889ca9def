import { trackUpdate } from '../../api/managedFields/index.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import type { WriteContext } from './context.ts';
import type { Served } from '../resources/served.ts';

/** Writes down in metadata.managedFields which fields this write makes the writer's own. */
export function trackFields(
  { kind }: Served,
  context: WriteContext,
  write: {
    readonly old: KubeObject | undefined;
    readonly draft: Draft;
    readonly subresource: string;
    readonly time: string;
  },
): void {
  trackUpdate({
    schema: kind.schema,
    apiVersion: apiVersionOf(kind.resource),
    manager: context.manager,
    sameFields: kind.storedForm?.sameFields === true,
    ...write,
  });
}
