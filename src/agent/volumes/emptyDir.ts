import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { quantityValue } from '../../api/quantity.ts';
import { podDirectory } from '../paths.ts';
import {
  MEMORY_VOLUME_MODE,
  NOTHING_TO_CLOSE,
  VOLUME_MODE,
  type VolumeOptions,
  type VolumePlugin,
} from './contract.ts';
import { mountPointsBelow, mountTmpfs } from './mounts.ts';

const SETGID = 0o2000;

/** A directory that lives as long as the pod; on a tmpfs with `medium: Memory`. */
export function emptyDirPlugin({ paths, users }: Pick<VolumeOptions, 'paths' | 'users'>): VolumePlugin {
  return {
    type: 'emptyDir',
    async setUp(pod, volume) {
      const { uid } = pod.metadata;
      const hostPath = join(podDirectory(paths, uid), 'volumes', 'kubernetes.io~empty-dir', volume.name);
      await mkdir(hostPath, { recursive: true });
      const { medium, sizeLimit: limit } = volume.emptyDir ?? {};
      const isMemory = medium === 'Memory';
      const mode = isMemory ? MEMORY_VOLUME_MODE : VOLUME_MODE;
      const isMounted = (await mountPointsBelow(hostPath)).includes(hostPath);
      if (isMemory && !isMounted) {
        await mountTmpfs(hostPath, [
          `mode=${mode.toString(8)}`,
          ...(limit === undefined ? [] : [`size=${quantityValue(limit)}`]),
        ]);
      }
      const group = pod.spec.securityContext?.fsGroup;
      const root = users.of(uid)?.hostId ?? 0;
      if (group !== undefined || root !== 0) await chown(hostPath, root, root + (group ?? 0));
      // After the chown, which takes the bit away; and chmod, because the umask has its say in mkdir.
      await chmod(hostPath, group === undefined ? mode : mode | SETGID);
      return { hostPath, isReadOnly: false, close: NOTHING_TO_CLOSE };
    },
  };
}
