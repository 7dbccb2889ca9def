import type { Mount } from '../runtime/contract.ts';
import type { VolumeManager } from '../volumes/volumeManager.ts';
import { SubPathError, subPathTarget } from '../volumes/subPath.ts';
import { configError, type ContainerHook } from './contract.ts';
import { expand } from './expansion.ts';

const PROPAGATION: Readonly<Record<string, Mount['propagation']>> = {
  None: 'private',
  HostToContainer: 'hostToContainer',
  Bidirectional: 'bidirectional',
};

/** The container's mounts of the pod's volumes (kubelet_pods.go `makeMounts`). After `environment`. */
export function volumeMountsHook(volumes: VolumeManager): ContainerHook {
  return {
    name: 'volumeMounts',
    async apply({ pod, container }, { config }) {
      const environment = new Map(config.env.map(({ name, value }) => [name, value]));
      for (const mount of container.volumeMounts ?? []) {
        const volume = volumes.find(pod.metadata.uid, mount.name);
        if (volume === undefined)
          throw configError(`cannot find volume "${mount.name}" to mount into container "${container.name}"`);
        const expression = mount.subPathExpr;
        const subPath =
          expression === undefined || expression === ''
            ? (mount.subPath ?? '')
            : expandSubPath(expression, environment);
        let { hostPath } = volume;
        if (subPath !== '') {
          try {
            hostPath = await subPathTarget(hostPath, subPath, volume.isReadOnly);
          } catch (error) {
            if (!(error instanceof SubPathError)) throw error;
            throw configError(
              `failed to prepare subPath for volumeMount "${mount.name}" of container "${container.name}"`,
            );
          }
        }
        config.mounts.push({
          containerPath: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
          hostPath,
          readOnly: mount.readOnly === true || volume.isReadOnly,
          propagation: PROPAGATION[mount.mountPropagation ?? 'None'] ?? 'private',
        });
      }
    },
  };
}

function expandSubPath(expression: string, environment: ReadonlyMap<string, string>): string {
  const missing: string[] = [];
  const path = expand(expression, (name) => {
    const value = environment.get(name);
    if (value === undefined) missing.push(name);
    return value;
  });
  if (missing.length > 0) throw configError(`missing value for "${missing[0] ?? ''}"`);
  if (path.startsWith('/')) throw configError(`subPath "${path}" must not be an absolute path`);
  if (path.split('/').includes('..')) throw configError(`subPath "${path}" must not contain ".."`);
  return path;
}
