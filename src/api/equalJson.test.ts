import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { cloneJson } from './clone.ts';
import { equalJson } from './equalJson.ts';

describe('equalJson', () => {
  const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

  it('says the same of two JSON values as isDeepStrictEqual', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        assert.equal(equalJson(a, b), isDeepStrictEqual(a, b));
        assert.equal(equalJson(a, cloneJson(a)), true);
      }),
    );
  });

  it('tells apart what looks alike', () => {
    const pairs: [unknown, unknown][] = [
      [{ a: 1 }, { a: 1, b: 2 }],
      [{ a: 1, b: 2 }, { a: 1 }],
      [{ a: 1 }, { b: 1 }],
      [[], {}],
      [{}, []],
      [null, {}],
      [[1, 2], [1]],
      ['1', 1],
      [JSON.parse('{"__proto__":{}}'), { a: {} }],
      [JSON.parse('{"__proto__":{}}'), {}],
      [{ constructor: 'x' }, { a: 'x' }],
    ];
    for (const [a, b] of pairs) assert.equal(equalJson(a, b), false);
    assert.equal(equalJson({ a: 1, b: [2] }, { b: [2], a: 1 }), true);
  });
});
