import { ownProperty } from '../../base/ownProperty.ts';
import { equal } from '../../api/fields/equal.ts';
import type { UserInfo } from '../../api/request.ts';
import { flowControlObjects } from './flowControl.ts';
import { pathOf } from '../../api/resource.ts';
import { isNotFound } from '../../api/status.ts';
import type { PostStartHook } from '../postStartHooks.ts';
import { kubernetesService, type KubernetesServiceOptions } from './kubernetesService.ts';
import type { Asking } from '../loopback.ts';
import { send } from './send.ts';
import { storageClassHook } from './storageClass.ts';
import { type BootstrapObject, systemObjects } from './systemObjects.ts';

/** The hooks that make what every cluster has, in upstream's names. `user` is the server itself. */
export function bootstrapHooks(user: UserInfo, options: KubernetesServiceOptions): readonly PostStartHook[] {
  return [
    objectsHook('start-system-namespaces-controller', user, systemObjects()),
    objectsHook('priority-and-fairness-config-producer', user, flowControlObjects()),
    objectsHook('bootstrap-controller', user, kubernetesService(options)),
    storageClassHook(user),
  ];
}

/**
 * A hook that makes objects through the front door, as everybody does: created, or brought to their form. All at once, so
 * that they share a commit: none may need another one.
 */
export function objectsHook(
  name: string,
  user: UserInfo,
  objects: readonly BootstrapObject[],
): PostStartHook {
  return {
    name,
    async run(handler, signal) {
      await Promise.all(objects.map((object) => ensure({ handler, user, signal }, object)));
    },
  };
}

const TAKEN = { code: 409 };

async function ensure(ask: Asking, { resource, object, authoritative }: BootstrapObject): Promise<void> {
  const { namespace, name } = object.metadata;
  const own = pathOf(resource, { namespace, name });
  // Existing objects are not written again: webhooks, which a write would call, may not run yet when a cluster has just
  // started.
  const found = await send(ask, 'GET', own).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (found !== undefined && (authoritative !== true || isWithin(object, found.object))) return;
  const { code } =
    found === undefined ? await send(ask, 'POST', pathOf(resource, { namespace }), object) : TAKEN;
  if (code === TAKEN.code && authoritative === true) await send(ask, 'PUT', own, object);
}

/** Whether an object says all that another one says. */
function isWithin(wanted: unknown, found: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) return equal(wanted, found);
  if (typeof found !== 'object' || found === null) return false;
  const there = found as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(([key, value]) => isWithin(value, ownProperty(there, key)));
}
