import { persistentVolumeClaims, persistentVolumes } from '../../api/resources.ts';
import { CLAIM_PROTECTION, VOLUME_PROTECTION } from '../../api/volumes/protection.ts';
import type { AdmissionPlugin } from './contract.ts';
import { isAbout } from './refuse.ts';

/** Claims and volumes cannot go while they are in use (`plugin/pkg/admission/storage/storageobjectinuseprotection`). */
export function storageObjectInUseProtection(): AdmissionPlugin {
  return {
    name: 'StorageObjectInUseProtection',
    handles: (attributes) =>
      attributes.operation === 'CREATE' &&
      (isAbout(attributes, persistentVolumeClaims) || isAbout(attributes, persistentVolumes)),
    mutate(attributes) {
      const metadata = attributes.object?.metadata;
      if (metadata === undefined) return;
      const finalizer = isAbout(attributes, persistentVolumes) ? VOLUME_PROTECTION : CLAIM_PROTECTION;
      const finalizers = metadata.finalizers ?? [];
      if (!finalizers.includes(finalizer)) metadata.finalizers = [...finalizers, finalizer];
    },
  };
}
