import { cloneJson } from '../../api/clone.ts';
import { nextTime } from '../../api/cron/next.ts';
import { parseSchedule, type Schedule, ScheduleError } from '../../api/cron/schedule.ts';
import { isTimeZone } from '../../api/cron/wallClock.ts';
import { equal } from '../../api/fields/equal.ts';
import { controllerOf, controllerRef, draftOf, keyOf, type Mutable, parseKey } from '../../api/meta.ts';
import { cronJobs, jobs } from '../../api/resources.ts';
import { isAlreadyExists, isNotFound } from '../../api/status.ts';
import { msOf, timeOf } from '../../api/time.ts';
import type { CronJob, Job } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import type { Informer } from '../../client/informer.ts';
import type { Controller, ControllerContext, ReconcileResult } from '../../client/controller.ts';
import { isNamespaceTerminating } from '../namespaces.ts';
import { BY_CONTROLLER, indexByController } from '../ownership.ts';
import { PendingWrites } from '../writes.ts';
import { dueTime } from './schedule.ts';

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
/** A little after the time, so that the clock has surely come to it. */
const MARGIN_MS = 100;

type Status = Mutable<NonNullable<CronJob['status']>>;

/** Makes Jobs by the clock (`pkg/controller/cronjob/cronjob_controllerv2.go`). */
export function cronJobController(context: ControllerContext): Controller {
  const controller = new CronJobController(context);
  return { name: 'cronjob', workers: 5, reconcile: (key, signal) => controller.reconcile(key, signal) };
}

