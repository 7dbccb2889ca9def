import type { Mutable } from '../../api/meta.ts';
import { timeOf } from '../../api/time.ts';
import type { Node, NodeCondition, Taint } from '../../api/types.ts';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Conditions that only a kubelet can tell of. */
const REPORTED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** Which condition, in which state, keeps pods off (`node_lifecycle_controller.go` nodeConditionToTaintKeyStatusMap). */
const NO_SCHEDULE: readonly { readonly type: string; readonly status: string; readonly key: string }[] = [
  { type: 'Ready', status: 'False', key: NOT_READY },
  { type: 'Ready', status: 'Unknown', key: UNREACHABLE },
  { type: 'MemoryPressure', status: 'True', key: 'node.kubernetes.io/memory-pressure' },
  { type: 'DiskPressure', status: 'True', key: 'node.kubernetes.io/disk-pressure' },
  { type: 'NetworkUnavailable', status: 'True', key: 'node.kubernetes.io/network-unavailable' },
  { type: 'PIDPressure', status: 'True', key: 'node.kubernetes.io/pid-pressure' },
];
const NO_SCHEDULE_KEYS = new Set([...NO_SCHEDULE.map(({ key }) => key), UNSCHEDULABLE]);
const NO_EXECUTE_KEYS = new Set([NOT_READY, UNREACHABLE]);

export function readyStatus(node: Node): 'True' | 'False' | 'Unknown' | undefined {
  return conditionOf(node, 'Ready')?.status as 'True' | 'False' | 'Unknown' | undefined;
}

function conditionOf(node: Node, type: string): NodeCondition | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type);
}

/** The conditions of a node that has fallen silent; undefined where they say so already. Pure. */
export function silentConditions(node: Node, now: number): Mutable<NodeCondition>[] | undefined {
  const stale = REPORTED.filter((type) => conditionOf(node, type)?.status !== 'Unknown');
  if (stale.length === 0) return undefined;
  const conditions: Mutable<NodeCondition>[] = (node.status?.conditions ?? []).map((condition) =>
    stale.includes(condition.type)
      ? {
          ...condition,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: timeOf(now),
        }
      : { ...condition },
  );
  for (const type of stale) {
    if (conditionOf(node, type) !== undefined) continue;
    conditions.push({
      type,
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
      lastHeartbeatTime: node.metadata.creationTimestamp,
      lastTransitionTime: timeOf(now),
    });
  }
  return conditions;
}

/** True where pods should leave the node, unless all nodes are in the same state. */
export function shouldEvict(node: Node): boolean {
  const ready = readyStatus(node);
  return ready === 'False' || ready === 'Unknown';
}

export function isEvicting(node: Node): boolean {
  return (node.spec.taints ?? []).some(isEvictionTaint);
}

/**
 * The node's taints as its conditions ask for, others untouched; undefined where they are so already. Pure.
 * @param evict whether pods that do not tolerate it have to leave
 */
export function taintsFor(node: Node, evict: boolean, now: number): Mutable<Taint>[] | undefined {
  const before = node.spec.taints ?? [];
  const wanted: { key: string; effect: string }[] = [];
  for (const { type, status, key } of NO_SCHEDULE) {
    if (conditionOf(node, type)?.status === status) wanted.push({ key, effect: 'NoSchedule' });
  }
  // A node that has never told of itself keeps the taint that it was given at its creation.
  if (
    readyStatus(node) === undefined &&
    before.some((taint) => taint.key === NOT_READY && !isEvictionTaint(taint))
  ) {
    wanted.push({ key: NOT_READY, effect: 'NoSchedule' });
  }
  if (node.spec.unschedulable === true) wanted.push({ key: UNSCHEDULABLE, effect: 'NoSchedule' });
  if (evict && shouldEvict(node)) {
    wanted.push({ key: readyStatus(node) === 'False' ? NOT_READY : UNREACHABLE, effect: 'NoExecute' });
  }
  const isWanted = (taint: Taint): boolean =>
    wanted.some(({ key, effect }) => key === taint.key && effect === taint.effect);
  const kept = before.filter((taint) => !isManaged(taint) || isWanted(taint));
  const added = wanted.filter(({ key, effect }) => !before.some((t) => t.key === key && t.effect === effect));
  if (added.length === 0 && kept.length === before.length) return undefined;
  return [
    ...kept.map((taint) => ({ ...taint })),
    ...added.map((taint) => ({ ...taint, timeAdded: timeOf(now) })),
  ];
}

function isManaged(taint: Taint): boolean {
  return isEvictionTaint(taint) || (taint.effect === 'NoSchedule' && NO_SCHEDULE_KEYS.has(taint.key));
}

function isEvictionTaint(taint: Taint): boolean {
  return taint.effect === 'NoExecute' && NO_EXECUTE_KEYS.has(taint.key);
}
