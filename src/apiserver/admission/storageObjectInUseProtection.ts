import { persistentVolumeClaims, persistentVolumes, volumeAttributesClasses } from '../../api/resources.ts';
import {
  ATTRIBUTES_CLASS_PROTECTION,
  CLAIM_PROTECTION,
  VOLUME_PROTECTION,
} from '../../api/volumes/protection.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts';
import { isAbout } from './refuse.ts';

const FINALIZERS = [
  [persistentVolumeClaims, CLAIM_PROTECTION],
  [persistentVolumes, VOLUME_PROTECTION],
  [volumeAttributesClasses, ATTRIBUTES_CLASS_PROTECTION],
] as const;

const finalizerFor = (attributes: AdmissionAttributes): string | undefined =>
  FINALIZERS.find(([resource]) => isAbout(attributes, resource))?.[1];

/**
 * Puts the finalizer on claims and volumes that keeps them while they are in use
 * (`plugin/pkg/admission/storage/storageobjectinuseprotection`).
 */
export function storageObjectInUseProtection(): AdmissionPlugin {
  return {
    name: 'StorageObjectInUseProtection',
    handles: (attributes) => attributes.operation === 'CREATE' && finalizerFor(attributes) !== undefined,
    mutate(attributes) {
      const metadata = attributes.object?.metadata;
      const finalizer = finalizerFor(attributes);
      if (metadata === undefined || finalizer === undefined) return;
      const finalizers = metadata.finalizers ?? [];
      if (!finalizers.includes(finalizer)) metadata.finalizers = [...finalizers, finalizer];
    },
  };
}
