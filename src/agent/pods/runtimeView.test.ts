import assert from 'node:assert/strict';
import { testInstance, testPod, testSandbox } from '../../../test/harness/agentPods.ts';
import { simulatedRuntime } from '../../../test/harness/agent.ts';
import { FakeClock } from '../../base/clock.ts';
import { AsyncQueue } from '../../base/asyncQueue.ts';
import { createDeferred } from '../../base/deferred.ts';
import { silentLogger } from '../../base/logger.ts';
import type { Runtime, RuntimeEvent, SandboxStatus } from '../runtime/contract.ts';
import { noPodFiles } from './podFiles.ts';
import { createRuntimeView } from './runtimeView.ts';

describe('runtimeView', () => {
  const pod = testPod();
  const view = (runtime: Partial<Runtime>, changed: string[] = []) =>
    createRuntimeView({
      runtime: { ...simulatedRuntime(new FakeClock()), ...runtime },
      clock: new FakeClock(),
      logger: silentLogger,
      files: {
        terminationMessage: (_pod, { exitCode }) => Promise.resolve(exitCode === 0 ? '' : 'last words'),
      },
      bus: { tell: (uid) => void changed.push(uid) },
    });

  it('reads a sandbox again for those who ask during a read, once for all of them', async () => {
    let reads = 0;
    const pending: ((status: SandboxStatus) => void)[] = [];
    const subject = view({
      status: () => {
        reads++;
        return new Promise((resolve) => pending.push(resolve));
      },
    });
    const answer = async (attempt: number): Promise<void> => {
      pending.shift()?.(testSandbox(pod, [testInstance(pod, 'app', { attempt })]));
      await new Promise((resolve) => setImmediate(resolve));
    };
    const first = subject.refresh('sandbox-0');
    const later = [subject.refresh('sandbox-0'), subject.refresh('sandbox-0')];
    await answer(1);
    await first;
    assert.equal(reads, 2);
    await answer(2);
    await Promise.all(later);
    assert.equal(subject.forPod('uid-1')[0]?.containers[0]?.attempt, 2);
    assert.equal(reads, 2);
  });

  it('forgets what a relist does not show, and tells of it', async () => {
    const changed: string[] = [];
    const lists = [[testSandbox(pod, [])], []];
    const subject = view({ list: () => Promise.resolve(lists.shift() ?? []) }, changed);
    await subject.relist();
    assert.deepEqual(subject.uids(), ['uid-1']);
    await subject.relist();
    assert.deepEqual(subject.uids(), []);
    assert.deepEqual(changed, ['uid-1', 'uid-1']);
  });

  it('takes what was read by itself meanwhile for newer than a list', async () => {
    const running = testSandbox(pod, [testInstance(pod, 'app')]);
    const fresh = testSandbox(pod, [], { id: 'fresh', uid: 'uid-2' });
    const answer = createDeferred<SandboxStatus[]>();
    const subject = view({
      list: () => answer.promise,
      status: (id) => Promise.resolve(id === 'fresh' ? fresh : running),
    });
    const listing = subject.relist();
    await subject.refresh('sandbox-0');
    await subject.refresh('fresh');
    answer.resolve([testSandbox(pod, [])]);
    await listing;
    assert.deepEqual(subject.forPod('uid-1'), [running]);
    assert.deepEqual(subject.uids(), ['uid-1', 'uid-2']);
  });

  it('reads everything until that has worked, at the start and after a loss of events', async () => {
    const abort = new AbortController();
    const queue = new AsyncQueue<RuntimeEvent>();
    const clock = new FakeClock();
    const changed: string[] = [];
    let failures = 2;
    let reads = 0;
    const subject = createRuntimeView({
      runtime: {
        ...simulatedRuntime(clock),
        events: (signal) => queue.read(signal),
        list() {
          reads++;
          return failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve([testSandbox(pod, [])]);
        },
      },
      clock,
      logger: silentLogger,
      files: noPodFiles,
      bus: { tell: (uid) => void changed.push(uid) },
    });
    const running = subject.run(abort.signal);
    for (let step = 0; step < 5; step++) await clock.advance(200);
    await subject.synced;
    assert.deepEqual([reads, changed.length], [3, 1]);
    failures = 3;
    queue.push({ type: 'reconnected' });
    for (let step = 0; step < 20; step++) await clock.advance(200);
    assert.deepEqual([reads, changed.length], [7, 2]);
    abort.abort();
    await running;
  });

  it('leaves out what no kubelet made', async () => {
    const subject = view({ list: () => Promise.resolve([testSandbox(pod, [], { labels: {} })]) });
    await subject.relist();
    assert.deepEqual(subject.uids(), []);
  });

  it('shows a container that has ended with its last words', async () => {
    const ended = testInstance(pod, 'app', { state: 'exited', exitCode: 1 });
    const subject = view({ list: () => Promise.resolve([testSandbox(pod, [ended])]) });
    await subject.relist();
    assert.equal(subject.forPod('uid-1')[0]?.containers[0]?.message, 'last words');
  });
});
