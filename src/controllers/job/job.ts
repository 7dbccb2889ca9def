import { equal } from '../../api/fields/equal.ts';
import { controllerOf, draftOf, keyOf, parseKey } from '../../api/meta.ts';
import { jobs, namespaces, pods } from '../../api/resources.ts';
import { isNotFound, isReason, toStatusError } from '../../api/status.ts';
import { msOf, timeOf } from '../../api/time.ts';
import type { Job, Namespace, Pod } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import type { Informer } from '../../client/informer.ts';
import type { Controller, ControllerContext, ReconcileResult } from '../../client/controller.ts';
import { Dependents } from '../dependents.ts';
import { createPods, deletePods } from '../podControl.ts';
import { PendingWrites } from '../writes.ts';
import { hasFailed, hasSucceeded, indexOf, isIndexed, isTracked, newPod, TRACKING } from './jobPod.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { planPods } from './plan.ts';
import {
  accountFor,
  conclude,
  heldForTheirCount,
  isFinished,
  type JobStatus,
  setCondition,
  settle,
} from './status.ts';
import { type Tally, tallyOf } from './tally.ts';

/** At most so many pods are created or deleted in one reconcile. */
const BURST = 500;
const MANAGER = 'kubernetes.io/job-controller';

/** Runs pods until enough have succeeded, and counts each once (`pkg/controller/job`). */
export function jobController(context: ControllerContext): Controller {
  const controller = new JobController(context);
  return { name: 'job', workers: 5, reconcile: (key, signal) => controller.reconcile(key, signal) };
}

