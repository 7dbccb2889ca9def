import type { Job, Pod } from '../../api/types.ts';
import { podsToDelete } from '../replicaset/ranking.ts';
import { endOf, hasFailed, hasSucceeded, indexOf, isGoing, isIndexed } from './jobPod.ts';
import type { Outcome } from './outcome.ts';
import type { Tally } from './tally.ts';

const INITIAL_BACKOFF_MS = 10_000;
const MAX_BACKOFF_MS = 10 * 60_000;

export interface PodPlan {
  /** One entry a pod: its index, or undefined in a Job without indexes. */
  readonly create: readonly (number | undefined)[];
  readonly remove: readonly Pod[];
  /** Until pods that failed may be replaced, milliseconds. */
  readonly waitMs?: number;
}

export interface PodPlanInput {
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly tally: Tally;
  readonly outcome: Outcome | undefined;
  readonly now: number;
}

/** Which pods to make and which to end (`manageJob`). */
export function planPods({ job, pods, tally, outcome, now }: PodPlanInput): PodPlan {
  if (job.metadata.deletionTimestamp !== undefined) return { create: [], remove: [] };
  if (outcome !== undefined || job.spec.suspend === true) return { create: [], remove: tally.active };
  const doubles = doubledIndexes(job, tally.active);
  const active = tally.active.filter((pod) => !doubles.includes(pod));
  const wanted = wantedActive(job, tally, active.length);
  const excess = active.length - wanted;
  if (excess > 0) return { create: [], remove: [...doubles, ...podsToDelete(active, [], excess, now)] };
  const held = job.spec.podReplacementPolicy === 'Failed' ? tally.terminating : 0;
  const missing = wanted - active.length - held;
  if (missing <= 0) return { create: [], remove: doubles };
  const perIndex = isIndexed(job) && job.spec.backoffLimitPerIndex !== undefined;
  const waitMs = perIndex ? 0 : backoffLeft(job, pods, now);
  if (waitMs > 0) return { create: [], remove: doubles, waitMs };
  if (!isIndexed(job)) {
    return { create: Array.from<undefined>({ length: missing }).fill(undefined), remove: doubles };
  }
  return { ...pendingIndexes({ job, pods, tally, outcome, now }, missing, perIndex), remove: doubles };
}

function wantedActive(job: Job, tally: Tally, active: number): number {
  const { completions, parallelism = 1 } = job.spec;
  // Without a number no new ones begin once one has succeeded.
  if (completions === undefined) return tally.succeeded > 0 ? Math.min(active, parallelism) : parallelism;
  const left = completions - tally.succeeded - tally.failedIndexes.size;
  return Math.min(Math.max(left, 0), parallelism);
}

/** Pods of an index that already has one, or of none. */
function doubledIndexes(job: Job, active: readonly Pod[]): readonly Pod[] {
  if (!isIndexed(job)) return [];
  const seen = new Set<number>();
  return active.filter((pod) => {
    const index = indexOf(job, pod);
    if (index === undefined || seen.has(index)) return true;
    seen.add(index);
    return false;
  });
}

function pendingIndexes(
  { job, pods, tally, now }: PodPlanInput,
  count: number,
  perIndex: boolean,
): Pick<PodPlan, 'create' | 'waitMs'> {
  const waits = job.spec.podReplacementPolicy === 'Failed';
  const taken = new Set<number>();
  const lastEnd = new Map<number, number>();
  for (const pod of pods) {
    const index = indexOf(job, pod);
    if (index === undefined || hasSucceeded(pod)) continue;
    if (hasFailed(job, pod)) lastEnd.set(index, Math.max(lastEnd.get(index) ?? 0, endOf(pod)));
    else if (!isGoing(pod) || waits) taken.add(index);
  }
  const create: number[] = [];
  let waitMs = Infinity;
  for (let index = 0; index < (job.spec.completions ?? 0) && create.length < count; index += 1) {
    if (tally.succeededIndexes.has(index) || tally.failedIndexes.has(index) || taken.has(index)) continue;
    const end = perIndex ? lastEnd.get(index) : undefined;
    const left = end === undefined ? 0 : end + delayAfter(tally.failures.get(index) ?? 1) - now;
    if (left > 0) waitMs = Math.min(waitMs, left);
    else create.push(index);
  }
  return waitMs === Infinity ? { create } : { create, waitMs };
}

/** Failures since the last success double the wait. */
function backoffLeft(job: Job, pods: readonly Pod[], now: number): number {
  const lastSuccess = Math.max(0, ...pods.filter(hasSucceeded).map(endOf));
  const ends = pods
    .filter((pod) => hasFailed(job, pod))
    .map(endOf)
    .filter((end) => end > lastSuccess);
  if (ends.length === 0) return 0;
  return Math.max(0, Math.max(...ends) + delayAfter(ends.length) - now);
}

const delayAfter = (failures: number): number =>
  Math.min(INITIAL_BACKOFF_MS * 2 ** Math.max(0, Math.min(failures - 1, 10)), MAX_BACKOFF_MS);
