import { persistentVolumeClaims, persistentVolumes } from '../../api/resources.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '../../api/types.ts';
import type { Client } from '../../client/contract.ts';
import { UnprocessedVolumeError } from './contract.ts';

/** A pod's volume, found through its claim. */
export interface ClaimedVolume {
  /** The name of the claim. */
  readonly claim: string;
  readonly volume: PersistentVolume;
  readonly readOnly: boolean;
}

/**
 * The PersistentVolume behind a pod's claim, or behind the one that was made for its ephemeral volume (kubelet
 * `desired_state_of_world_populator.go`, `createVolumeSpec`). Read again each time: a node may get what its pods name and
 * watch none of it, so a pod whose claim is not bound asks again, as upstream's kubelet does.
 * @throws UnprocessedVolumeError with upstream's text
 */
export async function resolveClaim(
  client: Pick<Client, 'get'>,
  pod: Pod,
  { name, persistentVolumeClaim, ephemeral }: Volume,
  signal: AbortSignal,
): Promise<ClaimedVolume> {
  const { namespace } = pod.metadata;
  const claimName = persistentVolumeClaim?.claimName ?? `${pod.metadata.name}-${name}`;
  const readOnly = persistentVolumeClaim?.readOnly === true;
  const failed = (text: string): UnprocessedVolumeError =>
    new UnprocessedVolumeError(`error processing PVC ${namespace}/${claimName}: ${text}`);

  const claim = await client
    .get(persistentVolumeClaims, { namespace, name: claimName }, { signal })
    .catch((error: unknown) => {
      throw failed(`failed to fetch PVC from API server: ${textOf(error)}`);
    });
  if (ephemeral !== undefined && !isOwnedBy(claim, pod)) {
    throw failed(
      `PVC ${namespace}/${claimName} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`,
    );
  }
  if (claim.metadata.deletionTimestamp !== undefined) throw failed('PVC is being deleted');
  if (claim.status?.phase !== 'Bound') throw failed('PVC is not bound');
  const volumeName = claim.spec.volumeName ?? '';
  if (volumeName === '') throw failed('PVC has empty pvc.Spec.VolumeName');

  const volume = await client
    .get(persistentVolumes, { name: volumeName }, { signal })
    .catch((error: unknown) => {
      throw failed(`failed to fetch PV ${volumeName} from API server: ${textOf(error)}`);
    });
  const { claimRef, volumeMode = 'Filesystem' } = volume.spec;
  if (claimRef === undefined) {
    throw failed(
      `found PV object ${volumeName} but it has a nil pv.Spec.ClaimRef indicating it is not yet bound to the claim`,
    );
  }
  if (claimRef.uid !== claim.metadata.uid) {
    throw failed(
      `found PV object ${volumeName} but its pv.Spec.ClaimRef.UID ${claimRef.uid ?? ''} does not point to claim.UID ${claim.metadata.uid}`,
    );
  }
  const { mounted, mapped } = usesOf(pod, name);
  const wrongUse = mounted && volumeMode !== 'Filesystem' ? 'volumeMounts' : 'volumeDevices';
  if ((mounted && volumeMode !== 'Filesystem') || (mapped && volumeMode !== 'Block')) {
    throw new UnprocessedVolumeError(
      `volume ${name} has volumeMode ${volumeMode}, but is specified in ${wrongUse}`,
    );
  }
  return { claim: claimName, volume, readOnly };
}

/** Whether any of the pod's containers has the volume mounted, and whether any has it as a device. */
export function usesOf(
  { spec }: Pod,
  volume: string,
): { readonly mounted: boolean; readonly mapped: boolean } {
  const all = [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])];
  return {
    mounted: all.some(({ volumeMounts = [] }) => volumeMounts.some(({ name }) => name === volume)),
    mapped: all.some(({ volumeDevices = [] }) => volumeDevices.some(({ name }) => name === volume)),
  };
}

const isOwnedBy = (claim: PersistentVolumeClaim, pod: Pod): boolean =>
  claim.metadata.ownerReferences?.some(
    ({ uid, controller }) => controller === true && uid === pod.metadata.uid,
  ) === true;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
