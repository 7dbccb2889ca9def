import assert from 'node:assert/strict';
import { FakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { runCompactor } from './compactor.ts';

describe('runCompactor', () => {
  it('keeps at least one interval, and does nothing where nothing was written', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    let revision = 5;
    let fail = false;
    const compactions: number[] = [];
    const storage = {
      currentRevision: () => revision,
      compact(to: number) {
        if (fail) return Promise.reject(new Error('busy'));
        compactions.push(to);
        return Promise.resolve();
      },
    };
    const run = runCompactor({ storage, clock, logger: silentLogger, keepMs: 1_000 }, stop.signal);
    revision = 8;
    await clock.advance(1_000);
    assert.deepEqual(compactions, [5]);
    fail = true;
    await clock.advance(1_000);
    fail = false;
    await clock.advance(1_000);
    await clock.advance(1_000);
    assert.deepEqual(compactions, [5, 8]);
    stop.abort();
    await run;
    assert.equal(clock.pending, 0);
  });
});
