import { ownProperty } from '../../base/ownProperty.ts';
import type { Deployment, Pod, ReplicaSet } from '../../api/types.ts';
import {
  actualOfAll,
  desiredReplicas,
  isActive,
  isRollingUpdate,
  newReplicaSetSize,
  sizeOf,
  sizeOfAll,
} from './limits.ts';
import {
  type Annotations,
  newReplicaSetAnnotations,
  nextRevision,
  revisionOf,
  withReplicasAnnotations,
} from './revisions.ts';
import { isScalingEvent, rollingSizes, scaledSizes, type Sizes } from './scaling.ts';
import { findNewReplicaSet, oldestFirst } from './templates.ts';

export interface RolloutState {
  readonly deployment: Deployment;
  /** Those that the Deployment owns. */
  readonly replicaSets: readonly ReplicaSet[];
  readonly podsOf: (rs: ReplicaSet) => readonly Pod[];
}

/** A ReplicaSet as it should be. */
export interface ReplicaSetChange {
  readonly rs: ReplicaSet;
  readonly replicas: number;
  readonly annotations: Annotations;
  readonly minReadySeconds: number;
}

/** The actions of one reconcile. */
export interface Plan {
  /** `status`: neither rollout nor its progress is looked at (deleted, paused, just scaled). */
  readonly mode: 'rollout' | 'status';
  readonly newRs: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
  readonly revision: bigint;
  /** Make the ReplicaSet of the current template with so many replicas. */
  readonly create: number | undefined;
  readonly changes: readonly ReplicaSetChange[];
  readonly deletions: readonly ReplicaSet[];
}

const NO_SIZES: Sizes = new Map();

/** The order of decisions of `deployment_controller.go` syncDeployment. Pure. */
export function planRollout(state: RolloutState): Plan {
  const { deployment, replicaSets } = state;
  const newRs = findNewReplicaSet(deployment, replicaSets);
  const old = replicaSets.filter((rs) => rs !== newRs);
  const base = { newRs, old, revision: nextRevision(old) };
  const make = (mode: Plan['mode'], sizes: Sizes, deletions: readonly ReplicaSet[] = []): Plan => ({
    ...base,
    mode,
    create: undefined,
    changes: changesFor(deployment, base, sizes),
    deletions,
  });

  if (deployment.metadata.deletionTimestamp !== undefined) {
    return { ...base, mode: 'status', create: undefined, changes: [], deletions: [] };
  }
  if (deployment.spec.paused === true) {
    return make('status', scaledSizes(deployment, newRs, old), outdated(deployment, old));
  }
  if (isScalingEvent(deployment, replicaSets)) return make('status', scaledSizes(deployment, newRs, old));

  const retire = (): readonly ReplicaSet[] =>
    isComplete(deployment, newRs, old) ? outdated(deployment, old) : [];
  if (isRollingUpdate(deployment)) {
    if (newRs === undefined) {
      return { ...make('rollout', NO_SIZES), create: newReplicaSetSize(deployment, 0, sizeOfAll(old)) };
    }
    return make('rollout', rollingSizes(deployment, newRs, old), retire());
  }
  const remaining = old.filter(isActive);
  if (remaining.length > 0) return make('rollout', new Map(remaining.map((rs) => [rs, 0])));
  if (oldPodsRun(state, old)) return make('rollout', NO_SIZES);
  if (newRs === undefined) return { ...make('rollout', NO_SIZES), create: desiredReplicas(deployment) };
  return make('rollout', new Map([[newRs, desiredReplicas(deployment)]]), retire());
}

/** Recreate waits until the last old pod has ended, those on their way out included. */
function oldPodsRun(state: RolloutState, old: readonly ReplicaSet[]): boolean {
  if (actualOfAll(old) > 0) return true;
  return old.some((rs) =>
    state.podsOf(rs).some(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed'),
  );
}

function isComplete(
  deployment: Deployment,
  newRs: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): boolean {
  const desired = desiredReplicas(deployment);
  return (
    newRs?.status?.replicas === desired &&
    (newRs.status.availableReplicas ?? 0) === desired &&
    actualOfAll(old) === 0
  );
}

/** Old empty ReplicaSets beyond the history limit, oldest revision first. */
function outdated(deployment: Deployment, old: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  const kept = old.filter((rs) => rs.metadata.deletionTimestamp === undefined);
  const excess = kept.length - limit;
  if (excess <= 0) return [];
  return oldestFirst(kept)
    .toSorted((a, b) => (revisionOf(a) < revisionOf(b) ? -1 : revisionOf(a) > revisionOf(b) ? 1 : 0))
    .slice(0, excess)
    .filter(
      (rs) =>
        sizeOf(rs) === 0 &&
        (rs.status?.replicas ?? 0) === 0 &&
        (rs.metadata.generation ?? 0) <= (rs.status?.observedGeneration ?? 0),
    );
}

/** Only ReplicaSets that are not yet as they should be. */
function changesFor(
  deployment: Deployment,
  { newRs, revision }: Pick<Plan, 'newRs' | 'revision'>,
  sizes: Sizes,
): readonly ReplicaSetChange[] {
  const touched = new Set(sizes.keys());
  if (newRs !== undefined) touched.add(newRs);
  const changes: ReplicaSetChange[] = [];
  for (const rs of touched) {
    const before = rs.metadata.annotations ?? {};
    const own = rs === newRs ? newReplicaSetAnnotations(deployment, before, revision) : before;
    const annotations = sizes.has(rs) ? withReplicasAnnotations(deployment, own) : own;
    const replicas = sizes.get(rs) ?? sizeOf(rs);
    const minReadySeconds =
      rs === newRs ? (deployment.spec.minReadySeconds ?? 0) : (rs.spec.minReadySeconds ?? 0);
    const same =
      replicas === sizeOf(rs) &&
      minReadySeconds === (rs.spec.minReadySeconds ?? 0) &&
      Object.entries(annotations).every(([key, value]) => ownProperty(before, key) === value);
    if (!same) changes.push({ rs, replicas, annotations: { ...annotations }, minReadySeconds });
  }
  return changes;
}
