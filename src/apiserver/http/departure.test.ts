import assert from 'node:assert/strict';
import { Departure } from './departure.ts';

describe('Departure', () => {
  it('aborts the signal that somebody has, and gives an aborted one to who asks later', () => {
    const departure = new Departure();
    const { signal } = departure;
    assert.deepEqual([departure.gone, signal.aborted], [false, false]);
    departure.happened();
    assert.deepEqual([departure.gone, signal.aborted, departure.signal], [true, true, signal]);
    const late = new Departure();
    late.happened();
    assert.ok(late.signal.aborted);
    assert.throws(() => late.signal.throwIfAborted(), /the client has gone/);
  });
});
