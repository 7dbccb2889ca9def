import assert from 'node:assert/strict';
import { testInstance, testPod, testSandbox } from '../../../../test/harness/agentPods.ts';
import { FakeClock } from '../../../base/clock.ts';
import { createUnseenEnds, type UnseenEndsOptions } from './unseenEnds.ts';

describe('unseenEnds', () => {
  const pod = testPod();
  const container = testInstance(pod, 'app', { id: 'c', state: 'running' });
  const never = new AbortController().signal;
  const start = (options: Partial<UnseenEndsOptions> = {}) => {
    const clock = new FakeClock();
    const ends = createUnseenEnds({
      clock,
      tasks: { get: () => Promise.resolve(undefined) },
      hasEnded: () => Promise.resolve(false),
      ...options,
    });
    return { clock, ends };
  };
  const through = async (clock: FakeClock, work: Promise<void>): Promise<void> => {
    for (let step = 0; step < 110; step++) await clock.advance(100);
    await work;
  };

  it('leaves to CRI what CRI takes note of', async () => {
    let looks = 0;
    const { clock, ends } = start({ hasEnded: () => Promise.resolve(++looks === 3) });
    await through(clock, ends.follow('c', { exitCode: 1, finishedAt: 5 }, never));
    assert.deepEqual([looks, ends.has('c'), ends.container(container)], [3, false, container]);
  });

  it('shows what CRI does not take note of in ten seconds as the event told it', async () => {
    const { clock, ends } = start();
    await through(clock, ends.follow('c', { exitCode: 3, finishedAt: 5 }, never));
    const shown = ends.container(container);
    assert.deepEqual(
      [shown.state, shown.exitCode, shown.finishedAt, shown.reason],
      ['exited', 3, 5, 'Error'],
    );
  });

  it('asks containerd for an end that nobody told of, and names one that it does not know either', async () => {
    const asked = start({
      tasks: { get: (id) => Promise.resolve({ id, pid: 7, end: { exitCode: 0, finishedAt: 9 } }) },
    });
    await asked.ends.note('c');
    const { exitCode, reason } = asked.ends.container(container);
    assert.deepEqual([exitCode, reason], [0, 'Completed']);
    const unknown = start({ tasks: { get: () => Promise.reject(new Error('no answer')) } });
    await unknown.ends.note('c');
    const shown = unknown.ends.container(container);
    assert.deepEqual([shown.exitCode, shown.reason], [255, 'Unknown']);
  });

  it('knows who was killed for memory', async () => {
    const { ends } = start();
    ends.outOfMemory('c');
    await ends.note('c', { exitCode: 137, finishedAt: 5 });
    assert.equal(ends.container(container).reason, 'OOMKilled');
  });

  it('corrects a sandbox, and nothing that CRI shows as ended or that is forgotten', async () => {
    const { ends } = start();
    const sandbox = testSandbox(pod, [], { id: 's' });
    await ends.note('s');
    await ends.note('c');
    assert.deepEqual([ends.sandbox(sandbox).ready, ends.sandbox(sandbox).ips], [false, []]);
    const exited = testInstance(pod, 'app', { id: 'c', state: 'exited', exitCode: 4 });
    assert.equal(ends.container(exited), exited);
    ends.forget('s');
    assert.equal(ends.sandbox(sandbox), sandbox);
  });
});
