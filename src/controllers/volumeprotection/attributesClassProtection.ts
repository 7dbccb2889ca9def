import { persistentVolumeClaims, persistentVolumes, volumeAttributesClasses } from '../../api/resources.ts';
import { ATTRIBUTES_CLASS_PROTECTION } from '../../api/volumes/protection.ts';
import type { PersistentVolume, PersistentVolumeClaim, VolumeAttributesClass } from '../../api/types.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';
import { protect } from './finalizers.ts';

const BY_CLASS = 'volumeAttributesClass';

/** Classes of attributes go when no claim and no volume names them any more (`pkg/controller/volume/vacprotection`). */
export function attributesClassProtectionController(context: ControllerContext): Controller {
  const { client, informers, enqueue } = context;
  const classes = informers.for(volumeAttributesClasses);
  const claims = informers.for(persistentVolumeClaims);
  const volumes = informers.for(persistentVolumes);
  claims.addIndex(BY_CLASS, classesOfClaim);
  volumes.addIndex(BY_CLASS, classesOfVolume);
  const wake = ({ metadata }: VolumeAttributesClass): void => {
    const isKept = metadata.finalizers?.includes(ATTRIBUTES_CLASS_PROTECTION) === true;
    if ((metadata.deletionTimestamp !== undefined) === isKept) enqueue(metadata.name);
  };
  const wakeAll = (names: readonly string[]): void => {
    for (const name of names) {
      const found = classes.get(undefined, name);
      if (found !== undefined) wake(found);
    }
  };
  classes.addHandler({ onAdd: wake, onUpdate: wake });
  claims.addHandler({
    onUpdate: (_claim, old) => wakeAll(classesOfClaim(old)),
    onDelete: (claim) => wakeAll(classesOfClaim(claim)),
  });
  volumes.addHandler({
    onUpdate: (_volume, old) => wakeAll(classesOfVolume(old)),
    onDelete: (volume) => wakeAll(classesOfVolume(volume)),
  });
  return {
    name: 'volumeattributesclass-protection',
    workers: 1,
    async reconcile(name, signal) {
      const found = classes.get(undefined, name);
      if (found === undefined) return undefined;
      const isInUse = (): boolean =>
        claims.byIndex(BY_CLASS, name).length > 0 || volumes.byIndex(BY_CLASS, name).length > 0;
      const rules = { finalizer: ATTRIBUTES_CLASS_PROTECTION, isInUse };
      await protect(client, volumeAttributesClasses, found, rules, signal);
      return undefined;
    },
  };
}

/** The classes that a claim requests, has, and is changing to. */
function classesOfClaim({ spec, status }: PersistentVolumeClaim): string[] {
  return [
    spec.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ].flatMap((name) => (name === undefined || name === '' ? [] : [name]));
}

function classesOfVolume({ spec }: PersistentVolume): string[] {
  const name = spec.volumeAttributesClassName ?? '';
  return name === '' ? [] : [name];
}
