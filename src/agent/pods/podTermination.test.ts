import assert from 'node:assert/strict';
import { testInstance, testPod, testSandbox } from '../../../test/harness/agentPods.ts';
import { type PodBench, podBench } from '../../../test/harness/podParts.ts';
import type { PodHook } from '../hooks/contract.ts';
import { createPodTermination } from './podTermination.ts';

describe('podTermination', () => {
  let bench: PodBench;
  const never = new AbortController().signal;
  const deleted = testPod(
    {},
    { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 4 } },
  );

  const hook = (name: string): PodHook => ({
    name,
    prepare: () => Promise.resolve(),
    undo: () => Promise.resolve(void bench.done.push(`undo ${name}`)),
  });
  const make = (killAll: (grace: number) => Promise<void> = () => Promise.resolve()) =>
    createPodTermination({
      ...bench,
      probes: {
        stopRestarting: () => void bench.done.push('stopRestarting'),
        drop: () => void bench.done.push('drop'),
      },
      killer: {
        killAll: (_pod, _sandboxes, grace) => {
          bench.done.push(`killAll ${grace}`);
          return killAll(grace);
        },
      },
      statuses: {
        remove: () => void bench.done.push('remove'),
        forget: () => void bench.done.push('forget'),
      },
      hooks: [hook('a'), hook('b')],
      files: { removeLogs: () => Promise.resolve(void bench.done.push('removeLogs')) },
      report: ({ ending }) => void bench.done.push(`report ${ending.stage}`),
    });

  beforeEach(() => {
    bench = podBench();
    bench.sandboxes = [testSandbox(deleted, [testInstance(deleted, 'app')])];
  });

  it('takes a deleted pod down, tells of its end, takes its traces away and asks the API to let it go', async () => {
    const record = bench.record(deleted);
    assert.equal(await make().run(record, never), false);
    assert.deepEqual(bench.done, [
      'stopRestarting',
      'report terminating',
      'killAll 4',
      'stopSandbox sandbox-0',
      'undo b',
      'undo a',
      'drop',
      'report terminated',
      'removeContainer app-0',
      'stopSandbox sandbox-0',
      'removeSandbox sandbox-0',
      'removeLogs',
      'remove',
    ]);
    assert.equal(record.ending.grace, 4);
  });

  it('leaves nothing of a pod that the API has forgotten', async () => {
    const record = bench.record(deleted);
    record.life.forget();
    bench.sandboxes = [testSandbox(deleted, [], { ready: false })];
    assert.equal(await make().run(record, never), true);
    assert.equal(bench.done.filter((what) => what === 'stopSandbox sandbox-0').length, 2);
    assert.equal(bench.done.at(-1), 'forget');
  });

  it('keeps the traces of a pod that has ended by itself', async () => {
    const failed = bench.record(testPod());
    failed.life.fail({ reason: 'DeadlineExceeded', message: 'too long' });
    const termination = make();
    assert.equal(await termination.run(failed, never), false);
    assert.equal(bench.done.at(-1), 'report terminated');
    bench.done.length = 0;
    await termination.run(failed, never);
    assert.deepEqual(bench.done, ['report terminated']);
  });

  it('goes through it all again after a pass that was cut short', async () => {
    const record = bench.record(deleted);
    let isCut = true;
    const termination = make(() => (isCut ? Promise.reject(new Error('cut')) : Promise.resolve()));
    await assert.rejects(termination.run(record, never), /cut/);
    assert.equal(record.ending.stage, 'terminating');
    isCut = false;
    await termination.run(record, never);
    assert.equal(record.ending.stage, 'terminated');
  });
});
