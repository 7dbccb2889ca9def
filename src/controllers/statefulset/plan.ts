import type { Pod, StatefulSet } from '../../api/types.ts';
import { isPodAvailable, isPodReady } from '../pods.ts';
import { hasIdentity, ordinalOf, type Version, versionOf } from './identity.ts';

/** The next action. After it, the set is reconciled again. */
export interface Plan {
  readonly create: readonly number[];
  /** Pods whose labels or volumes were taken from them. */
  readonly restore: readonly Pod[];
  /** Pods that have ended come again, those of an old template too; others are more than are wanted. */
  readonly remove: readonly { readonly pod: Pod; readonly why: 'ended' | 'condemned' | 'outdated' }[];
}

export interface Situation {
  readonly set: StatefulSet;
  readonly update: Version;
  /** All that the set owns. */
  readonly pods: readonly Pod[];
  readonly now: number;
}

export const startOf = (set: StatefulSet): number => set.spec.ordinals?.start ?? 0;
export const replicasOf = (set: StatefulSet): number => set.spec.replicas ?? 1;

export const hasEnded = (pod: Pod): boolean =>
  pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';
export const isGoing = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;
export const isRunningAndReady = (pod: Pod): boolean => pod.status?.phase === 'Running' && isPodReady(pod);

/** The pods of the numbers that the set has now, in their order, and those above and below, highest first. */
export function sorted(
  set: StatefulSet,
  pods: readonly Pod[],
): { replicas: (Pod | undefined)[]; condemned: Pod[] } {
  const start = startOf(set);
  const replicas = Array.from<Pod | undefined>({ length: replicasOf(set) }).fill(undefined);
  const condemned: { pod: Pod; ordinal: number }[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod);
    if (ordinal === undefined) continue;
    if (ordinal >= start && ordinal < start + replicas.length) replicas[ordinal - start] = pod;
    else condemned.push({ pod, ordinal });
  }
  condemned.sort((a, b) => b.ordinal - a.ordinal);
  return { replicas, condemned: condemned.map(({ pod }) => pod) };
}

/**
 * The rules of `pkg/controller/statefulset/stateful_set_control.go`. Ordered sets do one thing at a time and wait until
 * every pod before it runs and is ready; parallel ones make and remove all at once. Updates go from the highest number
 * down to the partition, and never make more pods unavailable than are allowed to be.
 */
export function planSet(situation: Situation): Plan {
  const { set, pods, now } = situation;
  const nothing: Plan = { create: [], restore: [], remove: [] };
  if (set.metadata.deletionTimestamp !== undefined) return nothing;
  const ordered = set.spec.podManagementPolicy !== 'Parallel';
  const { replicas, condemned } = sorted(set, pods);
  const isAvailable = (pod: Pod): boolean =>
    isRunningAndReady(pod) && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now);

  const create: number[] = [];
  const restore: Pod[] = [];
  const remove: Plan['remove'][number][] = [];
  const plan: Plan = { create, restore, remove };

  for (const [index, pod] of replicas.entries()) {
    if (pod === undefined) {
      create.push(startOf(set) + index);
      if (ordered) return plan;
    } else if (hasEnded(pod)) {
      if (!isGoing(pod)) remove.push({ pod, why: 'ended' });
      if (ordered) return plan;
    } else if (ordered && (isGoing(pod) || !isAvailable(pod))) {
      return plan;
    } else if (!isGoing(pod) && !hasIdentity(set, pod, startOf(set) + index)) {
      restore.push(pod);
    }
  }

  // In an ordered set the lowest that is unwell may go though it is not ready, or it would hold up all; others wait.
  const unwell = [...replicas, ...condemned.toReversed()].find(
    (pod) => pod !== undefined && (isGoing(pod) || !isRunningAndReady(pod)),
  );
  for (const pod of condemned) {
    if (isGoing(pod)) {
      if (ordered) return plan;
      continue;
    }
    if (ordered && !isAvailable(pod) && pod !== unwell) return plan;
    remove.push({ pod, why: 'condemned' });
    if (ordered) return plan;
  }

  for (const pod of outdated(situation, replicas, isAvailable)) remove.push({ pod, why: 'outdated' });
  return plan;
}

/** Which pods of an old template go now. */
function outdated(
  { set, update }: Situation,
  replicas: readonly (Pod | undefined)[],
  isAvailable: (pod: Pod) => boolean,
): readonly Pod[] {
  const strategy = set.spec.updateStrategy;
  if (strategy?.type === 'OnDelete') return [];
  const unavailable = replicas.filter((pod) => pod === undefined || isGoing(pod) || !isAvailable(pod)).length;
  let allowed = maxUnavailableOf(set) - unavailable;
  const partition = strategy?.rollingUpdate?.partition ?? 0;
  const chosen: Pod[] = [];
  for (let index = replicas.length - 1; index >= partition; index -= 1) {
    const pod = replicas[index];
    if (pod === undefined || isGoing(pod) || versionOf(pod) === update.name) continue;
    // One that does not work already costs nothing.
    const works = isAvailable(pod);
    if (works && allowed <= 0) break;
    if (works) allowed -= 1;
    chosen.push(pod);
    if (!works && maxUnavailableOf(set) === 1) break;
  }
  return chosen;
}

/** At least one, or an update would never begin. */
function maxUnavailableOf(set: StatefulSet): number {
  const value = set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  const count =
    typeof value === 'string' ? Math.floor((Number.parseInt(value, 10) * replicasOf(set)) / 100) : value;
  return Math.max(1, count);
}
