import { scaledValue } from '../../api/intOrString.ts';
import type { Deployment, ReplicaSet } from '../../api/types.ts';

/** How far a rollout may go above and below the wanted number of pods (`deployment/util` ResolveFenceposts). */
interface Fenceposts {
  readonly surge: number;
  readonly unavailable: number;
}

export function desiredReplicas(deployment: Deployment): number {
  return deployment.spec.replicas ?? 1;
}

export function isRollingUpdate(deployment: Deployment): boolean {
  return deployment.spec.strategy?.type !== 'Recreate';
}

export function maxSurge(deployment: Deployment): number {
  return isRollingUpdate(deployment) ? fenceposts(deployment).surge : 0;
}

export function maxUnavailable(deployment: Deployment): number {
  if (!isRollingUpdate(deployment)) return 0;
  return Math.min(fenceposts(deployment).unavailable, desiredReplicas(deployment));
}

/** Surge is rounded up, unavailable down; where both come to nothing, one pod may be unavailable. */
function fenceposts(deployment: Deployment): Fenceposts {
  const desired = desiredReplicas(deployment);
  const { maxSurge: up = '25%', maxUnavailable: down = '25%' } =
    deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = scaledValue(up, desired, 'up');
  const unavailable = scaledValue(down, desired, 'down');
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

export const sizeOf = (rs: ReplicaSet): number => rs.spec.replicas ?? 1;
export const sizeOfAll = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, rs) => sum + sizeOf(rs), 0);
export const availableOf = (rs: ReplicaSet): number => rs.status?.availableReplicas ?? 0;
export const availableOfAll = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, rs) => sum + availableOf(rs), 0);
/** Pods that there are, in place of those that are wanted. */
export const actualOfAll = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, rs) => sum + (rs.status?.replicas ?? 0), 0);
export const isActive = (rs: ReplicaSet): boolean => sizeOf(rs) > 0;

/** How large the ReplicaSet of the current template may become now (NewRSNewReplicas). */
export function newReplicaSetSize(deployment: Deployment, size: number, allSizes: number): number {
  const desired = desiredReplicas(deployment);
  if (!isRollingUpdate(deployment)) return desired;
  const room = desired + maxSurge(deployment) - allSizes;
  return room <= 0 ? size : size + Math.min(room, desired - size);
}
