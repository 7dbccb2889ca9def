import { draftOf, type KubeObject } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import { isNotFound } from '../../api/status.ts';
import type { Client, NewObject } from '../../client/contract.ts';

/**
 * Keeps an object that is in use: it gets the finalizer while it is not on its way out, and loses it when it is and
 * nobody uses it any more.
 */
export async function protect<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  object: T,
  { finalizer, isInUse }: { readonly finalizer: string; readonly isInUse: () => boolean | Promise<boolean> },
  signal: AbortSignal,
): Promise<void> {
  const { finalizers = [], deletionTimestamp } = object.metadata;
  const isKept = finalizers.includes(finalizer);
  const isLeaving = deletionTimestamp !== undefined;
  if (isLeaving !== isKept) return;
  if (isLeaving && (await isInUse())) return;
  const draft = draftOf(object);
  draft.metadata.finalizers = isLeaving
    ? finalizers.filter((one) => one !== finalizer)
    : [...finalizers, finalizer];
  try {
    await client.update(resource, draft as unknown as NewObject<T>, { signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
