import assert from 'node:assert/strict';
import fc from 'fast-check';
import { anyOverlap, overlapsOf } from './overlaps.ts';

const path = fc
  .array(fc.constantFrom('a', 'b', 'a-b', 'c'), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'));
const inTheWay = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);

describe('files in each other’s way', () => {
  it('are found as by comparing all with all', () => {
    fc.assert(
      fc.property(fc.array(path, { maxLength: 8 }), (paths) => {
        const pairs = paths.some((a, i) => paths.some((b, j) => i < j && inTheWay(a, b)));
        assert.equal(anyOverlap(paths), pairs);
        assert.equal(overlapsOf(paths, () => 'v').length > 0, pairs);
      }),
    );
  });

  it('are told with the first that they meet', () => {
    assert.deepEqual(
      overlapsOf(['a', 'b', 'a/x/', 'b'], () => 'volume "v"'),
      ['volume "v": overlapping paths: "a/x" with "a"', 'volume "v": overlapping paths: "b" with "b"'],
    );
    assert.deepEqual(
      overlapsOf(['', '', 'a'], () => 'v'),
      [],
    );
  });

  it('are looked for among the first hundred of many, so that advice costs little', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `d/${String(i)}`);
    assert.equal(anyOverlap(many), false);
    assert.deepEqual(
      overlapsOf([...many, 'd'], () => 'v'),
      [],
    );
    assert.equal(overlapsOf(['d', ...many], () => 'v').length, 99);
  });
});
