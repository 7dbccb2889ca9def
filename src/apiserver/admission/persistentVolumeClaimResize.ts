import type { Draft } from '../../api/meta.ts';
import { compareQuantities, tryParseQuantity } from '../../api/quantity.ts';
import { persistentVolumeClaims, storageClasses } from '../../api/resources.ts';
import { sizeOf } from '../../api/volumes/matching.ts';
import { classOf } from '../../api/volumes/storageClass.ts';
import type { PersistentVolumeClaim, StorageClass } from '../../api/types.ts';
import type { AdmissionPlugin, AdmissionReader } from './contract.ts';
import { isAbout, refuse } from './refuse.ts';

/** Only bound claims whose class allows it can grow (`plugin/pkg/admission/storage/persistentvolume/resize`). */
export function persistentVolumeClaimResize(reader: AdmissionReader): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaimResize',
    handles: (attributes) => attributes.operation === 'UPDATE' && isAbout(attributes, persistentVolumeClaims),
    validate(attributes) {
      const claim = attributes.object as unknown as Draft<PersistentVolumeClaim>;
      const old = attributes.old as unknown as PersistentVolumeClaim;
      if (!isLarger(claim, old)) return [];
      if (old.status?.phase !== 'Bound') {
        throw refuse(attributes, 'Only bound persistent volume claims can be expanded');
      }
      const name = classOf(old) ?? '';
      const storageClass = reader.get(storageClasses, '', name) as StorageClass | undefined;
      if (name === '' || storageClass?.allowVolumeExpansion !== true) {
        throw refuse(
          attributes,
          'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
        );
      }
      return [];
    },
  };
}

type Sized = Pick<PersistentVolumeClaim, 'spec'> | Draft<PersistentVolumeClaim>;

function isLarger(claim: Sized, old: Sized): boolean {
  const [now, before] = [claim, old].map(({ spec }) => tryParseQuantity(sizeOf(spec.resources?.requests)));
  return now !== undefined && before !== undefined && compareQuantities(now, before) > 0;
}
