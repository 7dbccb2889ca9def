import { ownProperty } from '../../base/ownProperty.ts';
import { msOf } from '../../api/time.ts';
import type { Pod } from '../../api/types.ts';
import { isPodReady, podCondition } from '../pods.ts';

/** Lower goes first when a ReplicaSet is scaled down. */
export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * Which `count` of the pods to delete (`pkg/controller` ActivePodsWithRanks): not assigned before assigned; pending
 * before unknown before running; not ready before ready; lower deletion cost; on the node with more related pods;
 * ready for a shorter time; restarted more often; younger. Times are compared in powers of two, so that among pods of
 * about the same age the choice spreads.
 * @param related active pods of all ReplicaSets of the same owner
 */
export function podsToDelete(
  pods: readonly Pod[],
  related: readonly Pod[],
  count: number,
  now: number,
): readonly Pod[] {
  if (count >= pods.length) return pods;
  const perNode = new Map<string, number>();
  for (const { spec } of related) {
    const node = spec.nodeName ?? '';
    if (node !== '') perNode.set(node, (perNode.get(node) ?? 0) + 1);
  }
  const rank = (pod: Pod): number => perNode.get(pod.spec.nodeName ?? '') ?? 0;
  return pods
    .toSorted(
      (a, b) =>
        Number(isAssigned(a)) - Number(isAssigned(b)) ||
        phaseOrder(a) - phaseOrder(b) ||
        Number(isPodReady(a)) - Number(isPodReady(b)) ||
        deletionCost(a) - deletionCost(b) ||
        rank(b) - rank(a) ||
        (isPodReady(a) ? youngerFirst(readyTime(a), readyTime(b), a, b, now) : 0) ||
        restarts(b) - restarts(a) ||
        youngerFirst(msOf(a.metadata.creationTimestamp), msOf(b.metadata.creationTimestamp), a, b, now),
    )
    .slice(0, count);
}

const isAssigned = (pod: Pod): boolean => (pod.spec.nodeName ?? '') !== '';
const phaseOrder = (pod: Pod): number => ownProperty(PHASE_ORDER, pod.status?.phase ?? '') ?? 0;
const readyTime = (pod: Pod): number | undefined => msOf(podCondition(pod, 'Ready')?.lastTransitionTime);
const restarts = (pod: Pod): number =>
  Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount));

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST] ?? '';
  return /^-?(0|[1-9]\d*)$/.test(text) ? Number(text) : 0;
}

function youngerFirst(
  timeA: number | undefined,
  timeB: number | undefined,
  a: Pod,
  b: Pod,
  now: number,
): number {
  if (timeA === timeB) return 0;
  if (timeA === undefined || timeB === undefined) return timeA === undefined ? -1 : 1;
  const difference = magnitude(now - timeA) - magnitude(now - timeB);
  if (difference !== 0) return difference;
  return a.metadata.uid < b.metadata.uid ? -1 : 1;
}

/** The power of two of an age, in nanoseconds as upstream counts. */
const magnitude = (ageMs: number): number => (ageMs > 0 ? Math.floor(Math.log2(ageMs * 1e6)) : -1);
