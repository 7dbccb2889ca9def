import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Heap } from './heap.ts';

interface Item {
  readonly key: string;
  readonly rank: number;
}

const newHeap = (): Heap<Item> =>
  new Heap(
    (item) => item.key,
    (a, b) => a.rank < b.rank,
  );

describe('Heap', () => {
  it('pops in order whatever was set, replaced and deleted before', () => {
    const step = fc.record({
      op: fc.constantFrom('set', 'delete', 'pop'),
      key: fc.integer({ min: 0, max: 20 }).map(String),
      rank: fc.integer({ min: 0, max: 1000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const heap = newHeap();
        const model = new Map<string, number>();
        const lowest = (): number => Math.min(...model.values());
        for (const { op, key, rank } of steps) {
          if (op === 'set') {
            heap.set({ key, rank });
            model.set(key, rank);
          } else if (op === 'delete') {
            assert.equal(heap.delete(key)?.rank, model.get(key));
            model.delete(key);
          } else {
            const popped = heap.pop();
            assert.equal(popped?.rank, model.size === 0 ? undefined : lowest());
            if (popped !== undefined) model.delete(popped.key);
          }
          assert.equal(heap.size, model.size);
          assert.equal(heap.peek()?.rank, model.size === 0 ? undefined : lowest());
          assert.equal(heap.get(key)?.rank, model.get(key));
        }
      }),
    );
  });
});
