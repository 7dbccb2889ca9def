import assert from 'node:assert/strict';
import { isNumeric, percentOf, scaledValue } from './intOrString.ts';

describe('intOrString', () => {
  it('scaledValue rounds percentages as it is told and keeps numbers', () => {
    assert.equal(scaledValue(3, 10, 'up'), 3);
    assert.equal(scaledValue('25%', 10, 'up'), 3);
    assert.equal(scaledValue('25%', 10, 'down'), 2);
    assert.equal(scaledValue('0%', 10, 'up'), 0);
    assert.equal(scaledValue('28%', 50, 'up'), 14);
    assert.throws(() => scaledValue('25', 10, 'up'), /string is not a percentage/);
  });

  it('percentOf and isNumeric tell the forms apart', () => {
    assert.equal(percentOf('25%'), 25);
    assert.equal(percentOf('x%'), undefined);
    assert.equal(percentOf(25), undefined);
    assert.equal(isNumeric('80'), true);
    assert.equal(isNumeric('http'), false);
    assert.equal(isNumeric(80), true);
  });
});
