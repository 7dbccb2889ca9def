import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import { parseSchedule } from '../../api/cron/schedule.ts';
import { cronJobs, jobs } from '../../api/resources.ts';
import { timeOf } from '../../api/time.ts';
import type { CronJob } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import type { Controller, ControllerContext } from '../../client/controller.ts';
import { cronJobController } from './cronJob.ts';
import { dueTime } from './schedule.ts';

const at = { namespace: 'lab', name: 'tick' };
const START = Date.parse('2026-01-01T00:00:30Z');
const MINUTE = 60_000;

function tick(spec: object = {}): NewObject<CronJob> {
  return {
    metadata: { ...at },
    spec: {
      schedule: '* * * * *',
      jobTemplate: {
        metadata: { labels: { app: 'tick' } },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
      },
      ...spec,
    },
  };
}

describe('cronJobController', () => {
  let cluster: ControlledCluster;
  let clock: FakeClock;
  let runs: number;
  let busy: number;

  /** The controller, with a count of its reconciles: time stands still while one goes on. */
  function watched(context: ControllerContext): Controller {
    const controller = cronJobController(context);
    return {
      ...controller,
      async reconcile(key, signal) {
        busy += 1;
        try {
          return await controller.reconcile(key, signal);
        } finally {
          runs += 1;
          setImmediate(() => (busy -= 1));
        }
      },
    };
  }
  const settled = async (): Promise<void> => {
    for (let quiet = 0; quiet < 3; quiet = busy === 0 && runs > 0 ? quiet + 1 : 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  beforeEach(async () => {
    clock = new FakeClock(START);
    runs = 0;
    busy = 0;
    cluster = await startControlledCluster({
      controllers: [{ name: 'cronjob', account: 'cronjob-controller', create: watched }],
      clock,
    });
  });
  afterEach(() => cluster.stop());

  const status = () => cluster.get(cronJobs, 'lab', 'tick')?.status;
  const names = () =>
    cluster
      .list(jobs, 'lab')
      .map(({ metadata }) => metadata.name)
      .sort();
  const nameAt = (time: string) => `tick-${Date.parse(time) / MINUTE}`;
  /** Makes the cron job and waits until the controller has looked at it. */
  const begin = async (spec: object = {}): Promise<void> => {
    await cluster.client.create(cronJobs, tick(spec));
    await settled();
  };
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await settled();
  };
  const end = (name: string, type: 'Complete' | 'Failed') => {
    const time = timeOf(clock.now());
    const condition = { type, status: 'True', lastTransitionTime: time };
    const done = type === 'Complete' ? { completionTime: time, succeeded: 1 } : { failed: 1 };
    const before = { ...condition, type: type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget' };
    return cluster.client.patch(
      jobs,
      { namespace: 'lab', name },
      'application/merge-patch+json',
      { status: { startTime: time, conditions: [before, condition], ...done } },
      { subresource: 'status' },
    );
  };

  it('makes a Job at each time of the schedule, named after the minute', async () => {
    await begin();
    assert.deepEqual(names(), []);
    await pass(MINUTE);
    await cluster.until('the first', () => names().join() === nameAt('2026-01-01T00:01:00Z'));
    const [job] = cluster.list(jobs, 'lab');
    assert.equal(
      job!.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'],
      '2026-01-01T00:01:00Z',
    );
    assert.equal(job!.metadata.labels?.['app'], 'tick');
    await cluster.until('noted', () => status()?.lastScheduleTime === '2026-01-01T00:01:00Z');
    await pass(MINUTE);
    await cluster.until('both', () => status()?.active?.length === 2);
    assert.deepEqual(names(), [nameAt('2026-01-01T00:01:00Z'), nameAt('2026-01-01T00:02:00Z')]);
    await end(nameAt('2026-01-01T00:01:00Z'), 'Complete');
    await cluster.until(
      'one left',
      () => status()?.active?.length === 1 && status()?.lastSuccessfulTime !== undefined,
    );
  });

  it('never has two at once with Forbid, and only the new one with Replace', async () => {
    await begin({ concurrencyPolicy: 'Forbid' });
    await pass(MINUTE);
    await cluster.until('the first', () => status()?.active?.length === 1);
    await pass(3 * MINUTE);
    assert.deepEqual(names(), [nameAt('2026-01-01T00:01:00Z')]);
    await cluster.client.patch(cronJobs, at, 'application/merge-patch+json', {
      spec: { concurrencyPolicy: 'Replace' },
    });
    await cluster.until('replaced', () => names().join() === nameAt('2026-01-01T00:04:00Z'));
  });

  it('makes none while it is suspended, and only the last one that was missed', async () => {
    await begin();
    const suspend = (on: boolean) =>
      cluster.client.patch(cronJobs, at, 'application/merge-patch+json', { spec: { suspend: on } });
    await suspend(true);
    await pass(10 * MINUTE);
    assert.deepEqual(names(), []);
    await suspend(false);
    await cluster.until('one', () => names().join() === nameAt('2026-01-01T00:10:00Z'));
  });

  it('keeps to its interval, whenever it is looked at', async () => {
    await begin({ schedule: '@every 1m' });
    await pass(20_000);
    await cluster.client.patch(cronJobs, at, 'application/merge-patch+json', {
      metadata: { labels: { a: 'b' } },
    });
    await settled();
    await pass(41_000);
    await cluster.until('at its time', () => status()?.lastScheduleTime === '2026-01-01T00:01:30Z');
  });

  it('keeps as many finished Jobs as the limits say', async () => {
    await begin({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 });
    for (let minute = 1; minute <= 3; minute += 1) {
      await pass(MINUTE);
      const name = nameAt(`2026-01-01T00:0${minute}:00Z`);
      await cluster.until(name, () => names().includes(name) && status()?.active?.length === 1);
      await end(name, minute === 2 ? 'Failed' : 'Complete');
      await cluster.until('ended', () => (status()?.active ?? []).length === 0);
    }
    await cluster.until('the newest', () => names().join() === nameAt('2026-01-01T00:03:00Z'));
  });
});

describe('dueTime', () => {
  const cron = (more: object = {}, lastScheduleTime?: string): CronJob =>
    ({
      metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: more,
      status: { lastScheduleTime },
    }) as unknown as CronJob;
  const due = (text: string, now: string, ...rest: Parameters<typeof cron>) => {
    const { time, tooManyMissed } = dueTime(cron(...rest), parseSchedule(text), 'UTC', Date.parse(now));
    return [time === undefined ? undefined : timeOf(time), tooManyMissed];
  };
  it('is none before the first time', () => {
    assert.deepEqual(due('0 * * * *', '2026-01-01T00:59:59Z'), [undefined, false]);
  });
  it('is the last of several', () => {
    assert.deepEqual(due('0 * * * *', '2026-01-01T05:30:00Z'), ['2026-01-01T05:00:00Z', false]);
    assert.deepEqual(due('0 * * * *', '2026-01-01T05:30:00Z', {}, '2026-01-01T05:00:00Z'), [
      undefined,
      false,
    ]);
  });
  it('is found after a long while too, and says so', () => {
    assert.deepEqual(due('* * * * *', '2026-07-01T05:30:10Z'), ['2026-07-01T05:30:00Z', true]);
    assert.deepEqual(due('30 5 * * *', '2027-01-01T05:00:10Z'), ['2026-12-31T05:30:00Z', true]);
  });
  it('does not look back behind the deadline', () => {
    const deadline = { startingDeadlineSeconds: 100 };
    assert.deepEqual(due('0 * * * *', '2026-01-01T05:30:00Z', deadline), [undefined, false]);
    assert.deepEqual(due('0 * * * *', '2026-01-01T05:01:00Z', deadline), ['2026-01-01T05:00:00Z', false]);
  });
});
