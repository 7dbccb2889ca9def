import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SortedMap } from './sortedMap.ts';

describe('SortedMap', () => {
  it('has what a plain map sorted by key has, under every prefix, over any sequence of changes', () => {
    const key = fc.integer({ min: 0, max: 3_000 }).map((n) => `/${String(n % 7)}/${String(n)}`);
    const change = fc.tuple(fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)), key);
    fc.assert(
      fc.property(fc.array(change, { maxLength: 3_000, size: 'max' }), (changes) => {
        const sorted = new SortedMap<number>();
        const plain = new Map<string, number>();
        changes.forEach(([put, at], i) => {
          if (put) {
            sorted.set(at, i);
            plain.set(at, i);
          } else assert.equal(sorted.delete(at), plain.delete(at));
        });
        assert.equal(sorted.size, plain.size);
        for (const prefix of ['', '/', '/0/', '/3/', '/3/1', '/9/', '/6/2996', '0']) {
          const expected = [...plain]
            .filter(([k]) => k.startsWith(prefix))
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([, v]) => v);
          assert.deepEqual(sorted.withPrefix(prefix), expected);
        }
        for (const [k, v] of plain) assert.equal(sorted.get(k), v);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps its order over many chunks', () => {
    const sorted = new SortedMap<number>();
    const numbers = Array.from({ length: 5_000 }, (_, i) => (i * 2_731) % 5_000);
    for (const n of numbers) sorted.set(String(n).padStart(5, '0'), n);
    assert.deepEqual(
      sorted.withPrefix(''),
      Array.from({ length: 5_000 }, (_, i) => i),
    );
    for (const n of numbers) if (n % 1_000 !== 7) sorted.delete(String(n).padStart(5, '0'));
    assert.deepEqual(sorted.withPrefix('0'), [7, 1_007, 2_007, 3_007, 4_007]);
  });
});
