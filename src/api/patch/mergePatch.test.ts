import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cloneJson } from '../clone.ts';
import { applyMergePatch } from './index.ts';

describe('applyMergePatch', () => {
  /** The examples of RFC 7386, appendix A, whose patch is an object. */
  const examples: readonly [unknown, object, unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [document, patch, expected] of examples) {
    it(`lays ${JSON.stringify(patch)} over ${JSON.stringify(document)}`, () => {
      assert.deepEqual(applyMergePatch(document, patch), expected);
    });
  }

  it('refuses a patch that is no object', () => {
    assert.throws(() => applyMergePatch({}, [1]), /error decoding patch/);
  });

  it('changes neither input, shares nothing with them, and is idempotent', () => {
    const json = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 2 }), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(json, json, (document, patch) => {
        const [documentBefore, patchBefore] = [cloneJson(document), cloneJson(patch)];
        const once = applyMergePatch(document, patch);
        assert.deepEqual(applyMergePatch(once, patch), once);
        assert.deepEqual([document, patch], [documentBefore, patchBefore]);
      }),
    );
  });
});
