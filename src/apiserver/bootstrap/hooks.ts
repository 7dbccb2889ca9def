import type { UserInfo } from '../../api/request.ts';
import { pathOf } from '../../api/resource.ts';
import type { PostStartHook } from '../postStartHooks.ts';
import { kubernetesService, type KubernetesServiceOptions } from './kubernetesService.ts';
import { type Asking, send } from './send.ts';
import { storageClassHook } from './storageClass.ts';
import { type BootstrapObject, systemObjects } from './systemObjects.ts';

/** The hooks that make what every cluster has, in upstream's names. `user` is the server itself. */
export function bootstrapHooks(user: UserInfo, options: KubernetesServiceOptions): readonly PostStartHook[] {
  return [
    objectsHook('start-system-namespaces-controller', user, systemObjects()),
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

async function ensure(ask: Asking, { resource, object, authoritative }: BootstrapObject): Promise<void> {
  const { namespace, name } = object.metadata;
  const { code } = await send(ask, 'POST', pathOf(resource, { namespace }), object);
  if (code === 409 && authoritative === true) {
    await send(ask, 'PUT', pathOf(resource, { namespace, name }), object);
  }
}
