import type { Container } from '../../api/types.ts';
import type { Mount } from '../runtime/contract.ts';
import type { VolumeManager } from '../volumes/volumeManager.ts';
import { SubPathError } from '../volumes/openInside.ts';
import { IdMapError, mountSubPath } from '../volumes/subPaths.ts';
import type { AgentPaths } from '../paths.ts';
import { configError, type ContainerHook } from './contract.ts';
import { expand } from './expansion.ts';

type VolumeMount = NonNullable<Container['volumeMounts']>[number];

const PROPAGATION: Readonly<Record<string, Mount['propagation']>> = {
  None: 'private',
  HostToContainer: 'hostToContainer',
  Bidirectional: 'bidirectional',
};

/** The container's mounts of the pod's volumes (kubelet_pods.go `makeMounts`). After `environment`. */
export function volumeMountsHook(paths: AgentPaths, volumes: VolumeManager): ContainerHook {
  return {
    name: 'volumeMounts',
    async apply({ pod, container, sandbox }, { config }) {
      const environment = new Map(config.env.map(({ name, value }) => [name, value]));
      for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
        const volume = volumes.find(pod.metadata.uid, mount.name);
        if (volume === undefined)
          throw configError(`cannot find volume "${mount.name}" to mount into container "${container.name}"`);
        refuseRecursive(mount);
        const expression = mount.subPathExpr;
        const subPath =
          expression === undefined || expression === ''
            ? (mount.subPath ?? '')
            : expandSubPath(expression, environment);
        const { isOfNode = false } = volume;
        const { users } = sandbox;
        let { hostPath } = volume;
        if (subPath !== '' || (isOfNode && users !== undefined)) {
          const user = { uid: pod.metadata.uid, container: container.name, volume: mount.name, index };
          const source = { hostPath, subPath, create: !volume.isReadOnly, users, isOfNode };
          try {
            hostPath = await mountSubPath(paths, user, source);
          } catch (error) {
            if (error instanceof IdMapError) throw configError(error.message);
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

/** That mounts below a read-only one are read-only too takes containerd 2 (kubelet_pods.go `resolveRecursiveReadOnly`). */
function refuseRecursive(mount: VolumeMount): void {
  if (mount.recursiveReadOnly !== 'Enabled') return;
  throw configError(
    `failed to resolve recursive read-only mode: volume "${mount.name}" requested recursive read-only mode, but it is not supported by the runtime`,
  );
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
