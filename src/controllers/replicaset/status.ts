import { ownProperty } from '../../base/ownProperty.ts';
import type { Mutable } from '../../api/meta.ts';
import { timeOf } from '../../api/time.ts';
import type { Pod, ReplicaSet, ReplicationController } from '../../api/types.ts';
import { isPodAvailable, isPodReady } from '../pods.ts';

/** A kind that keeps pods of a template. */
export type Replicated = ReplicaSet | ReplicationController;

type Status = NonNullable<ReplicaSet['status']>;
type Condition = NonNullable<Status['conditions']>[number];

/** The error of creating or deleting pods. */
export interface ReplicaFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

/** The status as `pkg/controller/replicaset/replica_set_utils.go` counts it. */
export function replicaSetStatus(
  rs: Replicated,
  active: readonly Pod[],
  terminating: number,
  failure: ReplicaFailure | undefined,
  now: number,
): Mutable<Status> {
  const minReady = rs.spec.minReadySeconds ?? 0;
  const templateLabels = Object.entries(rs.spec.template?.metadata?.labels ?? {});
  let fullyLabeledReplicas = 0;
  let readyReplicas = 0;
  let availableReplicas = 0;
  for (const pod of active) {
    if (templateLabels.every(([key, value]) => ownProperty(pod.metadata.labels, key) === value))
      fullyLabeledReplicas += 1;
    if (isPodReady(pod)) readyReplicas += 1;
    if (isPodAvailable(pod, minReady, now)) availableReplicas += 1;
  }
  const conditions = conditionsWith(rs.status?.conditions ?? [], failure, now);
  return {
    replicas: active.length,
    fullyLabeledReplicas,
    readyReplicas,
    availableReplicas,
    terminatingReplicas: terminating,
    observedGeneration: rs.metadata.generation ?? 0,
    ...(conditions.length === 0 ? {} : { conditions: conditions.map((condition) => ({ ...condition })) }),
  };
}

function conditionsWith(
  conditions: readonly Condition[],
  failure: ReplicaFailure | undefined,
  now: number,
): readonly Condition[] {
  const isFailure = (condition: Condition): boolean => condition.type === 'ReplicaFailure';
  if (failure === undefined) return conditions.filter((condition) => !isFailure(condition));
  if (conditions.some(isFailure)) return conditions;
  return [
    ...conditions,
    { type: 'ReplicaFailure', status: 'True', lastTransitionTime: timeOf(now), ...failure },
  ];
}
