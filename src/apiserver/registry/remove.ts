import type { Entry } from '../../api/request.ts';
import type { RegistryOptions, WriteContext } from './context.ts';

/** Deletes the object for good if it is still at this revision; false where another write came between. */
export async function removeNow(
  registry: RegistryOptions,
  context: WriteContext,
  existing: Entry,
): Promise<boolean> {
  if (context.dryRun) return true;
  const result = await registry.storage.delete(existing.key, existing.revision, context.cause);
  if (!result.ok) {
    await caughtUp(registry, context, result.current?.revision ?? registry.storage.currentRevision());
  }
  return result.ok;
}

/** After a lost race: the next attempt must see what won it. */
export async function caughtUp(
  registry: RegistryOptions,
  context: WriteContext,
  revision: number,
): Promise<void> {
  if (registry.cache.revision() < revision) await registry.cache.waitFor(revision, context.signal());
}
