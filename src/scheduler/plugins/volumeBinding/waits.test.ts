import assert from 'node:assert/strict';
import { FakeClock } from '../../../base/clock.ts';
import { Waits } from './waits.ts';

describe('waits for volumes', () => {
  let clock: FakeClock;
  let waits: Waits;
  let stop: AbortController;

  beforeEach(() => {
    clock = new FakeClock();
    waits = new Waits(clock);
    stop = new AbortController();
  });
  afterEach(() => assert.equal(clock.pending, 0, 'a timer is left'));

  it('look when they are woken, and only then', async () => {
    let looks = 0;
    let isDone = false;
    const look = (): boolean => {
      looks++;
      return isDone;
    };
    const waiting = waits.until(['a', 'b'], look, 1000, stop.signal);
    waits.wake('other');
    assert.equal(looks, 1);
    waits.wake('b');
    assert.equal(looks, 2);
    isDone = true;
    waits.wake('a');
    await waiting;
    waits.wake('a');
    assert.equal(looks, 3);
  });

  it('end with what a look throws', async () => {
    const faults: Error[] = [];
    const look = (): boolean => {
      for (const fault of faults) throw fault;
      return false;
    };
    const waiting = waits.until(['a'], look, 1000, stop.signal);
    faults.push(new Error('gone'));
    waits.wake('a');
    await assert.rejects(waiting, /gone/);
  });

  it('end with their time, and with the signal', async () => {
    const late = waits.until(['a'], () => false, 1000, stop.signal);
    const aborted = waits.until(['a'], () => false, 2000, stop.signal);
    await Promise.all([assert.rejects(late, /context deadline exceeded/), clock.advance(1000)]);
    stop.abort(new Error('stopping'));
    await assert.rejects(aborted, /stopping/);
  });
});
