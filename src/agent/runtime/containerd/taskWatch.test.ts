import assert from 'node:assert/strict';
import { FakeClock } from '../../../base/clock.ts';
import { createTaskWatch } from './taskWatch.ts';

describe('taskWatch', () => {
  const start = () => {
    const clock = new FakeClock();
    const alive = new Set([1, 2]);
    const gone: string[] = [];
    const watch = createTaskWatch({ clock, processes: { isAlive: (pid) => alive.has(pid) } });
    return { clock, alive, gone, watch, begin: () => watch.watch((id) => void gone.push(id)) };
  };

  it('tells once of a process that has gone, and of one that was never known', async () => {
    const { clock, alive, gone, watch, begin } = start();
    const watching = begin();
    watch.track('a', 1);
    watch.track('b', undefined);
    await clock.advance(2_000);
    assert.deepEqual(gone, ['b']);
    alive.delete(1);
    await clock.advance(10_000);
    assert.deepEqual(gone, ['b', 'a']);
    watching.dispose();
  });

  it('does not look where nothing runs, nobody listens, or the end is known', async () => {
    const { clock, alive, gone, watch, begin } = start();
    watch.track('a', 1);
    assert.equal(clock.pending, 0);
    const watching = begin();
    assert.equal(clock.pending, 1);
    watch.ended('a');
    alive.delete(1);
    await clock.advance(2_000);
    assert.deepEqual([gone, clock.pending, watch.knows('a')], [[], 0, true]);
    watch.track('b', 2);
    watching.dispose();
    assert.equal(clock.pending, 0);
    watch.forget('a');
    assert.equal(watch.knows('a'), false);
  });

  it('keeps watching those alone that it is told to keep', async () => {
    const { clock, alive, gone, watch, begin } = start();
    const watching = begin();
    watch.track('a', 1);
    watch.track('b', 2);
    watch.keep(new Set(['b']));
    alive.clear();
    await clock.advance(2_000);
    assert.deepEqual(gone, ['b']);
    watching.dispose();
  });
});
