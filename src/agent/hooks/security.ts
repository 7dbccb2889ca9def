import { join } from 'node:path';
import type { Container, Pod } from '../../api/types.ts';
import { type AgentPaths, agentPathsAt } from '../paths.ts';
import type { ImageStatus, SecurityProfile } from '../runtime/contract.ts';
import { configError, type ContainerHook } from './contract.ts';
import { defaultProcMount, type ProcMount, UNMASKED } from './procMount.ts';
import { podGroups, selinuxLabel } from './podSecurity.ts';

/** Security context of pod and container together (kuberuntime `security_context.go`). After `image`. */
export function securityHook(paths: AgentPaths = agentPathsAt()): ContainerHook {
  let masked: Promise<ProcMount> | undefined;
  return {
    name: 'security',
    async apply({ pod, container }, { config, image }) {
      const ofPod = pod.spec.securityContext ?? {};
      const own = container.securityContext ?? {};
      const runAsUser = own.runAsUser ?? ofPod.runAsUser;
      const runAsGroup = own.runAsGroup ?? ofPod.runAsGroup;
      const { stopSignal } = container.lifecycle ?? {};
      if (stopSignal !== undefined)
        throw configError(`stop signal ${stopSignal} is not supported by the runtime`);
      if ((own.runAsNonRoot ?? ofPod.runAsNonRoot) === true) verifyNonRoot(pod, container, runAsUser, image);
      const { maskedPaths, readonlyPaths } =
        own.procMount === 'Unmasked' ? UNMASKED : await (masked ??= defaultProcMount());
      config.security = {
        privileged: own.privileged === true,
        ...userOf(runAsUser, image),
        ...(runAsGroup === undefined ? {} : { runAsGroup }),
        supplementalGroups: podGroups(pod),
        readOnlyRootFilesystem: own.readOnlyRootFilesystem === true,
        noNewPrivileges: own.allowPrivilegeEscalation === false,
        addCapabilities: [...(own.capabilities?.add ?? [])],
        dropCapabilities: [...(own.capabilities?.drop ?? [])],
        seccomp: seccompProfile(own.seccompProfile ?? ofPod.seccompProfile, paths),
        ...selinuxLabel(own.seLinuxOptions ?? ofPod.seLinuxOptions),
        maskedPaths: [...maskedPaths],
        readonlyPaths: [...readonlyPaths],
      };
    },
  };
}

type SeccompProfile = NonNullable<NonNullable<Pod['spec']['securityContext']>['seccompProfile']>;

/** kuberuntime `helpers.go`, `getSeccompProfile`. A container that asks for none has none. */
function seccompProfile(wanted: SeccompProfile | undefined, paths: AgentPaths): SecurityProfile {
  switch (wanted?.type) {
    case 'RuntimeDefault':
      return { type: 'runtimeDefault' };
    case 'Localhost': {
      const file = wanted.localhostProfile ?? '';
      if (file === '') throw configError('localhostProfile must be set if seccompProfile type is Localhost.');
      return { type: 'localhost', ref: join(paths.kubelet, 'seccomp', file) };
    }
    default:
      return { type: 'unconfined' };
  }
}

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
