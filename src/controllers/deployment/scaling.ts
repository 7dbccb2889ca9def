import type { Deployment, ReplicaSet } from '../../api/types.ts';
import {
  availableOf,
  availableOfAll,
  desiredReplicas,
  isActive,
  isRollingUpdate,
  maxSurge,
  maxUnavailable,
  newReplicaSetSize,
  sizeOf,
  sizeOfAll,
} from './limits.ts';
import { DESIRED_REPLICAS, MAX_REPLICAS } from './revisions.ts';
import { oldestFirst } from './templates.ts';

/** Sizes that ReplicaSets should have; who is not in it stays as it is. */
export type Sizes = ReadonlyMap<ReplicaSet, number>;

const NONE: Sizes = new Map();

/** True where the Deployment's size was changed since its ReplicaSets were last scaled. */
export function isScalingEvent(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets.some((rs) => {
    const desired = rs.metadata.annotations?.[DESIRED_REPLICAS];
    return isActive(rs) && desired !== undefined && Number(desired) !== desiredReplicas(deployment);
  });
}

/**
 * Sizes after a change of scale, or while paused: all goes to the only active (or latest) ReplicaSet; else, in the
 * middle of a rollout, each gets its part of the change in proportion to its size (`deployment/sync.go` scale).
 */
export function scaledSizes(
  deployment: Deployment,
  newRs: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): Sizes {
  const desired = desiredReplicas(deployment);
  const all = newRs === undefined ? old : [...old, newRs];
  const active = all.filter(isActive);
  if (active.length <= 1) {
    const only = active[0] ?? newRs ?? oldestFirst(old).at(-1);
    return only === undefined ? NONE : new Map([[only, desired]]);
  }
  if (newRs !== undefined && isSaturated(deployment, newRs)) {
    return new Map(active.filter((rs) => rs !== newRs).map((rs) => [rs, 0]));
  }
  return isRollingUpdate(deployment) ? proportionalSizes(deployment, active) : NONE;
}

function isSaturated(deployment: Deployment, rs: ReplicaSet): boolean {
  const desired = desiredReplicas(deployment);
  return (
    sizeOf(rs) === desired &&
    Number(rs.metadata.annotations?.[DESIRED_REPLICAS]) === desired &&
    availableOf(rs) === desired
  );
}

/** The largest gets what rounding leaves over; among equals the newer when growing, the older when shrinking. */
function proportionalSizes(deployment: Deployment, active: readonly ReplicaSet[]): Sizes {
  const desired = desiredReplicas(deployment);
  const toAdd = (desired > 0 ? desired + maxSurge(deployment) : 0) - sizeOfAll(active);
  const byAge = oldestFirst(active);
  const ordered = (toAdd > 0 ? byAge.toReversed() : byAge).toSorted((a, b) => sizeOf(b) - sizeOf(a));
  const sizes = new Map<ReplicaSet, number>();
  let added = 0;
  for (const rs of ordered) {
    const wish = fractionOf(deployment, rs);
    const allowed = toAdd - added;
    const part = toAdd > 0 ? Math.min(wish, allowed) : toAdd < 0 ? Math.max(wish, allowed) : 0;
    sizes.set(rs, sizeOf(rs) + part);
    added += part;
  }
  const [largest] = ordered;
  if (largest !== undefined && toAdd !== 0) {
    sizes.set(largest, Math.max((sizes.get(largest) ?? 0) + toAdd - added, 0));
  }
  return sizes;
}

/** How much a ReplicaSet changes if it keeps its part of the whole; rounded to the nearest. */
function fractionOf(deployment: Deployment, rs: ReplicaSet): number {
  const desired = desiredReplicas(deployment);
  if (desired === 0) return -sizeOf(rs);
  const annotated = Number(rs.metadata.annotations?.[MAX_REPLICAS]);
  const before = annotated > 0 ? annotated : (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return Math.round((sizeOf(rs) * (desired + maxSurge(deployment))) / before) - sizeOf(rs);
}

/** The next step of a rolling update (`deployment/rolling.go`): first up, then down, one of them at a time. */
export function rollingSizes(deployment: Deployment, newRs: ReplicaSet, old: readonly ReplicaSet[]): Sizes {
  const size = sizeOf(newRs);
  const desired = desiredReplicas(deployment);
  const target = size > desired ? desired : newReplicaSetSize(deployment, size, sizeOfAll(old) + size);
  if (target !== size) return new Map([[newRs, target]]);
  return shrunkSizes(deployment, newRs, old);
}

/** Old ReplicaSets lose pods that are not available first, then as many as the rest can do without. */
function shrunkSizes(deployment: Deployment, newRs: ReplicaSet, old: readonly ReplicaSet[]): Sizes {
  const active = oldestFirst(old.filter(isActive));
  const minAvailable = desiredReplicas(deployment) - maxUnavailable(deployment);
  const newUnavailable = sizeOf(newRs) - availableOf(newRs);
  const mayGo = sizeOfAll(active) + sizeOf(newRs) - minAvailable - newUnavailable;
  if (mayGo <= 0) return NONE;

  const sizes = new Map<ReplicaSet, number>();
  const shrink = (rs: ReplicaSet, by: number): number => {
    if (by > 0) sizes.set(rs, (sizes.get(rs) ?? sizeOf(rs)) - by);
    return Math.max(by, 0);
  };
  let gone = 0;
  for (const rs of active) gone += shrink(rs, Math.min(mayGo - gone, sizeOf(rs) - availableOf(rs)));

  const spare = availableOfAll([...old, newRs]) - minAvailable;
  let taken = 0;
  for (const rs of active) taken += shrink(rs, Math.min(spare - taken, sizes.get(rs) ?? sizeOf(rs)));
  return sizes;
}
