import type { Mutable } from '../../api/meta.ts';
import { timeOf } from '../../api/time.ts';
import type {
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  ResourceRequirements,
} from '../../api/types.ts';
import type { RuntimeContainer } from '../runtime/contract.ts';
import { type ContainerRole, roleOfInit } from './identity.ts';
import { shouldRestart } from './podActions.ts';

/** Why a container waits: its status' reason and message. */
export interface WaitingReason {
  readonly reason: string;
  readonly message: string;
}

/** What the agent knows beyond the runtime, for the status of one pod. */
export interface StatusFacts {
  /** `containerd`: the scheme of container ids. */
  readonly runtimeName: string;
  /** The pod is Succeeded or Failed for the API already, or was refused by the node. */
  readonly ended: boolean;
  waiting(container: string): WaitingReason | undefined;
  /** Its postStart hook is at work: it does not count as running before that is over. */
  starting(container: string): boolean;
  /** What the node has granted the container, and what is in force; undefined for what the spec says. */
  allocated(container: string): ResourceRequirements | undefined;
  enforced(container: string): ResourceRequirements | undefined;
  ready(instance: RuntimeContainer): boolean;
  started(instance: RuntimeContainer): boolean;
}

const TERMINATED_UNKNOWN = 'ContainerStatusUnknown';

