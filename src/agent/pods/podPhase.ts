import type { ContainerStatus, Pod } from '../../api/types.ts';
import { roleOfInit } from './identity.ts';
import { restartsAfter } from './restartPolicy.ts';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/**
 * The phase that container statuses amount to (kubelet_pods.go `getPhase`).
 * @param terminal the pod is being taken down: containers that have ended do not come again
 */
export function podPhase(
  pod: Pod,
  init: readonly ContainerStatus[],
  containers: readonly ContainerStatus[],
  terminal: boolean,
): PodPhase {
  let pendingInit = 0;
  for (const container of pod.spec.initContainers ?? []) {
    const status = init.find(({ name }) => name === container.name);
    if (roleOfInit(container) === 'sidecar') {
      if (status?.started !== true && status?.state?.terminated === undefined) pendingInit++;
      continue;
    }
    const ended =
      status?.state?.terminated ??
      (status?.state?.running === undefined ? status?.lastState?.terminated : undefined);
    if (ended !== undefined && ended.exitCode !== 0 && !restartsAfter(pod, container, ended.exitCode))
      return 'Failed';
    if (status?.state?.terminated?.exitCode !== 0) pendingInit++;
  }

  const count = { running: 0, waiting: 0, stopped: 0, succeeded: 0 };
  let isToGoOn = false;
  for (const container of pod.spec.containers) {
    const state = containers.find(({ name }) => name === container.name);
    const ended = state?.state?.terminated ?? state?.lastState?.terminated;
    isToGoOn ||= ended !== undefined && restartsAfter(pod, container, ended.exitCode);
    if (state?.state?.running !== undefined) count.running++;
    else if (state?.state?.terminated !== undefined) {
      count.stopped++;
      if (state.state.terminated.exitCode === 0) count.succeeded++;
    } else if (state?.lastState?.terminated !== undefined) count.stopped++;
    else count.waiting++;
  }
  const started = count.running + count.stopped > 0;
  if (pendingInit > 0 && !started) return 'Pending';
  if (count.waiting > 0) return 'Pending';
  if (count.running > 0) return 'Running';
  if (terminal) return count.stopped === count.succeeded ? 'Succeeded' : 'Failed';
  if (isToGoOn) return 'Running';
  return count.stopped === count.succeeded ? 'Succeeded' : 'Failed';
}
