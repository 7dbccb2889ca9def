import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { jobs, pods } from '../../api/resources.ts';
import { serviceUnavailable } from '../../api/status.ts';
import { timeOf } from '../../api/time.ts';
import type { Pod } from '../../api/types.ts';
import { startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { jobController } from './job.ts';

/** Numbers below one, the same for the same seed. */
function drawFrom(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

interface World {
  readonly seed: number;
  readonly completions: number;
  readonly parallelism: number;
  readonly indexed: boolean;
}

/** Runs a Job to its end while writes of its controller fail and pods succeed or fail as the seed has it. */
async function runToTheEnd({ seed, completions, parallelism, indexed }: World): Promise<void> {
  const draw = drawFrom(seed);
  const clock = new FakeClock();
  const cluster = await startControlledCluster({
    controllers: [{ name: 'job', account: 'job-controller', create: jobController }],
    clock,
    logger: silentLogger,
    admission: [
      {
        name: 'Flaky',
        handles: ({ user }) => user.name.includes('job-controller') && draw() < 0.15,
        validate: () => {
          throw serviceUnavailable('try again');
        },
      },
    ],
  });
  try {
    cluster.kubelet!.ready = ({ status }) => status?.phase === undefined || status.phase === 'Pending';
    await cluster.client.create(jobs, {
      metadata: { name: 'j', namespace: 'lab' },
      spec: {
        completions,
        parallelism,
        backoffLimit: 1000,
        ...(indexed ? { completionMode: 'Indexed' } : {}),
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } },
      },
    });
    const status = () => cluster.get(jobs, 'lab', 'j')?.status;
    const done = (): boolean =>
      status()?.conditions?.some(({ type, status: is }) => type === 'Complete' && is === 'True') === true;
    const ended = new Map<string, boolean>();
    let most = 0;
    for (let round = 0; round < 400 && !done(); round += 1) {
      const running = cluster.list(pods, 'lab').filter(({ status: its }) => its?.phase === 'Running');
      most = Math.max(most, running.length);
      for (const pod of running) if (draw() < 0.7) await end(pod, draw() < 0.6);
      await clock.advance(300_000);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    assert.ok(done(), `it comes to an end: ${JSON.stringify(status())}`);
    const succeeded = [...ended.values()].filter(Boolean).length;
    const counts = { succeeded: status()?.succeeded ?? 0, failed: status()?.failed ?? 0 };
    assert.deepEqual(counts, { succeeded, failed: ended.size - succeeded }, 'each pod counts once');
    assert.ok(most <= parallelism, `never more than ${parallelism} at once: ${most}`);
    assert.equal(succeeded, completions);
    for (const pod of cluster.list(pods, 'lab')) assert.equal(pod.metadata.finalizers, undefined);

    async function end(pod: Pod, success: boolean): Promise<void> {
      ended.set(pod.metadata.uid, success);
      const terminated = { exitCode: success ? 0 : 1, finishedAt: timeOf(clock.now()) };
      await cluster.client.patch(
        pods,
        pod.metadata,
        'application/merge-patch+json',
        {
          status: {
            phase: success ? 'Succeeded' : 'Failed',
            conditions: [],
            containerStatuses: [
              { name: 'c', image: 'i', imageID: '', ready: false, restartCount: 0, state: { terminated } },
            ],
          },
        },
        { subresource: 'status' },
      );
    }
  } finally {
    await cluster.stop();
  }
}

describe('a Job whose controller is disturbed', () => {
  it('counts each pod once and runs as many as it should, whatever fails on the way', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(),
          completions: fc.integer({ min: 1, max: 6 }),
          parallelism: fc.integer({ min: 1, max: 4 }),
          indexed: fc.boolean(),
        }),
        runToTheEnd,
      ),
      { numRuns: 15 },
    );
  });
});
