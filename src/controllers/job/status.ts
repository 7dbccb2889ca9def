import type { Condition, Mutable } from '../../api/meta.ts';
import { timeOf } from '../../api/time.ts';
import type { Job, Pod } from '../../api/types.ts';
import { endOf, indexOf, isIndexed } from './jobPod.ts';
import type { Outcome } from './outcome.ts';
import { type Tally, textOf } from './tally.ts';

export type JobStatus = Mutable<NonNullable<Job['status']>>;
type Conditions = NonNullable<JobStatus['conditions']>;

export function isFinished(job: Job): boolean {
  return (job.status?.conditions ?? []).some(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
}

/** At most so many pods are counted in one write: the list of the uncounted stays short. */
const MAX_UNCOUNTED = 500;

export interface Accounting {
  readonly status: JobStatus;
  /** Pods that are in the status, or need not be: they may let go of their finalizer. */
  readonly counted: readonly Pod[];
}

/**
 * The status with the pods that have ended: by uid until they have let go of their finalizer, so that none is counted
 * twice; an index needs no uid. `held` pods stay uncounted.
 */
export function accountFor(job: Job, tally: Tally, held: ReadonlySet<Pod>, now: number): Accounting {
  const before = job.status ?? {};
  const indexed = isIndexed(job);
  const succeeded = [...(before.uncountedTerminatedPods?.succeeded ?? [])];
  const failed = [...(before.uncountedTerminatedPods?.failed ?? [])];
  const counted: Pod[] = [];
  for (const pod of tally.newSucceeded.slice(0, MAX_UNCOUNTED)) {
    if (!indexed) succeeded.push(pod.metadata.uid);
    counted.push(pod);
  }
  for (const { pod, verdict } of tally.newFailed.slice(0, MAX_UNCOUNTED)) {
    if (held.has(pod)) continue;
    if (verdict.action !== 'Ignore') failed.push(pod.metadata.uid);
    counted.push(pod);
  }
  const status: JobStatus = {
    ...(structuredClone(before) as JobStatus),
    active: tally.active.length,
    ready: tally.ready,
    terminating: tally.terminating,
    uncountedTerminatedPods: {
      ...(succeeded.length > 0 ? { succeeded } : {}),
      ...(failed.length > 0 ? { failed } : {}),
    },
  };
  if (indexed) {
    status.succeeded = tally.succeededIndexes.size;
    const text = textOf(tally.succeededIndexes);
    if (text !== '') status.completedIndexes = text;
    if (job.spec.backoffLimitPerIndex !== undefined) status.failedIndexes = textOf(tally.failedIndexes);
  }
  if (job.spec.suspend !== true && status.startTime === undefined) status.startTime = timeOf(now);
  return { status, counted };
}

/** Moves the uncounted whose pods have let go into the numbers. */
export function settle(status: JobStatus, isHeld: (uid: string) => boolean): void {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const left = { succeeded: succeeded.filter(isHeld), failed: failed.filter(isHeld) };
  const done = succeeded.length - left.succeeded.length;
  const undone = failed.length - left.failed.length;
  if (done > 0) status.succeeded = (status.succeeded ?? 0) + done;
  if (undone > 0) status.failed = (status.failed ?? 0) + undone;
  status.uncountedTerminatedPods = {
    ...(left.succeeded.length > 0 ? { succeeded: left.succeeded } : {}),
    ...(left.failed.length > 0 ? { failed: left.failed } : {}),
  };
}

/** Puts a condition in, with its time only where its status changes. Answers whether anything has changed. */
export function setCondition(
  status: JobStatus,
  condition: Omit<Condition, 'lastTransitionTime'>,
  now: number,
): boolean {
  const conditions: Conditions = (status.conditions ??= []);
  const known = conditions.find(({ type }) => type === condition.type);
  if (known?.status === condition.status) return false;
  const time = timeOf(now);
  const entry = { ...condition, lastProbeTime: time, lastTransitionTime: time };
  status.conditions = [...conditions.filter((one) => one !== known), entry];
  return true;
}

/** Says what is decided at once, and the end when no pod is left to count. Answers the end where it has come. */
export function conclude(
  status: JobStatus,
  outcome: Outcome,
  left: number,
  now: number,
): Outcome | undefined {
  const { type, reason, message } = outcome;
  const target = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  setCondition(status, { type: target, status: 'True', reason, message }, now);
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const open = (status.active ?? 0) + (status.terminating ?? 0) + succeeded.length + failed.length + left;
  if (open > 0) return undefined;
  setCondition(status, { type, status: 'True', reason, message }, now);
  if (type === 'Complete') status.completionTime = timeOf(now);
  status.active = 0;
  status.ready = 0;
  status.terminating = 0;
  return outcome;
}

/**
 * With a limit per index, the last failed pod of an index is held until another has taken its place: it alone knows how
 * often the index has failed.
 */
export function heldForTheirCount(job: Job, tally: Tally, decided: boolean): ReadonlySet<Pod> {
  if (decided || !isIndexed(job) || job.spec.backoffLimitPerIndex === undefined) return new Set();
  const last = new Map<number, Pod>();
  for (const { pod } of tally.newFailed) {
    const index = indexOf(job, pod);
    if (index === undefined) continue;
    const known = last.get(index);
    if (known === undefined || endOf(known) <= endOf(pod)) last.set(index, pod);
  }
  const replaced = new Set(tally.active.map((pod) => indexOf(job, pod)));
  const held = [...last].filter(
    ([index]) =>
      !replaced.has(index) && !tally.failedIndexes.has(index) && !tally.succeededIndexes.has(index),
  );
  return new Set(held.map(([, pod]) => pod));
}
