import assert from 'node:assert/strict';
import { FakeClock } from '../../../base/clock.ts';
import { createLeftovers } from './leftovers.ts';

describe('leftovers', () => {
  it('asks for the removal at growing intervals until it is done', async () => {
    const clock = new FakeClock();
    const leftovers = createLeftovers({ clock });
    const answers = [
      Promise.resolve(new Error('in use')),
      Promise.reject(new Error('away')),
      Promise.resolve(undefined),
    ];
    for (const answer of answers) answer.catch(() => undefined);
    let tries = 0;
    leftovers.add('c', () => answers[tries++]!);
    assert.ok(leftovers.has('c'));
    await clock.advance(5_000);
    await clock.advance(9_000);
    assert.deepEqual([tries, leftovers.has('c')], [1, true]);
    await clock.advance(1_000);
    await clock.advance(20_000);
    assert.deepEqual([tries, leftovers.has('c'), clock.pending], [3, false, 0]);
  });

  it('asks no more once it is disposed of', async () => {
    const clock = new FakeClock();
    const leftovers = createLeftovers({ clock });
    leftovers.add('c', () => Promise.reject(new Error('in use')));
    leftovers.dispose();
    assert.equal(clock.pending, 0);
    await clock.advance(600_000);
  });
});
