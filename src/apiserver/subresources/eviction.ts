import type { Eviction } from '../../api/types.ts';
import type { Handler } from '../handlers/handler.ts';
import { writeContext } from '../handlers/writeOptions.ts';
import { deleteObject } from '../registry/delete.ts';
import { subresourceBody } from './body.ts';
import { success } from './status.ts';

/** POST pods/eviction (policy/v1): a delete that disruption budgets may hold back; there are none yet. */
export const evict: Handler = async (options, exchange, target) => {
  const context = writeContext(exchange, 'CreateOptions');
  const { deleteOptions = {} } = subresourceBody<Eviction>(exchange, {
    kind: 'Eviction',
    model: 'V1Eviction',
  });
  const dryRun = context.dryRun || (deleteOptions.dryRun ?? []).length > 0;
  await deleteObject(options.registry, { ...context, dryRun }, target, deleteOptions);
  return success();
};
