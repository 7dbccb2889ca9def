import { ownProperty } from '../../base/ownProperty.ts';
import { NODE_LOCAL_PROVISIONER } from '../../api/nodeLocalVolumes.ts';
import type { RequestHandler, UserInfo } from '../../api/request.ts';
import { pathOf } from '../../api/resource.ts';
import { namespaces, storageClasses } from '../../api/resources.ts';
import { DEFAULT_CLASS } from '../../api/volumes/storageClass.ts';
import type { Namespace } from '../../api/types.ts';
import type { PostStartHook } from '../postStartHooks.ts';
import { send } from './send.ts';

const KUBE_SYSTEM = pathOf(namespaces, { name: 'kube-system' });
/** On the namespace kube-system: the class was made once. */
const MADE = 'wheelhouse.dev/default-storage-class';

const STANDARD = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { [DEFAULT_CLASS]: 'true' } },
  provisioner: NODE_LOCAL_PROVISIONER,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: true,
};

/**
 * Makes the class that claims get where they name none. Once in a cluster's life: who changes it or deletes it has it
 * so.
 */
export function storageClassHook(user: UserInfo): PostStartHook {
  return {
    name: 'default-storage-class',
    async run(handler: RequestHandler, signal: AbortSignal) {
      const ask = { handler, user, signal };
      const { object } = await send(ask, 'GET', KUBE_SYSTEM);
      if (ownProperty((object as Namespace).metadata.annotations, MADE) !== undefined) return;
      await send(ask, 'POST', pathOf(storageClasses), STANDARD);
      await send(ask, 'PATCH', KUBE_SYSTEM, {
        metadata: { annotations: { [MADE]: STANDARD.metadata.name } },
      });
    },
  };
}
