import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import { Holds, POD } from './holds.ts';

describe('Holds', () => {
  it('hold for their time; news release what failed, and a new spec everything', async () => {
    const clock = new FakeClock();
    const holds = new Holds(clock);
    holds.hold(POD, 500);
    holds.hold('app', 10_000, 'crash');
    holds.hold('other', 10_000);
    await clock.advance(400);
    assert.deepEqual(
      [POD, 'app', 'other', 'free'].map((name) => holds.left(name)),
      [100, 9_600, 9_600, 0],
    );
    holds.release();
    assert.deepEqual(
      [POD, 'app', 'other'].map((name) => holds.left(name)),
      [0, 9_600, 0],
    );
    holds.clear();
    assert.equal(holds.left('app'), 0);
  });
});
