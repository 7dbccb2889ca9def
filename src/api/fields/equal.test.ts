import assert from 'node:assert/strict';
import fc from 'fast-check';
import { equal } from './equal.ts';

const same: readonly (readonly [unknown, unknown])[] = [
  [{ a: [], b: {} }, {}],
  [undefined, null],
  [{ resources: { limits: {} } }, { resources: {} }],
  [{ a: [1, { b: undefined }] }, { a: [1, {}] }],
];
const different: readonly (readonly [unknown, unknown])[] = [
  [{ a: '' }, {}],
  [{ a: 0 }, {}],
  [{ a: false }, {}],
  [{ a: [1, 2] }, { a: [2, 1] }],
  [{ a: [{}] }, { a: [] }],
  [{ a: 1 }, { a: '1' }],
  [{ name: 'v', emptyDir: {} }, { name: 'v' }],
  [{ namespaceSelector: {} }, {}],
  [{ podAffinityTerm: { namespaceSelector: {} } }, {}],
  [{ a: 1, constructor: 'x' }, { a: 1 }],
  [JSON.parse('{"a":1,"__proto__":"x"}'), { a: 1 }],
];

describe('equal', () => {
  for (const [a, b] of same) {
    it(`takes ${JSON.stringify(a)} for ${JSON.stringify(b)}`, () => {
      assert.ok(equal(a, b) && equal(b, a));
    });
  }
  for (const [a, b] of different) {
    it(`tells ${JSON.stringify(a)} from ${JSON.stringify(b)}`, () => {
      assert.ok(!equal(a, b) && !equal(b, a));
    });
  }

  it('is reflexive and symmetric for all JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        assert.ok(equal(a, structuredClone(a)));
        assert.equal(equal(a, b), equal(b, a));
      }),
    );
  });
});
