import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import { createDeferred } from '../../base/deferred.ts';
import { createPodWorkers } from './podWorkers.ts';

describe('podWorkers', () => {
  const start = (sync: (uid: string, signal: AbortSignal) => Promise<void>) => {
    const clock = new FakeClock();
    const errors: unknown[] = [];
    const workers = createPodWorkers({ clock, sync, onError: (_uid, error) => void errors.push(error) });
    return { clock, errors, workers };
  };

  it('makes one pass of several wake-ups, and one more of those during a pass', async () => {
    const passes: string[] = [];
    const held = createDeferred<undefined>();
    const { clock, workers } = start(async (uid) => {
      passes.push(uid);
      if (passes.length === 1) await held.promise;
    });
    workers.wake('a');
    workers.wake('a');
    await clock.advance(0);
    workers.wake('a');
    workers.wake('a');
    workers.wake('b');
    await clock.advance(0);
    assert.deepEqual(passes, ['a', 'b']);
    held.resolve(undefined);
    await clock.advance(0);
    assert.deepEqual(passes, ['a', 'b', 'a']);
    await workers.stop();
  });

  it('makes a pass at its time, unless another has come before', async () => {
    let passes = 0;
    const { clock, workers } = start(() => {
      passes++;
      return Promise.resolve();
    });
    workers.wakeAfter('a', 1_000);
    workers.wakeAfter('a', 2_000);
    await clock.advance(1_500);
    assert.equal(passes, 0);
    workers.wake('a');
    await clock.advance(0);
    await clock.advance(5_000);
    assert.equal(passes, 1);
    workers.wakeAfter('a', 1_000);
    await clock.advance(1_000);
    assert.equal(passes, 2);
    await workers.stop();
  });

  it('makes a pass that failed again, later each time, until one has worked', async () => {
    let isFailing = true;
    let passes = 0;
    const { clock, workers, errors } = start(() => {
      passes++;
      return isFailing ? Promise.reject(new Error('busy')) : Promise.resolve();
    });
    workers.wake('a');
    await clock.advance(0);
    for (const ms of [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
      const before = passes;
      await clock.advance(ms - 1);
      assert.equal(passes, before);
      await clock.advance(1);
      assert.equal(passes, before + 1);
    }
    assert.equal(errors.length, 7);
    isFailing = false;
    await clock.advance(15_000);
    assert.equal(clock.pending, 0);
    isFailing = true;
    workers.wake('a');
    await clock.advance(0);
    await clock.advance(1_000);
    assert.equal(errors.length, 9);
    await workers.stop();
  });

  it('cuts a pass short and makes another; after its end it makes none', async () => {
    let passes = 0;
    const { clock, workers, errors } = start((_uid, signal) => {
      passes++;
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }),
      );
    });
    workers.wake('a');
    await clock.advance(0);
    workers.interrupt('a');
    await clock.advance(0);
    assert.equal(passes, 2);
    await workers.stop();
    workers.wake('a');
    workers.wakeAfter('a', 1);
    await clock.advance(100);
    assert.deepEqual([passes, errors.length, clock.pending], [2, 0, 0]);
  });
});
