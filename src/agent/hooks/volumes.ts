import type { VolumeManager } from '../volumes/volumeManager.ts';
import type { PodHook } from './contract.ts';

/** The pod's volumes, all at once. */
export function volumesHook(volumes: VolumeManager): PodHook {
  return {
    name: 'volumes',
    prepare: (pod, signal) => volumes.setUp(pod, signal),
    update: (pod) => volumes.update(pod),
    undo: ({ uid }) => volumes.tearDown(uid),
    close: () => volumes.stop(),
  };
}
