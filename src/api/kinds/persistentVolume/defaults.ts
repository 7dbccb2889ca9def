import type { Incomplete } from '../../fields/unchecked.ts';
import type { PersistentVolume } from '../../types.ts';

type IncompleteVolume = Pick<Incomplete<PersistentVolume>, 'spec' | 'status'>;

/** core/v1 `SetDefaults_PersistentVolume` and that of its source. */
export function setVolumeDefaults(volume: IncompleteVolume): void {
  const spec = (volume.spec ??= {});
  if (!spec.persistentVolumeReclaimPolicy) spec.persistentVolumeReclaimPolicy = 'Retain';
  spec.volumeMode ??= 'Filesystem';
  if (spec.hostPath !== undefined) spec.hostPath.type ??= '';
  const status = (volume.status ??= {});
  if (!status.phase) status.phase = 'Pending';
}
