import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FakeClock } from '../base/clock.ts';
import { createDeferred } from '../base/deferred.ts';
import { WorkQueue, workOff } from './workQueue.ts';

describe('WorkQueue', () => {
  it('gives keys in the order of their first add, each once', async () => {
    const queue = new WorkQueue({ clock: new FakeClock() });
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);
    assert.deepEqual([await queue.take(), await queue.take(), await queue.take()], ['a', 'b', 'c']);
    assert.equal(queue.length, 0);
  });

  it('gives a key that was added while worked on again only after done', async () => {
    const queue = new WorkQueue({ clock: new FakeClock() });
    queue.add('a');
    assert.equal(await queue.take(), 'a');
    queue.add('a');
    queue.add('a');
    assert.equal(queue.length, 0);
    queue.done('a');
    assert.equal(queue.length, 1);
    assert.equal(await queue.take(), 'a');
    queue.done('a');
    assert.equal(queue.length, 0);
  });

  it('hands a key to a waiting worker', async () => {
    const queue = new WorkQueue({ clock: new FakeClock() });
    const first = queue.take();
    const second = queue.take();
    queue.add('a');
    queue.add('b');
    assert.deepEqual(await Promise.all([first, second]), ['a', 'b']);
  });

  it('adds a delayed key at the earliest of the wished times, once', async () => {
    const clock = new FakeClock();
    const queue = new WorkQueue({ clock });
    queue.addAfter('a', 100);
    queue.addAfter('a', 50);
    queue.addAfter('a', 80);
    await clock.advance(49);
    assert.equal(queue.length, 0);
    await clock.advance(1);
    assert.equal(queue.length, 1);
    assert.equal(clock.pending, 0);
  });

  it('doubles the delay of a key that keeps failing and starts again after forget', async () => {
    const clock = new FakeClock();
    const queue = new WorkQueue({ clock, baseDelayMs: 5, maxDelayMs: 18 });
    for (const delay of [5, 10, 18, 18]) {
      queue.retry('a');
      await clock.advance(delay - 1);
      assert.equal(queue.length, 0, `before ${delay} ms`);
      await clock.advance(1);
      assert.equal(queue.length, 1, `after ${delay} ms`);
      await queue.take();
      queue.done('a');
    }
    assert.equal(queue.retries('a'), 4);
    queue.forget('a');
    queue.retry('a');
    await clock.advance(5);
    assert.equal(queue.length, 1);
  });

  it('is drained by shutDown: waiting and re-added keys come, new and delayed ones do not', async () => {
    const clock = new FakeClock();
    const queue = new WorkQueue({ clock });
    queue.add('a');
    queue.add('b');
    await queue.take();
    queue.add('a');
    queue.addAfter('later', 10);
    queue.shutDown();
    queue.add('new');
    await clock.advance(10);
    assert.equal(await queue.take(), 'b');
    queue.done('b');
    queue.done('a');
    assert.equal(await queue.take(), 'a');
    queue.done('a');
    assert.equal(await queue.take(), undefined);
  });

  it('never has a key with two workers and loses none, whatever is added when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), fc.constant(undefined)), { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        async (steps, workers) => {
          const queue = new WorkQueue({ clock: new FakeClock() });
          const busy = new Set<string>();
          const wanted = new Map<string, number>();
          const seen = new Map<string, number>();
          let tick = 0;
          const controller = new AbortController();
          const done = workOff(
            queue,
            workers,
            async (key) => {
              assert.ok(!busy.has(key), `${key} is with two workers`);
              busy.add(key);
              seen.set(key, tick);
              await Promise.resolve();
              busy.delete(key);
              return undefined;
            },
            (_key, error) => assert.fail(String(error)),
            controller.signal,
          );
          for (const step of steps) {
            tick += 1;
            if (step === undefined) await Promise.resolve();
            else {
              wanted.set(step, tick);
              queue.add(step);
            }
          }
          queue.shutDown();
          await done;
          for (const [key, at] of wanted)
            assert.ok((seen.get(key) ?? 0) >= at, `${key} was not worked on after its last add`);
        },
      ),
    );
  });
});

describe('workOff', () => {
  it('retries a key that failed, with back-off, and forgets failures on success', async () => {
    const clock = new FakeClock();
    const queue = new WorkQueue({ clock });
    const controller = new AbortController();
    const errors: string[] = [];
    let runs = 0;
    const done = workOff(
      queue,
      1,
      () => (++runs < 3 ? Promise.reject(new Error(`failure ${runs}`)) : Promise.resolve(undefined)),
      (key, error) => errors.push(`${key}: ${(error as Error).message}`),
      controller.signal,
    );
    queue.add('a');
    for (const delay of [0, 5, 10]) await clock.advance(delay);
    assert.equal(runs, 3);
    assert.deepEqual(errors, ['a: failure 1', 'a: failure 2']);
    assert.equal(queue.retries('a'), 0);
    controller.abort();
    await done;
  });

  it('waits on abort for what is under way and takes nothing more', async () => {
    const queue = new WorkQueue({ clock: new FakeClock() });
    const controller = new AbortController();
    const gate = createDeferred<undefined>();
    const begun = createDeferred<undefined>();
    const worked: string[] = [];
    const done = workOff(
      queue,
      1,
      async (key) => {
        worked.push(key);
        begun.resolve(undefined);
        await gate.promise;
        return undefined;
      },
      () => undefined,
      controller.signal,
    );
    queue.add('a');
    queue.add('b');
    await begun.promise;
    controller.abort();
    gate.resolve(undefined);
    await done;
    assert.deepEqual(worked, ['a']);
  });
});
