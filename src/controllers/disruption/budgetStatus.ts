import { withDisruptionAllowed } from '../../api/kinds/podDisruptionBudget/disruptionAllowed.ts';
import { scaledValue } from '../../api/intOrString.ts';
import { msOf, timeOf } from '../../api/time.ts';
import type { Pod, PodDisruptionBudget } from '../../api/types.ts';
import { isPodReady } from '../pods.ts';

export type BudgetStatus = NonNullable<PodDisruptionBudget['status']>;

/** How long an eviction that was allowed may take to show. */
const DELETION_TIMEOUT_MS = 2 * 60_000;

export interface Computed {
  readonly status: BudgetStatus;
  /** Pods that should have been deleted by now. */
  readonly notDeleted: readonly Pod[];
  /** When an eviction that was allowed runs out, in ms since the epoch. */
  readonly recheckAt: number | undefined;
}

/**
 * A budget's status from its pods (`pkg/controller/disruption/disruption.go` trySync). `expectedScale`: how many pods
 * the controllers of these pods want; it is asked only where the budget is relative to it, and may throw.
 */
export function budgetStatus(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  expectedScale: () => number,
  now: number,
): Computed {
  const { expectedPods, desiredHealthy } = expectation(budget, pods.length, expectedScale);
  const { disruptedPods, notDeleted, recheckAt } = stillDisrupted(budget, pods, now);
  const currentHealthy = pods.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      !Object.hasOwn(disruptedPods, pod.metadata.name) &&
      isPodReady(pod),
  ).length;
  const spare = currentHealthy - desiredHealthy;
  const status: BudgetStatus = {
    currentHealthy,
    desiredHealthy,
    expectedPods,
    // A budget without pods is safe for the first ones, whose coming this controller may not have seen yet.
    disruptionsAllowed: expectedPods <= 0 ? 0 : Math.max(spare, 0),
    ...(Object.keys(disruptedPods).length === 0 ? {} : { disruptedPods }),
    ...observed(budget),
    ...(budget.status?.conditions === undefined ? {} : { conditions: budget.status.conditions }),
  };
  return { status: withDisruptionAllowed(status, timeOf(now)), notDeleted, recheckAt };
}

/** Nothing may be disrupted while it is not known what there should be (failSafe). */
export function failedStatus(budget: PodDisruptionBudget, why: string, now: number): BudgetStatus {
  const none = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  return withDisruptionAllowed({ ...none, ...budget.status, disruptionsAllowed: 0 }, timeOf(now), why);
}

function observed({ metadata }: PodDisruptionBudget): { observedGeneration?: number } {
  return metadata.generation === undefined ? {} : { observedGeneration: metadata.generation };
}

function expectation(
  { spec }: PodDisruptionBudget,
  count: number,
  expectedScale: () => number,
): { expectedPods: number; desiredHealthy: number } {
  if (spec?.maxUnavailable !== undefined) {
    const expectedPods = expectedScale();
    const missing = scaledValue(spec.maxUnavailable, expectedPods, 'up');
    return { expectedPods, desiredHealthy: Math.max(expectedPods - missing, 0) };
  }
  const minAvailable = spec?.minAvailable;
  if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0 };
  if (typeof minAvailable === 'number') return { expectedPods: count, desiredHealthy: minAvailable };
  const expectedPods = expectedScale();
  return { expectedPods, desiredHealthy: scaledValue(minAvailable, expectedPods, 'up') };
}

/** Allowed evictions whose pods still run and that have not expired: buildDisruptedPodMap. */
function stillDisrupted(
  { status }: PodDisruptionBudget,
  pods: readonly Pod[],
  now: number,
): Omit<Computed, 'status'> & { readonly disruptedPods: Readonly<Record<string, string>> } {
  const told = new Map(Object.entries(status?.disruptedPods ?? {}));
  const waiting = pods.flatMap((pod) => {
    const since = told.get(pod.metadata.name);
    return since === undefined || pod.metadata.deletionTimestamp !== undefined ? [] : [{ pod, since }];
  });
  const endOf = (since: string): number => (msOf(since) ?? now) + DELETION_TIMEOUT_MS;
  const current = waiting.filter(({ since }) => endOf(since) >= now);
  return {
    disruptedPods: Object.fromEntries(current.map(({ pod, since }) => [pod.metadata.name, since])),
    notDeleted: waiting.filter(({ since }) => endOf(since) < now).map(({ pod }) => pod),
    recheckAt: current.length === 0 ? undefined : Math.min(...current.map(({ since }) => endOf(since))),
  };
}
