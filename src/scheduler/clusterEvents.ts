import type { Node, Pod } from '../api/types.ts';
import type { ClusterAction, ClusterEvent, EventRegistration, QueueingHint } from './framework.ts';
import { podRequests } from './podRequests.ts';

/** Something that has happened: a resource and what changed about it. */
export interface Occurrence {
  readonly event: ClusterEvent;
  readonly old?: unknown;
  readonly current?: unknown;
}

const UPDATE_PREFIX = 'Update';

/** Whether a registration is about this event (kube-scheduler `framework/types.go` MatchClusterEvents). */
export function matchesEvent(registered: ClusterEvent, happened: ClusterEvent): boolean {
  const resource =
    registered.resource === '*' ||
    registered.resource === happened.resource ||
    (registered.resource === 'Pod' && happened.resource === 'AssignedPod');
  return (
    resource &&
    happened.actions.some(
      (action) =>
        registered.actions.includes(action) ||
        (action.startsWith(UPDATE_PREFIX) && registered.actions.includes('Update')),
    )
  );
}

/** Asks one plugin's registrations whether an event is worth another try of the pod. */
export function hintOf(
  registrations: readonly EventRegistration[],
  pod: Pod,
  { event, old, current }: Occurrence,
): QueueingHint {
  for (const registration of registrations) {
    if (!matchesEvent(registration.event, event)) continue;
    if (registration.hint === undefined || registration.hint(pod, old, current) === 'Queue') return 'Queue';
  }
  return 'QueueSkip';
}

/** The parts of a node's change that schedulers care about; empty for a mere status update. */
export function nodeActions(old: Node, current: Node): readonly ClusterAction[] {
  const actions: ClusterAction[] = [];
  if (!equal(old.status?.allocatable, current.status?.allocatable)) actions.push('UpdateAllocatable');
  if (!equal(old.metadata.labels, current.metadata.labels)) actions.push('UpdateLabels');
  if (!equal(old.spec.taints, current.spec.taints) || old.spec.unschedulable !== current.spec.unschedulable) {
    actions.push('UpdateTaints');
  }
  if (!equal(conditionsOf(old), conditionsOf(current))) actions.push('UpdateConditions');
  return actions;
}

/** The parts of a pod's change that schedulers care about; `Update` for everything else. */
export function podActions(old: Pod, current: Pod): readonly ClusterAction[] {
  const actions: ClusterAction[] = [];
  if (!equal(old.metadata.labels, current.metadata.labels)) actions.push('UpdateLabels');
  if (isScaledDown(old, current)) actions.push('UpdateScaleDown');
  if (!equal(old.spec.tolerations, current.spec.tolerations)) actions.push('UpdateTolerations');
  if ((old.spec.schedulingGates?.length ?? 0) > 0 && (current.spec.schedulingGates?.length ?? 0) === 0) {
    actions.push('UpdateGatesEliminated');
  }
  return actions.length === 0 ? ['Update'] : actions;
}

function isScaledDown(old: Pod, current: Pod): boolean {
  if (old.spec.containers === current.spec.containers) return false;
  const before = podRequests(old);
  const after = podRequests(current);
  return (
    after.cpu < before.cpu ||
    after.memory < before.memory ||
    after.ephemeralStorage < before.ephemeralStorage ||
    [...before.scalar].some(([name, amount]) => (after.scalar.get(name) ?? 0) < amount)
  );
}

function conditionsOf(node: Node): unknown {
  return node.status?.conditions?.map((condition) => [condition.type, condition.status]);
}

function equal(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
