import { ownProperty } from '../../../base/ownProperty.ts';
import { BETA_STORAGE_CLASS } from '../../volumes/storageClass.ts';
import type { PersistentVolume } from '../../types.ts';

const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options';

const OLD_PLUGINS = [
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
] as const;

/** `pkg/api/persistentvolume/util.go` GetWarningsForPersistentVolume. */
export function persistentVolumeWarnings({ metadata, spec }: PersistentVolume): string[] {
  const warnings: string[] = [];
  if (ownProperty(metadata.annotations, BETA_STORAGE_CLASS) !== undefined) {
    warnings.push(
      `metadata.annotations[${BETA_STORAGE_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`,
    );
  }
  if (ownProperty(metadata.annotations, MOUNT_OPTIONS) !== undefined) {
    warnings.push(
      `metadata.annotations[${MOUNT_OPTIONS}]: deprecated since v1.31; use "mountOptions" attribute instead`,
    );
  }
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') {
    warnings.push(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    );
  }
  for (const [name, why] of OLD_PLUGINS) {
    if (spec[name] !== undefined) warnings.push(`spec.${name === 'storageos' ? 'storageOS' : name}: ${why}`);
  }
  return warnings;
}
