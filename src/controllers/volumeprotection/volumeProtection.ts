import { persistentVolumes } from '../../api/resources.ts';
import { VOLUME_PROTECTION } from '../../api/volumes/protection.ts';
import type { PersistentVolume } from '../../api/types.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';
import { protect } from './finalizers.ts';

/** Volumes go when no claim has them any more (`pkg/controller/volume/pvprotection`). */
export function volumeProtectionController({ client, informers, enqueue }: ControllerContext): Controller {
  const volumes = informers.for(persistentVolumes);
  const wake = ({ metadata }: PersistentVolume): void => {
    const isKept = metadata.finalizers?.includes(VOLUME_PROTECTION) === true;
    if ((metadata.deletionTimestamp !== undefined) === isKept) enqueue(metadata.name);
  };
  volumes.addHandler({ onAdd: wake, onUpdate: wake });
  return {
    name: 'persistentvolume-protection',
    workers: 1,
    async reconcile(name, signal) {
      const volume = volumes.get(undefined, name);
      if (volume === undefined) return undefined;
      const rules = { finalizer: VOLUME_PROTECTION, isInUse: () => volume.status?.phase === 'Bound' };
      await protect(client, persistentVolumes, volume, rules, signal);
      return undefined;
    },
  };
}
