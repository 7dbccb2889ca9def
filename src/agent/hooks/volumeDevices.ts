import type { VolumeManager } from '../volumes/volumeManager.ts';
import { configError, type ContainerHook } from './contract.ts';

/** The container's raw block devices (kubelet_pods.go `makeBlockVolumes`). */
export function volumeDevicesHook(volumes: VolumeManager): ContainerHook {
  return {
    name: 'volumeDevices',
    apply({ pod, container }, { config }) {
      const devices = (container.volumeDevices ?? []).map(({ name, devicePath }) => {
        const volume = volumes.find(pod.metadata.uid, name);
        if (volume === undefined)
          throw configError(`cannot find volume "${name}" to pass into container "${container.name}"`);
        const permissions = volume.isReadOnly ? 'r' : 'mrw';
        return { containerPath: devicePath, hostPath: volume.hostPath, permissions };
      });
      if (devices.length > 0) config.devices = [...(config.devices ?? []), ...devices];
      return Promise.resolve();
    },
  };
}