/** Statuses of one of the spec's lists (kubelet_pods.go `convertToAPIContainerStatuses`). Sorted by name where upstream sorts: by the spec's order for init containers. */
export function containerStatuses(
  pod: Pod,
  containers: readonly Container[],
  list: 'init' | 'containers' | 'ephemeral',
  instances: ReadonlyMap<string, readonly RuntimeContainer[]>,
  previous: readonly ContainerStatus[],
  facts: StatusFacts,
): ContainerStatus[] {
  const statuses = containers.flatMap((container) => {
    const role: ContainerRole =
      list === 'init' ? roleOfInit(container) : list === 'containers' ? 'container' : 'ephemeral';
    const old = previous.find(({ name }) => name === container.name);
    const own = instances.get(container.name) ?? [];
    // A pod that has ended, or was never let in, gets no news about containers that are not there.
    // The termination message is read once, and its file may be gone by now.
    if (facts.ended && (own.length === 0 || old?.state?.terminated !== undefined))
      return old === undefined ? [] : [old];
    return [containerStatus(pod, container, role, own, old, facts)];
  });
  return list === 'init'
    ? statuses
    : statuses.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function containerStatus(
  pod: Pod,
  container: Container,
  role: ContainerRole,
  instances: readonly RuntimeContainer[],
  old: ContainerStatus | undefined,
  facts: StatusFacts,
): ContainerStatus {
  const [newest, before] = instances;
  const isStarting = newest?.state === 'running' && facts.starting(container.name);
  const latest = isStarting ? { ...newest, state: 'created' as const } : newest;
  if (latest === undefined) return withoutInstance(pod, container, role, old, facts);
  const state = stateOf(latest, facts, pod);
  const lastState =
    before?.state === 'exited'
      ? stateOf(before, facts, pod)
      : old?.restartCount === latest.attempt
        ? old.lastState
        : undefined;
  const base = {
    name: container.name,
    image: latest.image === '' ? (container.image ?? '') : latest.image,
    imageID: latest.imageId,
    containerID: `${facts.runtimeName}://${latest.id}`,
    restartCount: latest.attempt,
  };
  const started = latest.state === 'running' && facts.started(latest);
  const waiting = facts.waiting(container.name);
  const again = role !== 'ephemeral' && (role !== 'init' || latest.exitCode !== 0);
  if (waiting !== undefined && latest.state !== 'running' && again && shouldRestart(pod, container, latest)) {
    return {
      ...base,
      state: { waiting: waitingState(waiting) },
      lastState: state.terminated === undefined ? (lastState ?? {}) : { terminated: state.terminated },
      ready: false,
      started: false,
      ...resourcesOf(container, facts),
    };
  }
  return {
    ...base,
    state,
    lastState: lastState ?? {},
    ready: isReady(role, latest, started, facts),
    started,
    ...resourcesOf(container, facts),
  };
}

/** Requests as they were granted, and all as it is in force (KEP-1287). */
function resourcesOf(
  container: Container,
  facts: StatusFacts,
): Pick<ContainerStatus, 'resources' | 'allocatedResources'> {
  const allocated = facts.allocated(container.name) ?? container.resources;
  const { limits, requests } = facts.enforced(container.name) ?? allocated ?? {};
  if (limits === undefined && requests === undefined) return {};
  return {
    ...(allocated?.requests === undefined ? {} : { allocatedResources: allocated.requests }),
    resources: {
      ...(limits === undefined ? {} : { limits }),
      ...(requests === undefined ? {} : { requests }),
    },
  };
}

function isReady(
  role: ContainerRole,
  latest: RuntimeContainer,
  started: boolean,
  facts: StatusFacts,
): boolean {
  if (role === 'init') return latest.state === 'exited' && latest.exitCode === 0;
  if (role === 'ephemeral') return false;
  return started && facts.ready(latest);
}

function waitingState({ reason, message }: WaitingReason): { reason: string; message?: string } {
  return message === '' ? { reason } : { reason, message };
}

function withoutInstance(
  pod: Pod,
  container: Container,
  role: ContainerRole,
  old: ContainerStatus | undefined,
  facts: StatusFacts,
): ContainerStatus {
  const hasInit = (pod.spec.initContainers ?? []).length > 0;
  const initial: WaitingReason = { reason: hasInit ? 'PodInitializing' : 'ContainerCreating', message: '' };
  const base = {
    name: container.name,
    image: container.image ?? '',
    imageID: '',
    ready: false,
    started: false,
    restartCount: old?.restartCount ?? 0,
  };
  const lost = lostState(old);
  // An ended container stays ended: it was removed, or will not be started again.
  if (
    old?.state?.terminated !== undefined &&
    (role === 'init' || pod.metadata.deletionTimestamp !== undefined)
  ) {
    return { ...old, ready: role === 'init' ? old.ready : false, started: false };
  }
  if (lost !== undefined && pod.metadata.deletionTimestamp !== undefined) {
    return {
      ...base,
      image: old?.image ?? base.image,
      imageID: old?.imageID ?? '',
      state: lost,
      lastState: old?.lastState ?? {},
    };
  }
  const waiting = facts.waiting(container.name) ?? initial;
  return {
    ...base,
    state: { waiting: waitingState(waiting) },
    lastState: lost ?? old?.lastState ?? {},
    ...(lost === undefined ? {} : { restartCount: base.restartCount + 1 }),
  };
}

/** A container that the API last saw running and that the runtime no longer knows. */
function lostState(old: ContainerStatus | undefined): ContainerState | undefined {
  if (old?.state?.running === undefined) return undefined;
  return {
    terminated: {
      exitCode: 137,
      reason: TERMINATED_UNKNOWN,
      message:
        'The container could not be located when the pod was deleted.  The container used to be Running',
    },
  };
}

function stateOf(instance: RuntimeContainer, facts: StatusFacts, pod: Pod): ContainerState {
  switch (instance.state) {
    case 'running':
      return { running: { startedAt: timeOf(instance.startedAt ?? instance.createdAt) } };
    case 'exited':
      return { terminated: terminated(instance, facts) };
    default: {
      const hasInit = (pod.spec.initContainers ?? []).length > 0;
      return { waiting: { reason: hasInit ? 'PodInitializing' : 'ContainerCreating' } };
    }
  }
}

function terminated(
  instance: RuntimeContainer,
  facts: StatusFacts,
): NonNullable<ContainerState['terminated']> {
  const { message } = instance;
  const exitCode = instance.exitCode ?? 0;
  const state: Mutable<NonNullable<ContainerState['terminated']>> = {
    containerID: `${facts.runtimeName}://${instance.id}`,
    exitCode,
    reason: instance.reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    startedAt: timeOf(instance.startedAt ?? instance.createdAt),
    finishedAt: timeOf(instance.finishedAt ?? instance.createdAt),
  };
  if (message !== undefined && message !== '') state.message = message;
  return state;
}
