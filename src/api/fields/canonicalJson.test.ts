import assert from 'node:assert/strict';
import { canonicalJson } from './canonicalJson.ts';

describe('canonicalJson', () => {
  it('sorts keys at every depth and leaves lists as they are', () => {
    assert.equal(
      canonicalJson({ b: [{ d: 1, c: null }, 'x'], a: { f: true, e: '' } }),
      '{"a":{"e":"","f":true},"b":[{"c":null,"d":1},"x"]}',
    );
  });

  it('sorts keys that are numbers as texts', () => {
    assert.equal(canonicalJson({ 9: 'a', 10: 'b' }), '{"10":"b","9":"a"}');
  });

  it('leaves out fields without a value', () => {
    assert.equal(canonicalJson({ a: undefined, b: 1 }), '{"b":1}');
  });

  it('takes every own key for one', () => {
    assert.equal(
      canonicalJson(JSON.parse('{"b":1,"__proto__":{"y":1,"x":2}}')),
      '{"__proto__":{"x":2,"y":1},"b":1}',
    );
  });
});
