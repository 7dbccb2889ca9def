import type { ContainerStatus, Pod, PodCondition } from '../../api/types.ts';
import { roleOfInit } from './identity.ts';
import type { PodPhase } from './podPhase.ts';

type Draft = Pick<PodCondition, 'type' | 'status'> & { reason?: string; message?: string };

/** The conditions that kubelet owns; others on the pod belong to others and are kept. */
export const OWN_CONDITIONS = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
] as const;

/** Conditions that are there only while they are true: their absence is to be told. */
export const PASSING_CONDITIONS: readonly string[] = ['PodResizePending', 'PodResizeInProgress'];

export interface ResizeProgress {
  readonly resizePending: { readonly reason: string; readonly message: string } | undefined;
  readonly isResizing: boolean;
  readonly resizeError: string | undefined;
}

/** Conditions of a pod (kubelet `pkg/kubelet/status/generate.go`); times stay where the status stays. */
export function podConditions(
  pod: Pod,
  phase: PodPhase,
  init: readonly ContainerStatus[],
  containers: readonly ContainerStatus[],
  sandboxReady: boolean,
  now: string,
  resize?: ResizeProgress,
  /** Why the node evicted the pod. */
  disruption?: string,
): PodCondition[] {
  const old = pod.status?.conditions ?? [];
  const containersReady = containersReadyCondition(pod, phase, init, containers);
  const drafts: Draft[] = [
    { type: 'PodReadyToStartContainers', status: sandboxReady ? 'True' : 'False' },
    initialized(pod, phase, init, containers),
    ready(pod, containersReady, old),
    containersReady,
    { type: 'PodScheduled', status: 'True' },
    ...(disruption === undefined
      ? []
      : [
          {
            type: 'DisruptionTarget',
            status: 'True' as const,
            reason: 'TerminationByKubelet',
            message: disruption,
          },
        ]),
    ...(resize === undefined || phase === 'Failed' || phase === 'Succeeded' ? [] : resizeConditions(resize)),
  ];
  const generation = pod.metadata.generation;
  return drafts.map((draft) => {
    const before = old.find(({ type }) => type === draft.type);
    const since = before?.status === draft.status ? (before.lastTransitionTime ?? now) : now;
    return {
      ...draft,
      lastTransitionTime: since,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    };
  });
}

function resizeConditions({ resizePending, isResizing, resizeError }: ResizeProgress): Draft[] {
  const drafts: Draft[] = [];
  if (resizePending !== undefined)
    drafts.push({ type: 'PodResizePending', status: 'True', ...resizePending });
  if (isResizing || resizeError !== undefined) {
    const error = resizeError === undefined ? {} : { reason: 'Error', message: resizeError };
    drafts.push({ type: 'PodResizeInProgress', status: 'True', ...error });
  }
  return drafts;
}

function containersReadyCondition(
  pod: Pod,
  phase: PodPhase,
  init: readonly ContainerStatus[],
  containers: readonly ContainerStatus[],
): Draft {
  const type = 'ContainersReady';
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => roleOfInit(container) === 'sidecar');
  const watched = [
    ...sidecars.map(({ name }) => ({ name, status: init.find((status) => status.name === name) })),
    ...pod.spec.containers.map(({ name }) => ({
      name,
      status: containers.find((status) => status.name === name),
    })),
  ];
  return verdict(type, 'ContainersNotReady', 'unready', watched, (status) => status.ready);
}

function initialized(
  pod: Pod,
  phase: PodPhase,
  init: readonly ContainerStatus[],
  containers: readonly ContainerStatus[],
): Draft {
  const type = 'Initialized';
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const begun = containers.some(
    ({ state, lastState }) =>
      state?.running !== undefined || state?.terminated !== undefined || lastState?.terminated !== undefined,
  );
  if (begun) return { type, status: 'True' };
  const watched = (pod.spec.initContainers ?? []).map((container) => ({
    name: container.name,
    container,
    status: init.find((status) => status.name === container.name),
  }));
  return verdict(type, 'ContainersNotInitialized', 'incomplete', watched, (status) => {
    const container = pod.spec.initContainers?.find(({ name }) => name === status.name);
    return container !== undefined && roleOfInit(container) === 'sidecar'
      ? status.started === true
      : status.ready;
  });
}

function verdict(
  type: string,
  reason: string,
  adjective: string,
  watched: readonly { readonly name: string; readonly status: ContainerStatus | undefined }[],
  isFine: (status: ContainerStatus) => boolean,
): Draft {
  const unknown = watched.filter(({ status }) => status === undefined).map(({ name }) => name);
  const bad = watched.filter(({ status }) => status !== undefined && !isFine(status)).map(({ name }) => name);
  const parts = [
    ...(unknown.length > 0 ? [`containers with unknown status: [${unknown.join(' ')}]`] : []),
    ...(bad.length > 0 ? [`containers with ${adjective} status: [${bad.join(' ')}]`] : []),
  ];
  return parts.length === 0
    ? { type, status: 'True' }
    : { type, status: 'False', reason, message: parts.join(', ') };
}

function ready(pod: Pod, containersReady: Draft, conditions: readonly PodCondition[]): Draft {
  const type = 'Ready';
  if (containersReady.status !== 'True') return { ...containersReady, type };
  const messages = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = conditions.find((candidate) => candidate.type === conditionType);
    if (condition === undefined) {
      return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    }
    return condition.status === 'True'
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`];
  });
  return messages.length === 0
    ? { type, status: 'True' }
    : { type, status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}
