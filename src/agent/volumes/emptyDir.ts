import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { quantityValue } from '../../api/quantity.ts';
import type { Pod } from '../../api/types.ts';
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
export function emptyDirPlugin({
  paths,
  users,
  sources,
}: Pick<VolumeOptions, 'paths' | 'users' | 'sources'>): VolumePlugin {
  return {
    type: 'emptyDir',
    async setUp(pod, volume) {
      const { uid } = pod.metadata;
      const hostPath = join(podDirectory(paths, uid), 'volumes', 'kubernetes.io~empty-dir', volume.name);
      await mkdir(hostPath, { recursive: true });
      const { medium = '', sizeLimit: limit } = volume.emptyDir ?? {};
      if (medium !== '' && medium !== 'Memory') throw new Error(`unknown storage medium "${medium}"`);
      const isMemory = medium === 'Memory';
      const mode = isMemory ? MEMORY_VOLUME_MODE : VOLUME_MODE;
      const isMounted = (await mountPointsBelow(hostPath)).includes(hostPath);
      if (isMemory && !isMounted) {
        await mountTmpfs(hostPath, [
          `mode=${mode.toString(8)}`,
          ...sizeOption(pod, limit, sources().allocatable['memory']),
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

/** At most what is asked for, what the pod may use at all, and what all pods may: memory is somebody's (kubelet `CalculateEmptyDirMemorySize`). */
function sizeOption(
  { spec }: Pod,
  limit: string | undefined,
  allocatable: string | undefined,
): readonly string[] {
  const ofContainers = spec.containers.map(({ resources }) => resources?.limits?.['memory']);
  const isBounded = ofContainers.every((each) => each !== undefined);
  const ofPod =
    spec.resources?.limits?.['memory'] === undefined
      ? isBounded
        ? ofContainers.reduce((sum, each) => sum + quantityValue(each), 0)
        : 0
      : quantityValue(spec.resources.limits['memory']);
  const bounds = [limit, allocatable]
    .flatMap((each) => (each === undefined ? [] : [quantityValue(each)]))
    .concat(ofPod)
    .filter((bytes) => bytes > 0);
  return bounds.length === 0 ? [] : [`size=${Math.min(...bounds)}`];
}
