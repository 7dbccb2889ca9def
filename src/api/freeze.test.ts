import assert from 'node:assert/strict';
import { freezeJson } from './freeze.ts';

describe('freezeJson', () => {
  it('freezes all the way down and drops what has no value', () => {
    const value = freezeJson({ list: [{ a: 1 }, null], none: undefined, text: 'x', map: { b: {} } });
    const { list, map } = value;
    assert.deepEqual(value, { list: [{ a: 1 }, null], text: 'x', map: { b: {} } });
    assert.ok(!('none' in value));
    for (const part of [value, list, list[0], map, map.b]) assert.ok(Object.isFrozen(part));
  });

  it('takes what is no object as it is', () => {
    assert.equal(freezeJson('x'), 'x');
    assert.equal(freezeJson(null), null);
  });
});
