import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cloneJson } from './clone.ts';

describe('cloneJson', () => {
  it('copies any JSON value, sharing nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const source: unknown = JSON.parse(JSON.stringify(value));
        const copy = cloneJson(source);
        assert.deepEqual(copy, source);
        if (typeof source === 'object' && source !== null) assert.notEqual(copy, source);
      }),
    );
  });

  it('keeps a key that is called __proto__', () => {
    const copy = cloneJson(JSON.parse('{"__proto__":{"a":1}}') as object);
    assert.equal(JSON.stringify(copy), '{"__proto__":{"a":1}}');
    assert.equal(Object.getPrototypeOf(copy), Object.prototype);
  });
});
