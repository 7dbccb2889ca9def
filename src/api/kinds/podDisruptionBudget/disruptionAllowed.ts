import type { PodDisruptionBudget } from '../../types.ts';

type Status = NonNullable<PodDisruptionBudget['status']>;
type Condition = NonNullable<Status['conditions']>[number];

export const DISRUPTION_ALLOWED = 'DisruptionAllowed';
export const SYNC_FAILED = 'SyncFailed';

/**
 * A budget's status with the condition that its numbers make (component-helpers `apps/poddisruptionbudget/helpers.go`).
 * `failure`: why they could not be made. `now`: RFC 3339.
 */
export function withDisruptionAllowed(status: Status, now: string, failure?: string): Status {
  const isAllowed = (status.disruptionsAllowed ?? 0) > 0;
  const old = status.conditions?.find(({ type }) => type === DISRUPTION_ALLOWED);
  const state = isAllowed ? 'True' : 'False';
  const condition: Condition = {
    type: DISRUPTION_ALLOWED,
    status: state,
    ...(status.observedGeneration === undefined ? {} : { observedGeneration: status.observedGeneration }),
    lastTransitionTime: old?.status === state ? old.lastTransitionTime : now,
    reason: failure === undefined ? (isAllowed ? 'SufficientPods' : 'InsufficientPods') : SYNC_FAILED,
    message: failure ?? '',
  };
  const others = (status.conditions ?? []).filter(({ type }) => type !== DISRUPTION_ALLOWED);
  return { ...status, conditions: [...others, condition] };
}
