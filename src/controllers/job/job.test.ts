import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import { events, jobs, namespaces, pods } from '../../api/resources.ts';
import { timeOf } from '../../api/time.ts';
import type { Job, Pod } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { jobController } from './job.ts';

const at = { namespace: 'lab', name: 'sum' };
const INDEX = 'batch.kubernetes.io/job-completion-index';

function sum(spec: object = {}, podSpec: object = {}): NewObject<Job> {
  return {
    metadata: { ...at },
    spec: {
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }], ...podSpec } },
      ...spec,
    },
  };
}

describe('jobController', () => {
  let cluster: ControlledCluster;
  let clock: FakeClock;

  beforeEach(async () => {
    clock = new FakeClock(Date.parse('2026-01-01T00:00:00Z'));
    cluster = await startControlledCluster({
      controllers: [{ name: 'job', account: 'job-controller', create: jobController }],
      clock,
    });
    // Pods run until the test ends them.
    cluster.kubelet!.ready = ({ status }) => status?.phase === undefined || status.phase === 'Pending';
  });
  afterEach(() => cluster.stop());

  const status = () => cluster.get(jobs, 'lab', 'sum')?.status;
  const condition = (type: string) =>
    status()?.conditions?.find((one) => one.type === type && one.status === 'True');
  const running = () =>
    cluster
      .list(pods, 'lab')
      .filter(
        (pod) =>
          pod.metadata.deletionTimestamp === undefined &&
          pod.status?.phase === 'Running' &&
          pod.status.conditions?.some(({ type }) => type === 'Ready') === true,
      );
  const untilRunning = (count: number) => cluster.until(`${count} run`, () => running().length === count);
  const end = (pod: Pod, exitCode: number, conditions: object[] = []) =>
    cluster.client.patch(
      pods,
      pod.metadata,
      'application/merge-patch+json',
      {
        status: {
          phase: exitCode === 0 ? 'Succeeded' : 'Failed',
          conditions,
          containerStatuses: [
            {
              name: 'c',
              image: 'i',
              imageID: '',
              ready: false,
              restartCount: 0,
              state: { terminated: { exitCode, finishedAt: timeOf(clock.now()) } },
            },
          ],
        },
      },
      { subresource: 'status' },
    );
  const indexes = (list: readonly Pod[]) => list.map((pod) => pod.metadata.annotations?.[INDEX]).sort();
  const byIndex = (index: number) =>
    running().find((pod) => pod.metadata.annotations?.[INDEX] === String(index))!;

  it('runs as many at once as it may until enough have succeeded', async () => {
    await cluster.client.create(jobs, sum({ parallelism: 2, completions: 3 }));
    await untilRunning(2);
    assert.deepEqual(running()[0]?.metadata.finalizers, ['batch.kubernetes.io/job-tracking']);
    await cluster.until('counted', () => status()?.active === 2 && status()?.ready === 2);
    await end(running()[0]!, 0);
    await untilRunning(2);
    for (const pod of running()) await end(pod, 0);
    await cluster.until('complete', () => condition('Complete') !== undefined);
    const { active, ready, terminating, succeeded, failed = 0, uncountedTerminatedPods } = status()!;
    assert.deepEqual(
      { active, ready, terminating, succeeded, failed, uncountedTerminatedPods },
      { active: 0, ready: 0, terminating: 0, succeeded: 3, failed: 0, uncountedTerminatedPods: {} },
    );
    assert.equal(condition('Complete')?.reason, 'CompletionsReached');
    assert.equal(condition('SuccessCriteriaMet')?.message, 'Reached expected number of succeeded pods');
    assert.ok(status()?.completionTime !== undefined);
    for (const pod of cluster.list(pods, 'lab')) assert.equal(pod.metadata.finalizers, undefined);
    await cluster.until('told', () =>
      cluster.list(events, 'lab').some(({ reason }) => reason === 'Completed'),
    );
  });

  it('waits longer before each try, and gives up at the limit', async () => {
    await cluster.client.create(jobs, sum({ backoffLimit: 1 }));
    await untilRunning(1);
    await end(running()[0]!, 1);
    await cluster.until('counted', () => status()?.failed === 1 && status()?.active === 0);
    assert.equal(running().length, 0);
    await clock.advance(10_000);
    await untilRunning(1);
    await end(running()[0]!, 1);
    await cluster.until('failed', () => condition('Failed') !== undefined);
    assert.equal(condition('Failed')?.reason, 'BackoffLimitExceeded');
    assert.equal(condition('Failed')?.message, 'Job has reached the specified backoff limit');
    assert.equal(status()?.failed, 2);
  });

  it('ends at its deadline', async () => {
    await cluster.client.create(jobs, sum({ activeDeadlineSeconds: 30 }));
    await untilRunning(1);
    await cluster.until('started', () => status()?.startTime !== undefined && status()?.ready === 1);
    await clock.advance(31_000);
    await cluster.until('failed', () => condition('Failed') !== undefined);
    assert.equal(condition('Failed')?.reason, 'DeadlineExceeded');
    assert.equal(running().length, 0);
  });

  it('stands still while it is suspended, and begins its time again', async () => {
    await cluster.client.create(jobs, sum({ parallelism: 2 }));
    await untilRunning(2);
    const suspend = (on: boolean) =>
      cluster.client.patch(jobs, at, 'application/merge-patch+json', { spec: { suspend: on } });
    await suspend(true);
    await cluster.until('suspended', () => condition('Suspended') !== undefined && running().length === 0);
    await clock.advance(60_000);
    await suspend(false);
    await untilRunning(2);
    assert.equal(status()?.startTime, '2026-01-01T00:01:00Z');
    assert.equal(condition('Suspended'), undefined);
  });

  it('gives each pod its index, and counts indexes once', async () => {
    await cluster.client.create(jobs, sum({ completionMode: 'Indexed', completions: 4, parallelism: 4 }));
    await untilRunning(4);
    assert.deepEqual(indexes(running()), ['0', '1', '2', '3']);
    const pod = byIndex(2);
    assert.match(pod.metadata.name, /^sum-2-/);
    assert.equal(pod.spec.hostname, 'sum-2');
    assert.equal(pod.spec.containers[0]?.env?.[0]?.name, 'JOB_COMPLETION_INDEX');
    for (const one of running()) await end(one, 0);
    await cluster.until('complete', () => condition('Complete') !== undefined);
    assert.equal(status()?.completedIndexes, '0-3');
    assert.equal(status()?.succeeded, 4);
  });

  it('limits the failures of each index', async () => {
    await cluster.client.create(
      jobs,
      sum({ completionMode: 'Indexed', completions: 4, parallelism: 4, backoffLimitPerIndex: 1 }),
    );
    await untilRunning(4);
    for (const index of [0, 2]) await end(byIndex(index), 0);
    for (const index of [1, 3]) await end(byIndex(index), 1);
    await cluster.until('seen', () => status()?.completedIndexes === '0,2' && status()?.active === 0);
    await clock.advance(10_000);
    await untilRunning(2);
    assert.deepEqual(indexes(running()), ['1', '3']);
    for (const index of [1, 3]) await end(byIndex(index), 1);
    await cluster.until('failed', () => condition('Failed') !== undefined);
    assert.equal(condition('Failed')?.reason, 'FailedIndexes');
    const { failedIndexes, completedIndexes, failed, succeeded } = status()!;
    assert.deepEqual(
      { failedIndexes, completedIndexes, failed, succeeded },
      { failedIndexes: '1,3', completedIndexes: '0,2', failed: 4, succeeded: 2 },
    );
  });

  it('fails at once, or not at all, as its policy says', async () => {
    const rules = [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
      { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
    ];
    await cluster.client.create(jobs, sum({ backoffLimit: 0, podFailurePolicy: { rules } }));
    await untilRunning(1);
    const first = running()[0]!;
    await end(first, 1, [{ type: 'DisruptionTarget', status: 'True' }]);
    await cluster.until(
      'let go',
      () => cluster.get(pods, 'lab', first.metadata.name)?.metadata.finalizers === undefined,
    );
    await clock.advance(10_000);
    await untilRunning(1);
    assert.equal(status()?.failed ?? 0, 0);
    const second = running()[0]!;
    await end(second, 42);
    await cluster.until('failed', () => condition('Failed') !== undefined);
    assert.equal(condition('Failed')?.reason, 'PodFailurePolicy');
    assert.equal(
      condition('Failed')?.message,
      `Container c for pod lab/${second.metadata.name} failed with exit code 42 matching FailJob rule at index 1`,
    );
  });

  it('is done when its success policy says so, and ends the rest', async () => {
    await cluster.client.create(
      jobs,
      sum({
        completionMode: 'Indexed',
        completions: 3,
        parallelism: 3,
        successPolicy: { rules: [{ succeededIndexes: '0' }] },
      }),
    );
    await untilRunning(3);
    await end(byIndex(0), 0);
    await cluster.until('complete', () => condition('Complete') !== undefined);
    assert.equal(condition('SuccessCriteriaMet')?.reason, 'SuccessPolicy');
    assert.equal(status()?.completedIndexes, '0');
    assert.equal(running().length, 0);
  });

  it('takes pods back that were orphaned, and lets go of those that are relabelled', async () => {
    await cluster.client.create(jobs, sum({ parallelism: 1 }));
    await untilRunning(1);
    const { name, namespace } = running()[0]!.metadata;
    const patch = (metadata: object) =>
      cluster.client.patch(pods, { name, namespace }, 'application/merge-patch+json', { metadata });
    await patch({ ownerReferences: null });
    await cluster.until(
      'taken back',
      () => cluster.get(pods, 'lab', name)?.metadata.ownerReferences?.length === 1,
    );
    await patch({ labels: { 'batch.kubernetes.io/controller-uid': null } });
    await cluster.until('let go', () => {
      const pod = cluster.get(pods, 'lab', name);
      return pod?.metadata.ownerReferences === undefined && pod?.metadata.finalizers === undefined;
    });
    await cluster.until('another', () => cluster.list(pods, 'lab').length === 2);
  });

  it('holds no pod in a namespace that ends', async () => {
    await cluster.client.create(namespaces, { metadata: { name: 'lab', finalizers: ['example.com/keep'] } });
    await cluster.client.create(
      jobs,
      sum({ completionMode: 'Indexed', completions: 1, parallelism: 1, backoffLimitPerIndex: 3 }),
    );
    await untilRunning(1);
    await cluster.client.delete(namespaces, { name: 'lab' });
    await end(byIndex(0), 1);
    await cluster.until('freed', () =>
      cluster
        .list(pods, 'lab')
        .some((pod) => pod.status?.phase === 'Failed' && pod.metadata.finalizers === undefined),
    );
  });

  it('frees the pods of a Job that is gone', async () => {
    await cluster.client.create(jobs, sum({ parallelism: 2 }));
    await untilRunning(2);
    await cluster.client.delete(jobs, at, { propagationPolicy: 'Background' });
    await cluster.until('freed', () =>
      cluster.list(pods, 'lab').every((pod) => pod.metadata.finalizers === undefined),
    );
  });
});
