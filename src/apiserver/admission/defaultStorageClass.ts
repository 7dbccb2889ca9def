import type { Draft } from '../../api/meta.ts';
import { persistentVolumeClaims, storageClasses } from '../../api/resources.ts';
import { classOf, defaultClassOf } from '../../api/volumes/storageClass.ts';
import type { PersistentVolumeClaim, StorageClass } from '../../api/types.ts';
import type { AdmissionPlugin, AdmissionReader } from './contract.ts';
import { isAbout } from './refuse.ts';

/**
 * Gives claims that name no class the default one, if there is one
 * (`plugin/pkg/admission/storage/storageclass/setdefault`).
 */
export function defaultStorageClass(reader: AdmissionReader): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    handles: (attributes) => attributes.operation === 'CREATE' && isAbout(attributes, persistentVolumeClaims),
    mutate({ object }) {
      const claim = object as unknown as Draft<PersistentVolumeClaim>;
      if (classOf(claim as PersistentVolumeClaim) !== undefined) return;
      const chosen = defaultClassOf(reader.list(storageClasses, '') as readonly StorageClass[]);
      if (chosen !== undefined) claim.spec.storageClassName = chosen.metadata.name;
    },
  };
}
