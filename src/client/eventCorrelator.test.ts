import assert from 'node:assert/strict';
import { EventCorrelator } from './eventCorrelator.ts';

const base = { about: 'Pod/default/web', type: 'Warning', reason: 'BackOff', time: 1_000_000 };

describe('EventCorrelator', () => {
  it('counts the same event up on one record', () => {
    const correlator = new EventCorrelator();
    const first = correlator.correlate({ ...base, message: 'again' });
    const second = correlator.correlate({ ...base, message: 'again', time: base.time + 5_000 });
    assert.equal(second, first);
    assert.deepEqual(second, {
      key: first!.key,
      message: 'again',
      count: 2,
      firstTime: base.time,
      lastTime: base.time + 5_000,
    });
  });

  it('keeps events about different objects, reasons and messages apart', () => {
    const correlator = new EventCorrelator();
    const records = [
      correlator.correlate({ ...base, message: 'a' }),
      correlator.correlate({ ...base, message: 'b' }),
      correlator.correlate({ ...base, message: 'a', reason: 'Failed' }),
      correlator.correlate({ ...base, message: 'a', about: 'Pod/default/other' }),
    ];
    assert.equal(new Set(records).size, 4);
  });

  it('combines the tenth and later events that differ only in message', () => {
    const correlator = new EventCorrelator();
    const messages = Array.from(
      { length: 12 },
      (_, i) => correlator.correlate({ ...base, message: `m${i}` })!.message,
    );
    assert.equal(messages[8], 'm8');
    assert.deepEqual(
      messages.slice(9),
      [9, 10, 11].map((i) => `(combined from similar events): m${i}`),
    );
    assert.equal(correlator.correlate({ ...base, message: 'm12' })!.count, 4);
  });

  it('does not combine once ten minutes have passed without a similar event', () => {
    const correlator = new EventCorrelator();
    for (let i = 0; i < 11; i += 1) correlator.correlate({ ...base, message: `m${i}` });
    const later = correlator.correlate({ ...base, message: 'late', time: base.time + 600_001 });
    assert.equal(later?.message, 'late');
  });

  it('stops listening after 25 events about one object and allows one more every five minutes', () => {
    const correlator = new EventCorrelator();
    const at = (time: number): boolean => correlator.correlate({ ...base, message: 'x', time }) !== undefined;
    const allowed = Array.from({ length: 30 }, () => at(base.time)).filter(Boolean).length;
    assert.equal(allowed, 25);
    assert.equal(at(base.time + 299_000), false);
    assert.equal(at(base.time + 310_000), true);
    assert.equal(at(base.time + 310_000), false);
  });
});
