import { formatIndexes, indexesIn, parseIndexes } from '../../api/kinds/job/indexes.ts';
import type { Job, Pod } from '../../api/types.ts';
import { isPodReady } from '../pods.ts';
import { type Verdict, verdictOn } from './failurePolicy.ts';
import { failuresOf, hasFailed, hasSucceeded, indexOf, isGoing, isIndexed, isTracked } from './jobPod.ts';

/** The counts of a Job's pods. Each pod counts once: in the status, among the uncounted, or by its finalizer. */
export interface Tally {
  readonly active: readonly Pod[];
  /** On their way out, neither succeeded nor failed yet. */
  readonly terminating: number;
  readonly ready: number;
  /** With those that the status does not have yet. */
  readonly succeeded: number;
  readonly failed: number;
  /** Pods that have ended and are still to be counted; `Ignore` takes them out of the count. */
  readonly newSucceeded: readonly Pod[];
  readonly newFailed: readonly { readonly pod: Pod; readonly verdict: Verdict }[];
  readonly succeededIndexes: ReadonlySet<number>;
  /** With a limit per index: those that have used it up. */
  readonly failedIndexes: ReadonlySet<number>;
  /** How often the pods of an index have failed, from the last of them. */
  readonly failures: ReadonlyMap<number, number>;
}

export function tallyOf(job: Job, pods: readonly Pod[]): Tally {
  const status = job.status ?? {};
  const uncountedSucceeded = new Set(status.uncountedTerminatedPods?.succeeded ?? []);
  const uncountedFailed = new Set(status.uncountedTerminatedPods?.failed ?? []);
  const isNew = (pod: Pod): boolean =>
    isTracked(pod) &&
    !uncountedSucceeded.has(pod.metadata.uid) &&
    !uncountedFailed.has(pod.metadata.uid) &&
    (!isIndexed(job) || indexOf(job, pod) !== undefined);
  const ended = pods.filter((pod) => hasSucceeded(pod) || hasFailed(job, pod));
  const newSucceeded = ended.filter((pod) => hasSucceeded(pod) && isNew(pod));
  const newFailed = ended
    .filter((pod) => !hasSucceeded(pod) && isNew(pod))
    .map((pod) => ({ pod, verdict: verdictOn(job, pod) }));
  const active = pods.filter((pod) => !hasSucceeded(pod) && pod.status?.phase !== 'Failed' && !isGoing(pod));
  const counts = newFailed.filter(({ verdict }) => verdict.action !== 'Ignore').length;
  const indexed = isIndexed(job) ? indexesOf(job, pods, newFailed) : NO_INDEXES;
  return {
    active,
    terminating: pods.filter((pod) => isGoing(pod) && !hasSucceeded(pod) && pod.status?.phase !== 'Failed')
      .length,
    ready: active.filter(isPodReady).length,
    succeeded: isIndexed(job)
      ? indexed.succeededIndexes.size
      : (status.succeeded ?? 0) + uncountedSucceeded.size + newSucceeded.length,
    failed: (status.failed ?? 0) + uncountedFailed.size + counts,
    newSucceeded,
    newFailed,
    ...indexed,
  };
}

type Indexed = Pick<Tally, 'succeededIndexes' | 'failedIndexes' | 'failures'>;
const NO_INDEXES: Indexed = { succeededIndexes: new Set(), failedIndexes: new Set(), failures: new Map() };

function indexesOf(job: Job, pods: readonly Pod[], newFailed: Tally['newFailed']): Indexed {
  const succeededIndexes = indexesFrom(job, job.status?.completedIndexes);
  for (const pod of pods) {
    const index = hasSucceeded(pod) ? indexOf(job, pod) : undefined;
    // A pod without the finalizer that has succeeded was counted: its index is in the status.
    if (index !== undefined && isTracked(pod)) succeededIndexes.add(index);
  }
  const limit = job.spec.backoffLimitPerIndex;
  const failures = new Map<number, number>();
  if (limit === undefined) return { ...NO_INDEXES, succeededIndexes };
  const failedIndexes = indexesFrom(job, job.status?.failedIndexes);
  for (const pod of pods) {
    const index = indexOf(job, pod);
    if (index === undefined || hasSucceeded(pod)) continue;
    const verdict = newFailed.find((one) => one.pod === pod)?.verdict ?? verdictOn(job, pod);
    const own = failuresOf(pod) + (hasFailed(job, pod) && verdict.action !== 'Ignore' ? 1 : 0);
    failures.set(index, Math.max(failures.get(index) ?? 0, own));
    if (!hasFailed(job, pod) || succeededIndexes.has(index)) continue;
    if (verdict.action === 'FailIndex' || own > limit) failedIndexes.add(index);
  }
  return { succeededIndexes, failedIndexes, failures };
}

const indexesFrom = (job: Job, text: string | undefined): Set<number> =>
  indexesIn(parseIndexes(text ?? '', job.spec.completions ?? 0) ?? []);

export const textOf = (indexes: ReadonlySet<number>): string => formatIndexes(indexes);
