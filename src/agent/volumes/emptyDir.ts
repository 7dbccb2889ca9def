import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { quantityValue } from '../../api/quantity.ts';
import { type AgentPaths, podDirectory } from '../paths.ts';
import { NOTHING_TO_CLOSE, type VolumePlugin } from './contract.ts';
import { mountPointsBelow, mountTmpfs } from './mounts.ts';

/** Open to every user of the pod's containers, as upstream (volume `emptydir/empty_dir.go`). */
const MODE = 0o777;
const SETGID = 0o2000;

/** A directory that lives as long as the pod; on a tmpfs with `medium: Memory`. */
export function emptyDirPlugin(paths: AgentPaths): VolumePlugin {
  return {
    type: 'emptyDir',
    async setUp(pod, volume) {
      const { uid } = pod.metadata;
      const hostPath = join(podDirectory(paths, uid), 'volumes', 'kubernetes.io~empty-dir', volume.name);
      await mkdir(hostPath, { recursive: true });
      const isMounted = (await mountPointsBelow(hostPath)).includes(hostPath);
      if (volume.emptyDir?.medium === 'Memory' && !isMounted) {
        const limit = volume.emptyDir.sizeLimit;
        await mountTmpfs(hostPath, [
          `mode=${MODE.toString(8)}`,
          ...(limit === undefined ? [] : [`size=${quantityValue(limit)}`]),
        ]);
      }
      const group = pod.spec.securityContext?.fsGroup;
      if (group !== undefined) await chown(hostPath, 0, group);
      // After the chown, which takes the bit away; and chmod, because the umask has its say in mkdir.
      await chmod(hostPath, group === undefined ? MODE : MODE | SETGID);
      return { hostPath, isReadOnly: false, close: NOTHING_TO_CLOSE };
    },
  };
}
