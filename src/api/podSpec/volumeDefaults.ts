import type { Volume } from '../types.ts';
import type { Incomplete } from '../fields/unchecked.ts';
import { pullPolicyOf } from './containerDefaults.ts';

/** rw-r--r--, the mode of files in volumes made from objects. */
const DEFAULT_MODE = 0o644;
const TOKEN_SECONDS = 3600;

type IncompleteVolume = Incomplete<Volume>;

/** core/v1 `SetDefaults_Volume` and the sources' own. A volume without a source is an empty directory. */
export function setVolumeDefaults(volume: IncompleteVolume): void {
  if (Object.keys(volume).every((key) => key === 'name')) volume.emptyDir = {};
  if (volume.image !== undefined && !volume.image.pullPolicy) {
    volume.image.pullPolicy = pullPolicyOf(volume.image.reference ?? '');
  }
  if (volume.hostPath !== undefined) volume.hostPath.type ??= '';
  if (volume.secret !== undefined) volume.secret.defaultMode ??= DEFAULT_MODE;
  if (volume.configMap !== undefined) volume.configMap.defaultMode ??= DEFAULT_MODE;
  if (volume.downwardAPI !== undefined) {
    volume.downwardAPI.defaultMode ??= DEFAULT_MODE;
    setFieldRefDefaults(volume.downwardAPI.items);
  }
  if (volume.projected !== undefined) {
    volume.projected.defaultMode ??= DEFAULT_MODE;
    for (const source of volume.projected.sources ?? []) {
      if (source.serviceAccountToken !== undefined)
        source.serviceAccountToken.expirationSeconds ??= TOKEN_SECONDS;
      setFieldRefDefaults(source.downwardAPI?.items);
    }
  }
  const claim = volume.ephemeral?.volumeClaimTemplate;
  if (claim !== undefined) {
    claim.spec ??= {};
    claim.spec.volumeMode ??= 'Filesystem';
  }
}

function setFieldRefDefaults(items: NonNullable<IncompleteVolume['downwardAPI']>['items']): void {
  for (const { fieldRef } of items ?? []) {
    if (fieldRef !== undefined && !fieldRef.apiVersion) fieldRef.apiVersion = 'v1';
  }
}
