import assert from 'node:assert/strict';
import { booleanOption, integerOption, optionalBoolean, portOptions, timeOption } from './queryOptions.ts';
import { StatusError } from './status.ts';

const query = (text: string): URLSearchParams => new URLSearchParams(text);
const refused = (message: string) => (error: unknown) =>
  error instanceof StatusError && error.code === 400 && error.message === message;

describe('options in a query', () => {
  it('are true for anything but 0, false and absence', () => {
    for (const text of ['b', 'b=', 'b=true', 'b=True', 'b=TRUE', 'b=1', 'b=yes', 'b=no', 'b=00', 'b=1&b=0']) {
      assert.equal(booleanOption(query(text), 'b'), true, text);
    }
    for (const text of ['', 'c=1', 'b=0', 'b=false', 'b=False', 'b=FALSE', 'b=0&b=1']) {
      assert.equal(booleanOption(query(text), 'b'), false, text);
    }
    assert.equal(optionalBoolean(query(''), 'b'), undefined);
    assert.equal(optionalBoolean(query('b=False'), 'b'), false);
  });

  it('are integers of 64 bits', () => {
    assert.equal(integerOption(query(''), 'i'), undefined);
    assert.equal(integerOption(query('i=-12&i=x'), 'i'), -12);
    assert.equal(integerOption(query('i=%2B7'), 'i'), 7);
    assert.equal(integerOption(query('i=007'), 'i'), 7);
    for (const [text, why] of [
      ['', 'invalid syntax'],
      ['x', 'invalid syntax'],
      ['1.5', 'invalid syntax'],
      ['0x10', 'invalid syntax'],
      ['9223372036854775808', 'value out of range'],
    ] as const) {
      assert.throws(
        () => integerOption(query(`i=${text}`), 'i'),
        refused(`strconv.ParseInt: parsing "${text}": ${why}`),
      );
    }
  });

  it('are ports', () => {
    assert.deepEqual(portOptions(query('p=80,81&p=82'), 'p'), [80, 81, 82]);
    assert.deepEqual(portOptions(query(''), 'p'), []);
    assert.throws(
      () => portOptions(query('p=80,x'), 'p'),
      refused('cannot convert to []int32: strconv.ParseUint: parsing "x": invalid syntax'),
    );
    assert.throws(() => portOptions(query('p=70000'), 'p'), StatusError);
  });

  it('are times', () => {
    assert.equal(timeOption(query('t=1970-01-01T00:00:01%2B00:00'), 't'), 1000);
    assert.equal(timeOption(query('t=1970-01-01T00:00:01.5Z'), 't'), 1500);
    for (const text of ['', 't=', 't=null']) assert.equal(timeOption(query(text), 't'), undefined);
    for (const text of ['yesterday', '2020-01-01', '2020-13-01T00:00:00Z']) {
      assert.throws(() => timeOption(query(`t=${text}`), 't'), StatusError);
    }
  });
});
