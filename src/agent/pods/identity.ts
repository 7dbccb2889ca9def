import { groupBy } from '../../base/groupBy.ts';
import { createHash } from 'node:crypto';
import type { Container, Pod } from '../../api/types.ts';
import type { RuntimeContainer, SandboxStatus } from '../runtime/contract.ts';

/** Names under which kubelet finds its pods again in the runtime (kubelet `pkg/kubelet/types/labels.go`). */
export const POD_NAME = 'io.kubernetes.pod.name';
export const POD_NAMESPACE = 'io.kubernetes.pod.namespace';
export const POD_UID = 'io.kubernetes.pod.uid';
export const CONTAINER_NAME = 'io.kubernetes.container.name';
const CONTAINER_HASH = 'io.kubernetes.container.hash';
const RESTART_COUNT = 'io.kubernetes.container.restartCount';
const MESSAGE_PATH = 'io.kubernetes.container.terminationMessagePath';
const MESSAGE_POLICY = 'io.kubernetes.container.terminationMessagePolicy';
const GRACE_PERIOD = 'io.kubernetes.pod.terminationGracePeriod';

/** The facts about a pod that remain after the API has forgotten it. */
export interface PodIdentity {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
}

export function identityOf(pod: Pod): PodIdentity {
  return { uid: pod.metadata.uid, name: pod.metadata.name, namespace: pod.metadata.namespace };
}

/** `NAMESPACE_NAME_UID`, the pod's directory below /var/log/pods. */
export function logDirectoryName(pod: PodIdentity): string {
  return `${pod.namespace}_${pod.name}_${pod.uid}`;
}

/**
 * What makes a container need a restart when the pod's spec changes: its name and image alone, as in upstream since
 * 1.31 (`kubecontainer.HashContainer`).
 */
export function containerHash(container: Container): string {
  return createHash('sha256')
    .update(JSON.stringify([container.name, container.image ?? '']))
    .digest('hex')
    .slice(0, 8);
}

export function podLabels(pod: Pod): Record<string, string> {
  return {
    ...pod.metadata.labels,
    [POD_NAME]: pod.metadata.name,
    [POD_NAMESPACE]: pod.metadata.namespace,
    [POD_UID]: pod.metadata.uid,
  };
}

export function containerLabels(pod: Pod, container: Container): Record<string, string> {
  return {
    [CONTAINER_NAME]: container.name,
    [POD_NAME]: pod.metadata.name,
    [POD_NAMESPACE]: pod.metadata.namespace,
    [POD_UID]: pod.metadata.uid,
  };
}

export function containerAnnotations(
  pod: Pod,
  container: Container,
  attempt: number,
): Record<string, string> {
  const grace = pod.spec.terminationGracePeriodSeconds;
  return {
    [CONTAINER_HASH]: containerHash(container),
    [RESTART_COUNT]: String(attempt),
    [MESSAGE_PATH]: container.terminationMessagePath ?? '/dev/termination-log',
    [MESSAGE_POLICY]: container.terminationMessagePolicy ?? 'File',
    ...(grace === undefined ? {} : { [GRACE_PERIOD]: String(grace) }),
  };
}

export function hashOf(container: RuntimeContainer): string | undefined {
  return container.annotations[CONTAINER_HASH];
}

export function messagePolicyOf(container: RuntimeContainer): string {
  return container.annotations[MESSAGE_POLICY] ?? 'File';
}

/** True for what a kubelet made: other users of the runtime are none of our business. */
export function isManaged(sandbox: SandboxStatus): boolean {
  return sandbox.labels[POD_UID] !== undefined;
}

/** Instances of each container over all sandboxes of a pod, newest first. */
export function instancesByName(
  sandboxes: readonly SandboxStatus[],
): ReadonlyMap<string, readonly RuntimeContainer[]> {
  const all = sandboxes.flatMap((sandbox) => sandbox.containers);
  const newestFirst = all.sort((a, b) => b.attempt - a.attempt || b.createdAt - a.createdAt);
  return groupBy(newestFirst, (container) => container.name);
}

export function runningIn(sandboxes: readonly SandboxStatus[]): readonly RuntimeContainer[] {
  return sandboxes.flatMap(({ containers }) => containers.filter(({ state }) => state === 'running'));
}

export type ContainerRole = 'init' | 'sidecar' | 'container' | 'ephemeral';

/** All containers of the spec, in the order in which they start. */
export function containersOf(
  pod: Pod,
): readonly { readonly container: Container; readonly role: ContainerRole }[] {
  return [
    ...(pod.spec.initContainers ?? []).map((container) => ({ container, role: roleOfInit(container) })),
    ...pod.spec.containers.map((container) => ({ container, role: 'container' as const })),
    ...(pod.spec.ephemeralContainers ?? []).map((container) => ({ container, role: 'ephemeral' as const })),
  ];
}

export function specOf(pod: Pod, name: string): Container | undefined {
  return containersOf(pod).find(({ container }) => container.name === name)?.container;
}

export function roleOfInit(container: Container): 'init' | 'sidecar' {
  return container.restartPolicy === 'Always' ? 'sidecar' : 'init';
}

export function fieldPathOf(pod: Pod, name: string): string {
  const role = containersOf(pod).find(({ container }) => container.name === name)?.role;
  const isInit = role === 'init' || role === 'sidecar';
  return `spec.${isInit ? 'initContainers' : role === 'ephemeral' ? 'ephemeralContainers' : 'containers'}{${name}}`;
}
