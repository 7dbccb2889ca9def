import { ownProperty } from '../../base/ownProperty.ts';
import { PROVISIONED_BY } from '../../api/nodeLocalVolumes.ts';
import { VOLUME_DELETION_FINALIZER } from '../../api/volumes/binding.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types.ts';

/** What is to be done about a volume. */
export type VolumePlan =
  | { readonly do: 'phase'; readonly phase: 'Available' | 'Bound' }
  /** Its claim is to be looked at, which completes the binding. */
  | { readonly do: 'wakeClaim' }
  /** Its claim is gone or has another volume: what its policy says. */
  | { readonly do: 'reclaim' }
  /** Its claim has another volume, and it may be somebody else's. */
  | { readonly do: 'unbind' };

export const provisionerOf = (volume: PersistentVolume): string | undefined =>
  ownProperty(volume.metadata.annotations, PROVISIONED_BY);

/**
 * `pkg/controller/volume/persistentvolume/pv_controller.go` syncVolume.
 * @param claim the one of the name that the volume is reserved for
 */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumePlan {
  const { claimRef, persistentVolumeReclaimPolicy } = volume.spec;
  if (claimRef === undefined || (claimRef.uid ?? '') === '') {
    // Nobody will ever claim it, and what was made for it has to go before it may.
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