class JobController {
  readonly #context: ControllerContext;
  readonly #jobs: Informer<Job>;
  readonly #pods: Dependents<Job, Pod>;
  readonly #namespaces: Informer<Namespace>;
  /** Counting goes on only when both caches show what was written: else a pod would be counted twice. */
  readonly #pendingJobs: PendingWrites<Job>;
  readonly #pendingPods: PendingWrites<Pod>;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#jobs = context.informers.for(jobs);
    this.#namespaces = context.informers.for(namespaces);
    this.#pods = new Dependents(context, {
      owners: jobs,
      dependents: pods,
      selectorOf: (job) => job.spec.selector,
      finalizer: TRACKING,
      awaitsGone: isTracked,
    });
    this.#pendingJobs = new PendingWrites(this.#jobs);
    this.#pendingPods = new PendingWrites(this.#pods.all);
    const wake = (job: Job): void => context.enqueue(keyOf(job.metadata));
    this.#jobs.addHandler({ onAdd: wake, onUpdate: wake, onDelete: wake });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const { clock } = this.#context;
    const { namespace = '', name } = parseKey(key);
    const job = this.#jobs.get(namespace, name);
    await this.#freeOrphans(namespace, name, job?.metadata.uid, signal);
    if (job === undefined) {
      this.#pendingJobs.forget(key);
      this.#pendingPods.forget(key);
      return undefined;
    }
    if ((job.spec.managedBy ?? MANAGER) !== MANAGER) return undefined;
    if (isFinished(job)) return undefined;
    if (!this.#pendingJobs.seen(key) || !this.#pendingPods.seen(key)) return undefined;
    const owned = await this.#pods.claim(job, this.#pods.candidates(job), signal);

    const now = clock.now();
    const tally = tallyOf(job, owned);
    const outcome = outcomeOf(job, tally, now);
    const plan = planPods({ job, pods: owned, tally, outcome, now });
    const { status, counted } = accountFor(job, tally, this.#held(job, tally, outcome), now);
    this.#noteSuspension(job, status, now);
    // The status counts a pod before the pod loses its finalizer.
    const recorded = await this.#writeStatus(key, job, status, signal);
    const uncounted = new Set([
      ...(status.uncountedTerminatedPods?.succeeded ?? []),
      ...(status.uncountedTerminatedPods?.failed ?? []),
    ]);
    const isDone = (pod: Pod): boolean => uncounted.has(pod.metadata.uid) || isStray(job, pod);
    const free = new Set([...counted, ...owned.filter((pod) => isTracked(pod) && isDone(pod))]);
    const freed = await this.#release(key, [...free], signal);

    const owner = { key, owner: job, pending: this.#pendingPods };
    const indexes = plan.create.slice(0, BURST);
    const nextPod = (): NewObject<Pod> => {
      const index = indexes.shift();
      return newPod(job, index, index === undefined ? 0 : (tally.failures.get(index) ?? 0));
    };
    const error =
      (await deletePods(this.#context, owner, plan.remove.slice(0, BURST), signal)) ??
      (await createPods(this.#context, owner, indexes.length, nextPod, signal));

    const isHeld = (uid: string): boolean =>
      owned.some((pod) => pod.metadata.uid === uid && isTracked(pod) && !freed.has(uid));
    settle(status, isHeld);
    if (outcome !== undefined) {
      const left = owned.filter((pod) => isTracked(pod) && !freed.has(pod.metadata.uid)).length;
      const end = conclude(status, outcome, left, now);
      if (end?.type === 'Complete') this.#tell(job, 'Normal', 'Completed', 'Job completed');
      if (end?.type === 'Failed') this.#tell(job, 'Warning', end.reason, end.message);
    }
    await this.#writeStatus(key, recorded, status, signal);
    if (error !== undefined) throw toStatusError(error);
    const waits = [plan.waitMs, untilDeadline(job, status, now)].filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : { requeueAfterMs: Math.min(...waits) };
  }

  /** Where a namespace ends, nothing takes the place of a failed pod: none is held. */
  #held(job: Job, tally: Tally, outcome: Outcome | undefined): ReadonlySet<Pod> {
    const namespace = this.#namespaces.get(undefined, job.metadata.namespace);
    const ends = namespace?.metadata.deletionTimestamp !== undefined;
    return heldForTheirCount(job, tally, ends || outcome !== undefined);
  }

  /** Pods whose Job is gone hold their finalizer for nobody. */
  async #freeOrphans(
    namespace: string,
    name: string,
    uid: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const orphans = this.#pods.all.list(namespace).filter((pod) => {
      const controller = controllerOf(pod);
      return (
        controller?.kind === 'Job' && controller.name === name && controller.uid !== uid && isTracked(pod)
      );
    });
    if (orphans.length === 0) return;
    // Past the cache: a Job that it does not show yet is no Job that is gone.
    const current = await this.#context.client
      .get(jobs, { namespace, name }, { signal })
      .catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
    const gone = orphans.filter((pod) => controllerOf(pod)?.uid !== current?.metadata.uid);
    await this.#release(`${namespace}/${name}`, gone, signal);
  }

  #noteSuspension(job: Job, status: JobStatus, now: number): void {
    const type = 'Suspended';
    const was = job.status?.conditions?.find((condition) => condition.type === type)?.status === 'True';
    if (job.spec.suspend === true && !was) {
      setCondition(status, { type, status: 'True', reason: 'JobSuspended', message: 'Job suspended' }, now);
      this.#tell(job, 'Normal', 'Suspended', 'Job suspended');
    } else if (job.spec.suspend !== true && was) {
      setCondition(status, { type, status: 'False', reason: 'JobResumed', message: 'Job resumed' }, now);
      status.startTime = timeOf(now);
      this.#tell(job, 'Normal', 'Resumed', 'Job resumed');
    }
  }

  #tell(job: Job, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.events.event(job, type, reason, message);
  }

  /** Takes the finalizer from pods; answers the uids of those that hold it no more. */
  async #release(key: string, held: readonly Pod[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    const freed = new Set<string>();
    await Promise.all(
      held.map(async (pod) => {
        try {
          const patched = await this.#context.client.patch(
            pods,
            pod.metadata,
            'application/strategic-merge-patch+json',
            { metadata: { uid: pod.metadata.uid, '$deleteFromPrimitiveList/finalizers': [TRACKING] } },
            { signal },
          );
          // The last finalizer of a pod that is being deleted takes the pod along.
          if (pod.metadata.deletionTimestamp === undefined) this.#pendingPods.created(key, patched);
        } catch (error) {
          if (!isNotFound(error) && !isReason(error, 'Conflict', 'Invalid')) throw error;
        }
        freed.add(pod.metadata.uid);
      }),
    );
    return freed;
  }

  /** Answers the Job as it is after the write. */
  async #writeStatus(key: string, job: Job, status: JobStatus, signal: AbortSignal): Promise<Job> {
    if (equal(status, job.status)) return job;
    const draft = draftOf(job);
    draft.status = structuredClone(status);
    try {
      const written = await this.#context.client.update(jobs, draft, { subresource: 'status', signal });
      this.#pendingJobs.created(key, written);
      return written;
    } catch (error) {
      if (isNotFound(error)) return job;
      throw error;
    }
  }
}

/** A pod of an indexed Job without a valid index: it counts for nothing when it has ended. */
const isStray = (job: Job, pod: Pod): boolean =>
  isIndexed(job) && indexOf(job, pod) === undefined && (hasSucceeded(pod) || hasFailed(job, pod));

/** Milliseconds until the Job has been active for longer than it may. */
function untilDeadline(job: Job, status: JobStatus, now: number): number | undefined {
  const { activeDeadlineSeconds, suspend } = job.spec;
  const started = msOf(status.startTime);
  if (activeDeadlineSeconds === undefined || suspend === true || started === undefined) return undefined;
  const left = started + activeDeadlineSeconds * 1000 - now;
  return left > 0 ? left : undefined;
}
