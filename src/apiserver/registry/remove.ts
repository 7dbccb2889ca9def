import type { Entry } from '../../api/request.ts';
import type { RegistryOptions, WriteContext } from './context.ts';
import { caughtUp } from './freshness.ts';

/** Deletes the object for good if it is still at this revision; false where another write came between. */
export async function removeNow(
  registry: RegistryOptions,
  context: WriteContext,
  existing: Entry,
): Promise<boolean> {
  if (context.dryRun) return true;
  const result = await registry.storage.delete(existing.key, existing.revision, context.cause);
  await caughtUp(registry, context, result);
  return result.ok;
}
