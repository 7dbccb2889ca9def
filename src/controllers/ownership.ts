import {
  controllerOf,
  controllerRef,
  type KubeObject,
  type LabelSelector,
  type ObjectName,
} from '../api/meta.ts';
import type { Resource } from '../api/resource.ts';
import { isNotFound, isReason } from '../api/status.ts';
import { matcherOf } from '../api/labels.ts';
import type { Client } from '../client/contract.ts';
import type { Informer } from '../client/informer.ts';

/** Name of the index that `indexByController` adds. */
export const BY_CONTROLLER = 'controller';

/** Index key of the objects in a namespace that no controller manages. */
export const orphansOf = (namespace: string): string => `orphans/${namespace}`;

/** Objects under the uid of their managing controller, or under `orphansOf` their namespace. Repeat calls are no harm. */
export function indexByController<T extends KubeObject>(informer: Informer<T>): void {
  informer.addIndex(BY_CONTROLLER, (object) => [
    controllerOf(object)?.uid ?? orphansOf(object.metadata.namespace ?? ''),
  ]);
}

/** Which objects a controller has, and which it should take or let go. */
export interface Claim<T extends KubeObject> {
  readonly owned: readonly T[];
  readonly adopt: readonly T[];
  readonly release: readonly T[];
}

/**
 * The rules of `pkg/controller/controller_ref_manager.go`: what it manages and the selector matches is its own; what
 * it manages and no longer matches is let go; orphans that match are taken. An owner that is being deleted changes
 * nothing, an object that is being deleted is neither taken nor let go.
 */
export function claim<T extends KubeObject>(
  owner: KubeObject,
  selector: LabelSelector,
  candidates: readonly T[],
): Claim<T> {
  const owned: T[] = [];
  const adopt: T[] = [];
  const release: T[] = [];
  const matcher = matcherOf(selector);
  const ownerEnds = owner.metadata.deletionTimestamp !== undefined;
  for (const object of candidates) {
    const controller = controllerOf(object);
    const matches = matcher.matches(object.metadata.labels);
    const fixed = ownerEnds || object.metadata.deletionTimestamp !== undefined;
    if (controller?.uid === owner.metadata.uid) {
      if (matches) owned.push(object);
      else if (!fixed) release.push(object);
    } else if (controller === undefined && matches && !fixed) adopt.push(object);
  }
  return { owned, adopt, release };
}

/**
 * Carries a claim out: first makes sure, past the cache, that the owner is still the same and not being deleted, then
 * patches owner references, each under the object's uid. Returns what the owner has now.
 */
export async function settleClaim<T extends KubeObject, O extends KubeObject>(
  client: Client,
  owner: O,
  ownerResource: Resource<O>,
  resource: Resource<T>,
  wanted: Claim<T>,
  signal: AbortSignal,
  /** The finalizer that an adopted object gets, and a released one loses. */
  finalizer?: string,
): Promise<readonly T[]> {
  const owned = [...wanted.owned];
  for (const object of wanted.release) {
    const ownerReferences = [{ $patch: 'delete', uid: owner.metadata.uid }];
    const held = finalizer !== undefined && object.metadata.finalizers?.includes(finalizer) === true;
    const freed = held ? { '$deleteFromPrimitiveList/finalizers': [finalizer] } : {};
    await patchMetadata(client, resource, object, { ownerReferences, ...freed }, signal);
  }
  if (wanted.adopt.length === 0) return owned;
  const fresh = await client.get(ownerResource, nameOf(owner), { signal });
  if (fresh.metadata.uid !== owner.metadata.uid || fresh.metadata.deletionTimestamp !== undefined)
    return owned;
  for (const object of wanted.adopt) {
    const hold = finalizer === undefined ? {} : { finalizers: [finalizer] };
    const metadata = { ownerReferences: [controllerRef(owner)], ...hold };
    const adopted = await patchMetadata(client, resource, object, metadata, signal);
    if (adopted !== undefined) owned.push(adopted);
  }
  return owned;
}

/** Undefined where the object is gone, or another one under the same name. */
async function patchMetadata<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  object: T,
  metadata: object,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    return await client.patch(
      resource,
      nameOf(object),
      'application/strategic-merge-patch+json',
      { metadata: { uid: object.metadata.uid, ...metadata } },
      { signal },
    );
  } catch (error) {
    if (isNotFound(error) || isReason(error, 'Invalid', 'Conflict')) return undefined;
    throw error;
  }
}

function nameOf(object: KubeObject): ObjectName {
  return { namespace: object.metadata.namespace, name: object.metadata.name };
}