class CronJobController {
  readonly #context: ControllerContext;
  readonly #crons: Informer<CronJob>;
  readonly #jobs: Informer<Job>;
  readonly #pendingJobs: PendingWrites<Job>;
  readonly #pendingCrons: PendingWrites<CronJob>;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#crons = context.informers.for(cronJobs);
    this.#jobs = context.informers.for(jobs);
    this.#pendingJobs = new PendingWrites(this.#jobs);
    this.#pendingCrons = new PendingWrites(this.#crons);
    indexByController(this.#jobs);
    const wake = (cron: CronJob): void => context.enqueue(keyOf(cron.metadata));
    this.#crons.addHandler({ onAdd: wake, onUpdate: wake, onDelete: wake });
    const wakeFor = (job: Job): void => {
      const controller = controllerOf(job);
      if (controller?.kind === 'CronJob') context.enqueue(`${job.metadata.namespace}/${controller.name}`);
    };
    this.#jobs.addHandler({ onAdd: wakeFor, onUpdate: wakeFor, onDelete: wakeFor });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const { namespace = '', name } = parseKey(key);
    const cron = this.#crons.get(namespace, name);
    if (cron === undefined) {
      this.#pendingJobs.forget(key);
      this.#pendingCrons.forget(key);
      return undefined;
    }
    if (!this.#pendingJobs.seen(key) || !this.#pendingCrons.seen(key)) return undefined;
    const children = this.#jobs.byIndex(BY_CONTROLLER, cron.metadata.uid);
    const status = this.#statusFrom(cron, children);
    const wait = await this.#start(key, cron, status, signal);
    await this.#writeStatus(key, cron, status, signal);
    await this.#trimHistory(key, cron, children, signal);
    return wait === undefined ? undefined : { requeueAfterMs: wait };
  }

  /** Which Jobs run, and when one last succeeded. */
  #statusFrom(cron: CronJob, children: readonly Job[]): Status {
    const status = cloneJson(cron.status ?? {}) as Status;
    const byUid = new Map(children.map((job) => [job.metadata.uid, job]));
    const active = new Map((status.active ?? []).map((reference) => [reference.uid ?? '', reference]));
    for (const job of children) {
      const end = endOf(job);
      const { uid, name } = job.metadata;
      if (end === undefined) {
        if (!active.has(uid)) {
          this.#tell(
            cron,
            'Warning',
            'UnexpectedJob',
            `Saw a job that the controller did not create or forgot: ${name}`,
          );
          active.set(uid, referenceTo(job));
        }
        continue;
      }
      if (active.delete(uid)) {
        this.#tell(cron, 'Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${end.type}`);
      }
      const done = end.type === 'Complete' ? job.status?.completionTime : undefined;
      if (done !== undefined && (msOf(done) ?? 0) > (msOf(status.lastSuccessfulTime) ?? 0)) {
        status.lastSuccessfulTime = done;
      }
    }
    for (const [uid, reference] of active) {
      if (byUid.has(uid)) continue;
      this.#tell(cron, 'Normal', 'MissingJob', `Active job went missing: ${reference.name ?? ''}`);
      active.delete(uid);
    }
    if (active.size > 0) status.active = [...active.values()];
    else delete status.active;
    return status;
  }

  /** Makes the Job that is due. Answers how long until the next time. */
  async #start(key: string, cron: CronJob, status: Status, signal: AbortSignal): Promise<number | undefined> {
    if (cron.metadata.deletionTimestamp !== undefined || cron.spec.suspend === true) return undefined;
    const found = this.#scheduleOf(cron);
    if (found === undefined) return undefined;
    const { schedule, zone } = found;
    const now = this.#context.clock.now();
    const due = dueTime(cron, schedule, zone, now);
    const untilNext = (): number | undefined => {
      // From the last time on, or the clock of an interval would begin again with every look.
      const next = nextTime(schedule, due.time ?? due.earliest, zone);
      return next === undefined ? undefined : Math.max(0, next - now) + MARGIN_MS;
    };
    if (due.tooManyMissed) {
      const advice = 'Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      this.#tell(cron, 'Warning', 'TooManyMissedTimes', `too many missed start times. ${advice}`);
    }
    if (due.time === undefined) return untilNext();
    const deadline = cron.spec.startingDeadlineSeconds;
    if (deadline !== undefined && due.time + deadline * 1000 < now) {
      this.#tell(
        cron,
        'Warning',
        'MissSchedule',
        `Missed scheduled time to start a job: ${timeOf(due.time)}`,
      );
      return untilNext();
    }
    const name = `${cron.metadata.name}-${Math.floor(due.time / 60_000)}`;
    if (status.active?.some((reference) => reference.name === name) === true) return untilNext();
    if (cron.spec.concurrencyPolicy === 'Forbid' && (status.active ?? []).length > 0) {
      const why = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      this.#tell(cron, 'Normal', 'JobAlreadyActive', why);
      return untilNext();
    }
    if (cron.spec.concurrencyPolicy === 'Replace') await this.#replace(key, cron, status, signal);
    const job = await this.#create(key, cron, jobOf(cron, name, due.time, zone), signal);
    if (job === undefined) return untilNext();
    status.active = [...(status.active ?? []), referenceTo(job)];
    status.lastScheduleTime = timeOf(due.time);
    return untilNext();
  }

  #scheduleOf(cron: CronJob): { schedule: Schedule; zone: string } | undefined {
    const { schedule: text, timeZone = 'UTC' } = cron.spec;
    if (!isTimeZone(timeZone)) {
      this.#tell(
        cron,
        'Warning',
        'UnknownTimeZone',
        `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone`,
      );
      return undefined;
    }
    try {
      return { schedule: parseSchedule(text), zone: timeZone };
    } catch (error) {
      if (!(error instanceof ScheduleError)) throw error;
      const what = `unparseable schedule: ${JSON.stringify(text)} : ${error.message}`;
      this.#tell(cron, 'Warning', 'UnparseableSchedule', what);
      return undefined;
    }
  }

  async #replace(key: string, cron: CronJob, status: Status, signal: AbortSignal): Promise<void> {
    for (const reference of status.active ?? []) {
      const job = this.#jobs.get(cron.metadata.namespace, reference.name ?? '');
      if (job !== undefined && job.metadata.uid === reference.uid) await this.#delete(key, cron, job, signal);
    }
    delete status.active;
  }

  async #create(
    key: string,
    cron: CronJob,
    draft: NewObject<Job>,
    signal: AbortSignal,
  ): Promise<Job | undefined> {
    const { client } = this.#context;
    const at = { namespace: cron.metadata.namespace, name: draft.metadata.name ?? '' };
    try {
      const job = await client.create(jobs, draft, { signal });
      this.#pendingJobs.created(key, job);
      this.#tell(cron, 'Normal', 'SuccessfulCreate', `Created job ${at.name}`);
      return job;
    } catch (error) {
      if (isNamespaceTerminating(error)) return undefined;
      if (isAlreadyExists(error)) {
        // Made before a stop that lost the status, or somebody else's of the same name.
        const existing = await client.get(jobs, at, { signal });
        if (controllerOf(existing)?.uid === cron.metadata.uid) return existing;
      }
      const why = error instanceof Error ? error.message : String(error);
      if (!signal.aborted) this.#tell(cron, 'Warning', 'FailedCreate', `Error creating job: ${why}`);
      throw error;
    }
  }

  /** The newest of the finished ones stay, as many as the limits say. */
  async #trimHistory(
    key: string,
    cron: CronJob,
    children: readonly Job[],
    signal: AbortSignal,
  ): Promise<void> {
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cron.spec;
    for (const [type, limit] of [
      ['Complete', successfulJobsHistoryLimit],
      ['Failed', failedJobsHistoryLimit],
    ] as const) {
      if (limit === undefined) continue;
      const oldestFirst = children
        .filter((job) => endOf(job)?.type === type && job.metadata.deletionTimestamp === undefined)
        .toSorted((a, b) => startOf(a) - startOf(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
      for (const job of oldestFirst.slice(0, Math.max(0, oldestFirst.length - limit))) {
        await this.#delete(key, cron, job, signal);
      }
    }
  }

  async #delete(key: string, cron: CronJob, job: Job, signal: AbortSignal): Promise<void> {
    try {
      const preconditions = { uid: job.metadata.uid };
      await this.#context.client.delete(jobs, job.metadata, {
        propagationPolicy: 'Background',
        preconditions,
        signal,
      });
      this.#tell(cron, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    this.#pendingJobs.deleted(key, job);
  }

  #tell(cron: CronJob, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.events.event(cron, type, reason, message);
  }

  async #writeStatus(key: string, cron: CronJob, status: Status, signal: AbortSignal): Promise<void> {
    if (equal(status, cron.status ?? {})) return;
    const draft = draftOf(cron);
    draft.status = status;
    try {
      const options = { subresource: 'status', signal };
      this.#pendingCrons.created(key, await this.#context.client.update(cronJobs, draft, options));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

/** The condition that a Job ended with. */
function endOf(job: Job): { readonly type: string } | undefined {
  return job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
}

const startOf = (job: Job): number => msOf(job.status?.startTime ?? job.metadata.creationTimestamp) ?? 0;

function referenceTo(job: Job): NonNullable<Status['active']>[number] {
  const { name, namespace, uid, resourceVersion } = job.metadata;
  return { apiVersion: 'batch/v1', kind: 'Job', name, namespace, uid, resourceVersion };
}

/** `getJobFromTemplate2`: the name says the minute, so that no time makes two. */
function jobOf(cron: CronJob, name: string, time: number, zone: string): NewObject<Job> {
  const { metadata, spec } = draftOf(cron).spec.jobTemplate;
  return {
    metadata: {
      name,
      namespace: cron.metadata.namespace,
      labels: { ...metadata?.labels },
      annotations: { ...metadata?.annotations, [SCHEDULED]: timeIn(zone, time) },
      ownerReferences: [controllerRef(cron)],
    },
    spec: spec ?? { template: {} },
  };
}

/** RFC 3339 with the zone's offset. */
function timeIn(zone: string, time: number): string {
  if (zone === 'UTC') return timeOf(time);
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const offset =
    format
      .formatToParts(time)
      .find(({ type }) => type === 'timeZoneName')
      ?.value.slice(3) ?? '';
  if (offset === '') return timeOf(time);
  const [hours = '0', minutes = '0'] = offset.slice(1).split(':');
  const sign = offset.startsWith('-') ? -1 : 1;
  const local = time + sign * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return `${timeOf(local).slice(0, -1)}${offset}`;
}
