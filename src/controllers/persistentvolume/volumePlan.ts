import { ownProperty } from '../../base/ownProperty.ts';
import { PROVISIONED_BY } from '../../api/nodeLocalVolumes.ts';
import { VOLUME_DELETION_FINALIZER } from '../../api/volumes/binding.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types.ts';

/** The next action for a volume. */
export type VolumePlan =
  | { readonly do: 'phase'; readonly phase: 'Available' | 'Bound' }
  /** Wakes its claim, which completes the binding. */
  | { readonly do: 'wakeClaim' }
  /** The claim is gone or has another volume: the reclaim policy applies. */
  | { readonly do: 'reclaim' }
  /** The claim has another volume: this volume becomes available to other claims. */
  | { readonly do: 'unbind' };

export const provisionerOf = (volume: PersistentVolume): string | undefined =>
  ownProperty(volume.metadata.annotations, PROVISIONED_BY);

/**
 * `pkg/controller/volume/persistentvolume/pv_controller.go` syncVolume.
 * @param claim the claim that has the name for which the volume is reserved
 */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumePlan {
  const { claimRef, persistentVolumeReclaimPolicy } = volume.spec;
  if (claimRef === undefined || (claimRef.uid ?? '') === '') {
    // No claim can get it any more, and its data must be removed before it is deleted.
    return isOnlyKeptByData(volume) ? { do: 'reclaim' } : { do: 'phase', phase: 'Available' };
  }
  if (claim === undefined || claim.metadata.uid !== claimRef.uid) return { do: 'reclaim' };
  const has = claim.spec.volumeName ?? '';
  if (has === '') return { do: 'wakeClaim' };
  if (has === volume.metadata.name) return { do: 'phase', phase: 'Bound' };
  return provisionerOf(volume) !== undefined && persistentVolumeReclaimPolicy === 'Delete'
    ? { do: 'reclaim' }
    : { do: 'unbind' };
}

function isOnlyKeptByData({ metadata }: PersistentVolume): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    metadata.finalizers?.includes(VOLUME_DELETION_FINALIZER) === true
  );
}
