import { ownProperty } from '../../base/ownProperty.ts';
import { NODE_LOCAL_PROVISIONER, nodeLocalPath } from '../../api/nodeLocalVolumes.ts';
import { isReachable } from '../../api/volumes/matching.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../../api/types.ts';
import type { Lister } from '../../client/informer.ts';
import type { ProvisionRequest, VolumeProvisioner } from './provisioner.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const MODES = ['ReadWriteOnce', 'ReadWriteOncePod'];

/** Removes the data of volumes on nodes. */
export interface LocalVolumes {
  /** @throws if the node is not connected, or could not remove them now */
  remove(node: string, volume: string, signal: AbortSignal): Promise<void>;
}

/**
 * Volumes that are directories of the node that runs the claim's first pod. The agent makes the directory when it
 * mounts it.
 */
export function nodeLocalProvisioner(
  nodes: Lister<Node>,
  localVolumes: LocalVolumes | undefined,
): VolumeProvisioner {
  return {
    name: NODE_LOCAL_PROVISIONER,
    provision({ name, claim, storageClass, node }: ProvisionRequest) {
      const why = whyUnsupported(claim);
      if (why !== undefined) throw new Error(why);
      if ((storageClass.mountOptions ?? []).length > 0) {
        throw new Error(`StorageClass has mount options, which ${NODE_LOCAL_PROVISIONER} does not support`);
      }
      if (node === undefined) {
        throw new Error('no node was selected: the class needs volumeBindingMode WaitForFirstConsumer');
      }
      const host = ownProperty(node.metadata.labels, HOSTNAME) ?? node.metadata.name;
      return {
        local: { path: nodeLocalPath(name) },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: HOSTNAME, operator: 'In', values: [host] }] }],
          },
        },
      };
    },
    async remove(volume, signal) {
      const node = nodes.list().find((candidate) => isReachable(volume, candidate));
      // If the node is gone, its data are gone too. If nobody can remove data, there are none.
      if (node === undefined || localVolumes === undefined) return 'removed';
      const { name } = node.metadata;
      if (!isReady(node)) return { later: `node ${JSON.stringify(name)}, which has the data, is not ready` };
      await localVolumes.remove(name, volume.metadata.name, signal);
      return 'removed';
    },
  };
}

/** Upstream's message for a claim that a directory cannot fulfil; undefined if it can. */
function whyUnsupported({ spec }: PersistentVolumeClaim): string | undefined {
  const modes = spec.accessModes ?? [];
  if (!modes.every((mode) => MODES.includes(mode))) {
    return `invalid AccessModes [${modes.join(' ')}]: only AccessModes [${MODES.join(' ')}] are supported`;
  }
  if (spec.volumeMode === 'Block') {
    return `${NODE_LOCAL_PROVISIONER} does not support block volume provisioning`;
  }
  if (spec.selector !== undefined) return 'claim.Spec.Selector is not supported for dynamic provisioning';
  return spec.dataSource === undefined && spec.dataSourceRef === undefined
    ? undefined
    : `plugin "${NODE_LOCAL_PROVISIONER}" is not a CSI plugin. Only CSI plugin can provision a claim with a datasource`;
}

export const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;

/** Whether a node is ready again: removals that waited for it are then tried again. */
export const isBack = (node: Node, old: Node): boolean => isReady(node) && !isReady(old);

/** Whether a volume that was provisioned here lies on this node. False for all other volumes. */
export const isOnNode = (volume: PersistentVolume, node: Node): boolean =>
  volume.spec.local !== undefined && isReachable(volume, node);
