import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import { createRestartBackoff } from './restartBackoff.ts';

describe('restartBackoff', () => {
  const make = () => {
    const clock = new FakeClock();
    return { clock, backoff: createRestartBackoff({ clock, initialMs: 10_000, maxMs: 300_000 }) };
  };

  it('costs nothing at first, then 10 s doubling up to 5 min', async () => {
    const { clock, backoff } = make();
    const delays: number[] = [];
    for (let failure = 0; failure < 8; failure++) {
      const { waitMs } = backoff.remaining('a', clock.now());
      delays.push(waitMs / 1000);
      await clock.advance(waitMs);
      backoff.next('a');
    }
    assert.deepEqual(delays, [0, 10, 20, 40, 80, 160, 300, 300]);
  });

  it('counts from the time of the failure', async () => {
    const { clock, backoff } = make();
    backoff.next('a');
    const failedAt = clock.now();
    await clock.advance(4_000);
    assert.deepEqual(backoff.remaining('a', failedAt), { waitMs: 6_000, delayMs: 10_000 });
  });

  it('never waits longer than the delay, whatever becomes of the time of day', () => {
    const { clock, backoff } = make();
    backoff.next('a');
    const failedAt = clock.now();
    clock.jump(-3_600_000);
    assert.deepEqual(backoff.remaining('a', failedAt), { waitMs: 10_000, delayMs: 10_000 });
  });

  it('forgets after ten minutes without a failure', async () => {
    const { clock, backoff } = make();
    backoff.next('a');
    backoff.next('a');
    await clock.advance(600_001);
    assert.equal(backoff.remaining('a', clock.now()).waitMs, 0);
    backoff.next('a');
    assert.equal(backoff.remaining('a', clock.now()).waitMs, 10_000);
  });

  it('keeps keys apart and forgets those of a pod', () => {
    const { clock, backoff } = make();
    backoff.next('pod1/a');
    assert.equal(backoff.remaining('pod1/b', clock.now()).waitMs, 0);
    backoff.forget('pod1/');
    assert.equal(backoff.remaining('pod1/a', clock.now()).waitMs, 0);
  });
});
