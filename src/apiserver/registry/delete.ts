import { draftOf, type KubeObject } from '../../api/meta.ts';
import type { Entry } from '../../api/request.ts';
import { conflict, notFound } from '../../api/status.ts';
import type { DeleteOptions } from '../../api/types.ts';
import { equal } from '../../api/fields/equal.ts';
import { encode } from '../../storage/encoding.ts';
import { AdmissionRequest } from '../admission/attributes.ts';
import type { RegistryOptions, WriteContext } from './context.ts';
import { ruledObject } from './conversion.ts';
import { nextDeletionStep } from './deletionRules.ts';
import { catchUp, caughtUp, isPast } from './freshness.ts';
import { keyOfObject } from './keys.ts';
import { removeNow } from './remove.ts';
import type { Served } from '../resources/served.ts';
import { entryAfterWrite, entryOfDryRun } from './storedEntry.ts';

export interface DeletionTarget {
  readonly served: Served;
  readonly namespace: string;
  readonly name: string;
  /** True where the deletion is part of a request about which admission has been asked. */
  readonly isAdmitted?: boolean;
}

export interface DeleteOutcome {
  /** The object's last or marked state. */
  readonly entry: Entry;
  /** False where it stays for now: grace or finalizers. */
  readonly removed: boolean;
}

/**
 * Deletes an object, or marks it where grace or finalizers keep it. Preconditions that fail are Conflict, whatever
 * the number of tries; a lost race is tried again.
 */
export async function deleteObject(
  registry: RegistryOptions,
  context: WriteContext,
  at: DeletionTarget,
  options: DeleteOptions,
): Promise<DeleteOutcome> {
  const key = keyOfObject(at.served.kind.resource, at.namespace, at.name);
  if (registry.cache.get(key) === undefined) await catchUp(registry, context.signal);
  const seen = registry.cache.get(key)?.revision;
  try {
    const outcome = await deleteAsCached(registry, context, at, options, key);
    // A write that was skipped was not compared with the store either.
    const isProved = (outcome.removed || outcome.entry.revision !== seen) && !context.dryRun;
    if (isProved || !(await isPast(registry, context, key, seen))) return outcome;
  } catch (error) {
    if (!(await isPast(registry, context, key, seen))) throw error;
  }
  return deleteAsCached(registry, context, at, options, key);
}

async function deleteAsCached(
  registry: RegistryOptions,
  context: WriteContext,
  at: DeletionTarget,
  options: DeleteOptions,
  key: string,
): Promise<DeleteOutcome> {
  const { served, namespace, name } = at;
  const first = registry.cache.get(key);
  if (first === undefined) throw notFound(served.resource, name);
  checkPreconditions(served, first.object, options);
  if (at.isAdmitted !== true) {
    const request = new AdmissionRequest(context, {
      operation: 'DELETE',
      resource: served.resource,
      subresource: '',
      kind: served.resource,
      namespace,
      name,
      object: undefined,
      old: await ruledObject(served, first),
      deleteOptions: options,
    });
    await registry.admission.mutate(request);
    await registry.admission.validate(request);
  }

  let marked = false;
  for (;;) {
    const existing = registry.cache.get(key);
    if (existing === undefined) {
      // If another request removed it after it was marked here, that did what was asked for.
      if (marked) return { entry: first, removed: true };
      throw notFound(served.resource, name);
    }
    if (!marked) checkPreconditions(served, existing.object, options);
    const outcome = await attemptDelete(registry, context, served, existing, options, marked);
    if (outcome === 'removeNext') marked = true;
    else if (outcome !== 'again') return outcome;
  }
}

async function attemptDelete(
  registry: RegistryOptions,
  context: WriteContext,
  served: Served,
  existing: Entry,
  options: DeleteOptions,
  isMarked: boolean,
): Promise<DeleteOutcome | 'again' | 'removeNext'> {
  if (isMarked)
    return (await removeNow(registry, context, existing)) ? { entry: existing, removed: true } : 'again';
  const { object } = existing;
  const step = nextDeletionStep(served.kind, object, draftOf(object), options, registry.clock.now());
  if (step.type === 'pending') return { entry: existing, removed: false };
  if (step.type === 'remove') {
    return (await removeNow(registry, context, existing)) ? { entry: existing, removed: true } : 'again';
  }
  const marked = step.draft as unknown as KubeObject;
  if (equal(marked, object)) return { entry: existing, removed: false };
  const value = encode(marked);
  if (context.dryRun) {
    return { entry: entryOfDryRun(existing.key, value, existing.revision), removed: step.thenRemove };
  }
  const result = await registry.storage.update(existing.key, value, existing.revision, context.cause, true);
  await caughtUp(registry, context, result);
  if (!result.ok) return 'again';
  const entry = entryAfterWrite(registry.cache, existing.key, value, result.revision);
  return step.thenRemove ? 'removeNext' : { entry, removed: false };
}

/** Messages name the kind where others name the resource: so does upstream (`registry/rest/delete.go`). */
function checkPreconditions(served: Served, object: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = object;
  const named = { group: served.kind.resource.group, plural: served.kind.resource.kind };
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(
      named,
      metadata.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      named,
      metadata.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}
