import type { Mutable } from '../../api/meta.ts';
import { msOf, timeOf } from '../../api/time.ts';
import type { Deployment, ReplicaSet } from '../../api/types.ts';
import { actualOfAll, availableOfAll, desiredReplicas, maxUnavailable, sizeOfAll } from './limits.ts';

export type DeploymentStatus = NonNullable<Deployment['status']>;
export type DeploymentCondition = NonNullable<DeploymentStatus['conditions']>[number];

const MAX_INT32 = 2_147_483_647;

/** Seconds that a rollout may go without progress; undefined where nobody asks. */
function deadlineOf(deployment: Deployment): number | undefined {
  const seconds = deployment.spec.progressDeadlineSeconds;
  return seconds === MAX_INT32 ? undefined : seconds;
}

export function conditionOf(
  conditions: readonly DeploymentCondition[] | undefined,
  type: string,
): DeploymentCondition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** A condition with the same status and reason stays as it is; the transition time is that of the last other status. */
function withCondition(
  conditions: readonly DeploymentCondition[],
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
  now: number,
): readonly DeploymentCondition[] {
  const current = conditionOf(conditions, type);
  if (current?.status === status && current.reason === reason) return conditions;
  const time = timeOf(now);
  const lastTransitionTime = (current?.status === status ? current.lastTransitionTime : undefined) ?? time;
  return [
    ...conditions.filter((condition) => condition.type !== type),
    { type, status, reason, message, lastUpdateTime: time, lastTransitionTime },
  ];
}

/** The result of this reconcile for the ReplicaSet of the current template. */
export type NewReplicaSetOutcome =
  | { readonly type: 'none' }
  | { readonly type: 'found' | 'created'; readonly name: string }
  | { readonly type: 'failed'; readonly message: string };

export interface StatusInput {
  readonly deployment: Deployment;
  readonly newRs: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
  readonly outcome: NewReplicaSetOutcome;
  /** False for deleted, paused and just scaled Deployments: their progress is not judged. */
  readonly judgeProgress: boolean;
  readonly now: number;
}

/** The status as `deployment/sync.go` and `deployment/progress.go` reckon it. Pure. */
export function deploymentStatus(input: StatusInput): Mutable<DeploymentStatus> {
  const { deployment, newRs, old, now } = input;
  const sets = newRs === undefined ? old : [...old, newRs];
  const available = availableOfAll(sets);
  const counts = {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: actualOfAll(sets),
    updatedReplicas: newRs?.status?.replicas ?? 0,
    readyReplicas: sets.reduce((sum, rs) => sum + (rs.status?.readyReplicas ?? 0), 0),
    availableReplicas: available,
    unavailableReplicas: Math.max(sizeOfAll(sets) - available, 0),
    terminatingReplicas: sets.reduce((sum, rs) => sum + (rs.status?.terminatingReplicas ?? 0), 0),
  };
  let conditions = earlyConditions(input);
  conditions =
    available >= desiredReplicas(deployment) - maxUnavailable(deployment)
      ? withCondition(
          conditions,
          'Available',
          'True',
          'MinimumReplicasAvailable',
          'Deployment has minimum availability.',
          now,
        )
      : withCondition(
          conditions,
          'Available',
          'False',
          'MinimumReplicasUnavailable',
          'Deployment does not have minimum availability.',
          now,
        );
  if (input.judgeProgress) conditions = progressConditions(input, conditions, counts);
  const { collisionCount } = deployment.status ?? {};
  return {
    ...counts,
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: conditions.map((condition) => ({ ...condition })),
  };
}

/** Pausing, resuming, and the first sight of the new ReplicaSet. */
function earlyConditions(input: StatusInput): readonly DeploymentCondition[] {
  const { deployment, outcome, now } = input;
  const conditions = deployment.status?.conditions ?? [];
  if (deadlineOf(deployment) === undefined || deployment.metadata.deletionTimestamp !== undefined) {
    return conditions;
  }
  const progressing = conditionOf(conditions, 'Progressing');
  const set = (status: 'True' | 'False' | 'Unknown', reason: string, message: string): typeof conditions =>
    withCondition(conditions, 'Progressing', status, reason, message, now);
  switch (outcome.type) {
    case 'failed':
      return set('False', 'ReplicaSetCreateError', outcome.message);
    case 'created':
      return set('True', 'NewReplicaSetCreated', `Created new replica set ${JSON.stringify(outcome.name)}`);
    case 'found':
      if (progressing !== undefined) break;
      return set('True', 'FoundNewReplicaSet', `Found new replica set ${JSON.stringify(outcome.name)}`);
    case 'none':
      break;
  }
  if (progressing?.reason === 'ProgressDeadlineExceeded') return conditions;
  const wasPaused = progressing?.reason === 'DeploymentPaused';
  if (deployment.spec.paused === true && !wasPaused) {
    return set('Unknown', 'DeploymentPaused', 'Deployment is paused');
  }
  if (deployment.spec.paused !== true && wasPaused) {
    return set('Unknown', 'DeploymentResumed', 'Deployment is resumed');
  }
  return conditions;
}

