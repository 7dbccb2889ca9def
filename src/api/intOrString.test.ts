import assert from 'node:assert/strict';
import { percentOf, scaledValue } from './intOrString.ts';

describe('intOrString', () => {
  it('scaledValue rounds percentages as it is told and keeps numbers', () => {
    assert.equal(scaledValue(3, 10, 'up'), 3);
    assert.equal(scaledValue('25%', 10, 'up'), 3);
    assert.equal(scaledValue('25%', 10, 'down'), 2);
    assert.equal(scaledValue('0%', 10, 'up'), 0);
    assert.equal(scaledValue('28%', 50, 'up'), 14);
    assert.throws(() => scaledValue('25', 10, 'up'), /string is not a percentage/);
  });

  it('percentOf() takes percentages alone', () => {
    assert.equal(percentOf('25%'), 25);
    assert.equal(percentOf('x%'), undefined);
    assert.equal(percentOf(25), undefined);
  });
});
