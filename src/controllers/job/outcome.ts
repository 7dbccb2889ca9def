import { indexesIn, parseIndexes } from '../../api/kinds/job/indexes.ts';
import { msOf } from '../../api/time.ts';
import type { Job, Pod } from '../../api/types.ts';
import { isIndexed } from './jobPod.ts';
import type { Tally } from './tally.ts';

/** How a Job ends, as its conditions say it. First what decides it, then, when all pods are gone, the end itself. */
export interface Outcome {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

const failed = (reason: string, message: string): Outcome => ({ type: 'Failed', reason, message });

/** Whether the Job's end is decided, in the order of `pkg/controller/job/job_controller.go` syncJob. */
export function outcomeOf(job: Job, tally: Tally, now: number): Outcome | undefined {
  const decided = decidedBefore(job);
  if (decided !== undefined) return decided;
  const byPolicy = tally.newFailed.find(({ verdict }) => verdict.action === 'FailJob');
  if (byPolicy !== undefined) return failed('PodFailurePolicy', byPolicy.verdict.message ?? '');
  const success = successOf(job, tally);
  if (success !== undefined) return success;
  const { backoffLimit = 6, activeDeadlineSeconds } = job.spec;
  if (tally.failed > backoffLimit || restartedTooOften(job, tally.active)) {
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const started = msOf(job.status?.startTime);
  const runs = job.spec.suspend !== true && started !== undefined;
  if (runs && activeDeadlineSeconds !== undefined && now - started >= activeDeadlineSeconds * 1000) {
    return failed('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  return isIndexed(job) && job.spec.backoffLimitPerIndex !== undefined
    ? (failedIndexes(job, tally) ?? completion(job, tally))
    : completion(job, tally);
}

/** A condition of before stands: what was decided is not decided again. */
function decidedBefore(job: Job): Outcome | undefined {
  for (const { type, status, reason = '', message = '' } of job.status?.conditions ?? []) {
    if (status !== 'True') continue;
    if (type === 'FailureTarget') return failed(reason, message);
    if (type === 'SuccessCriteriaMet') return { type: 'Complete', reason, message };
  }
  return undefined;
}

/** `pkg/controller/job/success_policy.go`. */
function successOf(job: Job, tally: Tally): Outcome | undefined {
  if (tally.succeededIndexes.size === 0) return undefined;
  for (const [index, rule] of (job.spec.successPolicy?.rules ?? []).entries()) {
    const { succeededIndexes, succeededCount } = rule;
    const wanted =
      succeededIndexes === undefined
        ? undefined
        : indexesIn(parseIndexes(succeededIndexes, job.spec.completions ?? 0) ?? []);
    if (wanted?.size === 0) continue;
    const done = [...tally.succeededIndexes].filter((one) => wanted?.has(one) ?? true).length;
    if (done >= (succeededCount ?? wanted?.size ?? Infinity)) {
      return { type: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${index}` };
    }
  }
  return undefined;
}

function failedIndexes(job: Job, tally: Tally): Outcome | undefined {
  const { maxFailedIndexes, completions = 0 } = job.spec;
  const count = tally.failedIndexes.size;
  if (maxFailedIndexes !== undefined && count > maxFailedIndexes) {
    return failed(
      'MaxFailedIndexesExceeded',
      'Job has exceeded the specified maximal number of failed indexes',
    );
  }
  if (count === 0 || count + tally.succeededIndexes.size < completions) return undefined;
  return failed('FailedIndexes', 'Job has failed indexes');
}

function completion(job: Job, tally: Tally): Outcome | undefined {
  const { completions } = job.spec;
  // Without a number, a first success says that the work is done; those that still run may end.
  const done =
    completions === undefined
      ? tally.succeeded > 0 && tally.active.length === 0
      : tally.succeeded >= completions;
  if (!done) return undefined;
  return {
    type: 'Complete',
    reason: 'CompletionsReached',
    message: 'Reached expected number of succeeded pods',
  };
}

/** Containers that are restarted in place count against the limit as well (`pastBackoffLimitOnFailure`). */
function restartedTooOften(job: Job, active: readonly Pod[]): boolean {
  if (job.spec.template.spec?.restartPolicy !== 'OnFailure') return false;
  const restarts = active
    .filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending')
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  const limit = job.spec.backoffLimit ?? 6;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}