type Counts = Pick<
  Required<DeploymentStatus>,
  'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas'
>;

function progressConditions(
  input: StatusInput,
  before: readonly DeploymentCondition[],
  counts: Counts,
): readonly DeploymentCondition[] {
  const { deployment, newRs, now } = input;
  let conditions = before;
  const current = conditionOf(before, 'Progressing');
  if (deadlineOf(deployment) === undefined) {
    conditions = conditions.filter((condition) => condition.type !== 'Progressing');
  } else if (counts.replicas !== counts.updatedReplicas || current?.reason !== 'NewReplicaSetAvailable') {
    const subject =
      newRs === undefined
        ? `Deployment ${JSON.stringify(deployment.metadata.name)}`
        : `ReplicaSet ${JSON.stringify(newRs.metadata.name)}`;
    const set = (status: 'True' | 'False', reason: string, what: string): typeof conditions =>
      withCondition(conditions, 'Progressing', status, reason, `${subject} ${what}.`, now);
    if (isComplete(deployment, counts)) {
      conditions = set('True', 'NewReplicaSetAvailable', 'has successfully progressed');
    } else if (hasProgressed(deployment, counts)) {
      // The update time must move with every step, also where status and reason stay.
      const rest = conditions.filter((condition) => condition.type !== 'Progressing');
      const time = timeOf(now);
      const lastTransitionTime =
        (current?.status === 'True' ? current.lastTransitionTime : undefined) ?? time;
      conditions = [
        ...rest,
        {
          type: 'Progressing',
          status: 'True',
          reason: 'ReplicaSetUpdated',
          message: `${subject} is progressing.`,
          lastUpdateTime: time,
          lastTransitionTime,
        },
      ];
    } else if (hasTimedOut(deployment, current, now)) {
      conditions = set('False', 'ProgressDeadlineExceeded', 'has timed out progressing');
    }
  }
  return withReplicaFailure(conditions, input);
}

function isComplete(deployment: Deployment, counts: Counts): boolean {
  const desired = desiredReplicas(deployment);
  return (
    counts.updatedReplicas === desired && counts.replicas === desired && counts.availableReplicas === desired
  );
}

function hasProgressed(deployment: Deployment, counts: Counts): boolean {
  const {
    replicas = 0,
    updatedReplicas = 0,
    readyReplicas = 0,
    availableReplicas = 0,
  } = deployment.status ?? {};
  return (
    counts.updatedReplicas > updatedReplicas ||
    counts.replicas - counts.updatedReplicas < replicas - updatedReplicas ||
    counts.readyReplicas > readyReplicas ||
    counts.availableReplicas > availableReplicas
  );
}

function hasTimedOut(deployment: Deployment, current: DeploymentCondition | undefined, now: number): boolean {
  if (current === undefined || current.reason === 'NewReplicaSetAvailable') return false;
  if (current.reason === 'ProgressDeadlineExceeded') return true;
  const deadline = deadlineOf(deployment);
  const since = msOf(current.lastUpdateTime);
  return deadline !== undefined && since !== undefined && since + deadline * 1000 < now;
}

/** A ReplicaSet that cannot make its pods is the Deployment's failure too; that of the current template first. */
function withReplicaFailure(
  conditions: readonly DeploymentCondition[],
  { newRs, old }: StatusInput,
): readonly DeploymentCondition[] {
  const others = conditions.filter((condition) => condition.type !== 'ReplicaFailure');
  for (const rs of newRs === undefined ? old : [newRs, ...old]) {
    const failure = rs.status?.conditions?.find((condition) => condition.type === 'ReplicaFailure');
    if (failure === undefined) continue;
    const { lastTransitionTime = '' } = failure;
    return [...others, { ...failure, lastTransitionTime, lastUpdateTime: lastTransitionTime }];
  }
  return others;
}

/**
 * Milliseconds until lack of progress becomes a fact; undefined where it cannot. One second is added, as upstream
 * does, because times in the API are whole seconds.
 */
export function untilDeadline(
  deployment: Deployment,
  status: DeploymentStatus,
  now: number,
): number | undefined {
  const deadline = deadlineOf(deployment);
  const progressing = conditionOf(status.conditions, 'Progressing');
  const since = msOf(progressing?.lastUpdateTime);
  if (deadline === undefined || since === undefined || deployment.spec.paused === true) return undefined;
  if (
    progressing?.reason === 'ProgressDeadlineExceeded' ||
    progressing?.reason === 'NewReplicaSetAvailable'
  ) {
    return undefined;
  }
  return Math.max(since + deadline * 1000 - now, 0) + 1000;
}
