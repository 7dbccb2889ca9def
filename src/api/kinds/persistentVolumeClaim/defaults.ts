import type { Incomplete } from '../../fields/unchecked.ts';
import type { PersistentVolumeClaim } from '../../types.ts';

type IncompleteClaim = Pick<Incomplete<PersistentVolumeClaim>, 'spec' | 'status'>;

/** core/v1 `SetDefaults_PersistentVolumeClaim` and `SetDefaults_PersistentVolumeClaimSpec`. */
export function setClaimDefaults(claim: IncompleteClaim): void {
  const spec = (claim.spec ??= {});
  if (!spec.volumeMode) spec.volumeMode = 'Filesystem';
  const status = (claim.status ??= {});
  if (!status.phase) status.phase = 'Pending';
}
