import { qosClassOf } from '../../api/podSpec/qos.ts';
import { timeOf } from '../../api/time.ts';
import type { Pod, PodStatus } from '../../api/types.ts';
import type { SandboxStatus } from '../runtime/contract.ts';
import { containerStatuses, type StatusFacts } from './containerStatus.ts';
import { instancesByName, runningIn } from './identity.ts';
import { podConditions, type ResizeProgress } from './podConditions.ts';
import { podPhase } from './podPhase.ts';

export interface PodFailure {
  readonly reason: string;
  readonly message: string;
  /** The node could not spare what the pod had: this end is not the pod's own fault (condition DisruptionTarget). */
  readonly isDisruption?: true;
}

export interface PodStatusInput {
  readonly pod: Pod;
  /** Newest first. */
  readonly sandboxes: readonly SandboxStatus[];
  readonly facts: StatusFacts;
  readonly hostIPs: readonly string[];
  /** The pod is being taken down. */
  readonly terminal: boolean;
  /** The agent ends the pod by its own decision: the phase is Failed once none of its containers runs, whatever they did. */
  readonly failure?: PodFailure | undefined;
  /** How a resize goes; missing where there is none. */
  readonly resize?: ResizeProgress | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The status to report (kubelet_pods.go `generateAPIPodStatus`). Pure. */
export function podStatus(input: PodStatusInput): PodStatus {
  const { pod, sandboxes, facts, hostIPs } = input;
  // A running container has not failed. Otherwise controllers would replace a pod that is not over (status_manager.go
  // `mergePodStatus`).
  const failure = runningIn(sandboxes).length > 0 ? undefined : input.failure;
  const old = pod.status ?? {};
  const now = timeOf(input.now);
  const instances = instancesByName(sandboxes);
  const initContainers = pod.spec.initContainers ?? [];
  const init = containerStatuses(
    pod,
    initContainers,
    'init',
    instances,
    old.initContainerStatuses ?? [],
    facts,
  );
  const containers = containerStatuses(
    pod,
    pod.spec.containers,
    'containers',
    instances,
    old.containerStatuses ?? [],
    facts,
  );
  const ephemeral = containerStatuses(
    pod,
    pod.spec.ephemeralContainers ?? [],
    'ephemeral',
    instances,
    old.ephemeralContainerStatuses ?? [],
    facts,
  );
  const phase =
    old.phase === 'Failed' || old.phase === 'Succeeded'
      ? old.phase
      : failure === undefined
        ? podPhase(pod, init, containers, input.terminal)
        : 'Failed';
  const sandboxReady = sandboxes[0]?.ready === true;
  const ips = podIPs(pod, sandboxes, hostIPs);
  const disruption = failure?.isDisruption === true ? failure.message : undefined;
  const reason = failure?.reason ?? (phase === 'Failed' ? old.reason : undefined);
  const message = failure?.message ?? (phase === 'Failed' ? old.message : undefined);
  return {
    phase,
    conditions: podConditions(pod, phase, init, containers, sandboxReady, now, input.resize, disruption),
    hostIP: hostIPs[0] ?? '',
    hostIPs: hostIPs.map((ip) => ({ ip })),
    startTime: old.startTime ?? now,
    containerStatuses: containers,
    ...(initContainers.length > 0 ? { initContainerStatuses: init } : {}),
    ...(ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral } : {}),
    qosClass: old.qosClass ?? qosClassOf(pod.spec),
    ...(ips[0] === undefined ? {} : { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) }),
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  };
}

/** The addresses of the sandbox; where it is down, those that the pod had. */
function podIPs(
  pod: Pod,
  sandboxes: readonly SandboxStatus[],
  hostIPs: readonly string[],
): readonly string[] {
  if (pod.spec.hostNetwork === true) return sandboxes.length > 0 ? hostIPs : [];
  const own = sandboxes[0]?.ips ?? [];
  return own.length > 0 ? own : (pod.status?.podIPs ?? []).map(({ ip }) => ip);
}
