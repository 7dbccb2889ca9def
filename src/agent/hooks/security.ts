import type { Container, Pod } from '../../api/types.ts';
import type { ImageStatus } from '../runtime/contract.ts';
import { configError, type ContainerHook } from './contract.ts';

/** Security context of pod and container together (kuberuntime `security_context.go`). After `image`. */
export const securityHook: ContainerHook = {
  name: 'security',
  apply({ pod, container }, { config, image }) {
    const ofPod = pod.spec.securityContext ?? {};
    const own = container.securityContext ?? {};
    const runAsUser = own.runAsUser ?? ofPod.runAsUser;
    const runAsGroup = own.runAsGroup ?? ofPod.runAsGroup;
    const privileged = own.privileged === true;
    const profile = own.seccompProfile?.type ?? ofPod.seccompProfile?.type;
    if ((own.runAsNonRoot ?? ofPod.runAsNonRoot) === true) verifyNonRoot(pod, container, runAsUser, image);
    const groups = [
      ...(ofPod.supplementalGroups ?? []),
      ...(ofPod.fsGroup === undefined ? [] : [ofPod.fsGroup]),
    ];
    config.security = {
      privileged,
      ...userOf(runAsUser, image),
      ...(runAsGroup === undefined ? {} : { runAsGroup }),
      supplementalGroups: groups,
      readOnlyRootFilesystem: own.readOnlyRootFilesystem === true,
      noNewPrivileges: own.allowPrivilegeEscalation === false,
      addCapabilities: [...(own.capabilities?.add ?? [])],
      dropCapabilities: [...(own.capabilities?.drop ?? [])],
      seccomp: !privileged && profile === 'RuntimeDefault' ? 'RuntimeDefault' : 'Unconfined',
    };
    return Promise.resolve();
  },
};

function userOf(
  runAsUser: number | undefined,
  image: ImageStatus | undefined,
): { runAsUser?: number; runAsUserName?: string } {
  if (runAsUser !== undefined) return { runAsUser };
  if (image?.uid !== undefined) return { runAsUser: image.uid };
  return image?.username === undefined ? {} : { runAsUserName: image.username };
}

function verifyNonRoot(
  pod: Pod,
  container: Container,
  runAsUser: number | undefined,
  image: ImageStatus | undefined,
): void {
  const { name, namespace, uid } = pod.metadata;
  const where = `(pod: "${name}_${namespace}(${uid})", container: ${container.name})`;
  if (runAsUser !== undefined) {
    if (runAsUser === 0) throw configError(`container's runAsUser breaks non-root policy ${where}`);
    return;
  }
  if (image?.username !== undefined) {
    throw configError(
      `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`,
    );
  }
  if ((image?.uid ?? 0) === 0)
    throw configError(`container has runAsNonRoot and image will run as root ${where}`);
}
