import { Emitter } from '../../base/events.ts';
import type { Pod } from '../../api/types.ts';
import type { NodeReadiness } from '../node/nodeStatus.ts';
import type { ReadinessSource } from '../node/readiness.ts';
import type { SandboxStatus } from '../runtime/contract.ts';
import { runningIn } from './identity.ts';

/**
 * Whether what the API shows of this node's pods may be believed. After the machine was down it shows as running what
 * does not run: the node is not ready before that is put right.
 */
export interface PodFreshness extends ReadinessSource {
  /** Pods that the API shows as they no longer are. */
  decide(outdated: Iterable<string>): void;
  isOutdated(uid: string): boolean;
  /** The API shows the pod as it is, or has forgotten it. */
  refreshed(uid: string): void;
}

export function createPodFreshness(): PodFreshness {
  const changed = new Emitter<undefined>();
  const outdated = new Set<string>();
  let isDecided = false;
  const readiness = (): NodeReadiness => {
    if (!isDecided)
      return { ready: false, message: 'the pods of this node are not known yet', waitsFor: 'start' };
    return outdated.size === 0
      ? { ready: true, message: '' }
      : { ready: false, message: 'the state of the pods of this node is not reported yet' };
  };
  return {
    decide(uids) {
      for (const uid of uids) outdated.add(uid);
      isDecided = true;
      changed.fire(undefined);
    },
    isOutdated: (uid) => outdated.has(uid),
    refreshed(uid) {
      if (outdated.delete(uid) && outdated.size === 0) changed.fire(undefined);
    },
    get readiness() {
      return readiness();
    },
    onChange: (listener) => changed.event(() => listener()),
  };
}

/** True of a pod of which the API shows a container as running that does not run. */
export function isOutdated(pod: Pod, sandboxes: readonly SandboxStatus[]): boolean {
  const running = new Set(runningIn(sandboxes).map(({ id }) => id));
  const statuses = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.ephemeralContainerStatuses ?? []),
  ];
  return statuses.some(
    ({ state, containerID = '' }) =>
      state?.running !== undefined && !running.has(containerID.slice(containerID.indexOf('://') + 3)),
  );
}
