import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FakeClock } from '../../base/clock.ts';
import { RangeAllocator } from './rangeAllocator.ts';

const make = (size: number, staticBand = 0, clock = new FakeClock()): RangeAllocator =>
  new RangeAllocator({ size, staticBand, clock, random: { number: () => 0.5 } });

describe('RangeAllocator', () => {
  it('picks above the static band first, then in it, then nothing', () => {
    const allocator = make(4, 2);
    const picked = [1, 2, 3, 4, 5].map((i) => allocator.pick(`o${i}`));
    assert.deepEqual(new Set(picked.slice(0, 2)), new Set([2, 3]));
    assert.deepEqual(new Set(picked.slice(2, 4)), new Set([0, 1]));
    assert.equal(picked[4], undefined);
  });

  it('keeps a reservation from others, gives it to its owner again, and lets it lapse', async () => {
    const clock = new FakeClock();
    const allocator = make(10, 0, clock);
    assert.equal(allocator.claim('a', 3), true);
    assert.equal(allocator.claim('b', 3), false);
    assert.equal(allocator.claim('a', 3), true);
    await clock.advance(60_001);
    assert.equal(allocator.claim('b', 3), true);
  });

  it('does not let lapse what a stored object holds', async () => {
    const clock = new FakeClock();
    const allocator = make(10, 0, clock);
    allocator.claim('a', 3);
    allocator.hold('a', 3);
    await clock.advance(600_000);
    assert.equal(allocator.claim('b', 3), false);
    allocator.release('a', 3);
    assert.equal(allocator.claim('b', 3), true);
  });

  it('reserves nothing where it is only asked', () => {
    const allocator = make(1);
    assert.equal(allocator.pick('a', false), 0);
    assert.equal(allocator.claim('a', 0, false), true);
    assert.equal(allocator.pick('b'), 0);
  });

  it('ignores the release of what another owner has by now', () => {
    const allocator = make(2);
    allocator.hold('a', 1);
    allocator.hold('b', 1);
    allocator.release('a', 1);
    assert.equal(allocator.claim('c', 1), false);
  });

  it('never gives a number to two owners, whatever the order of claims, picks, holds and releases', () => {
    const owner = fc.constantFrom('a', 'b', 'c', 'd');
    const number = fc.integer({ min: 0, max: 7 });
    const step = fc.oneof(
      fc.record({ does: fc.constant('claim' as const), owner, number }),
      fc.record({ does: fc.constant('pick' as const), owner, number }),
      fc.record({ does: fc.constant('store' as const), owner, number }),
      fc.record({ does: fc.constant('delete' as const), owner, number }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const allocator = make(8, 3);
        const reserved = new Map<number, string>();
        const stored = new Map<number, string>();
        const isFreeFor = (n: number, who: string): boolean =>
          (reserved.get(n) ?? who) === who && (stored.get(n) ?? who) === who;
        for (const { does, owner: who, number: n } of steps) {
          if (does === 'claim') {
            const expected = isFreeFor(n, who);
            assert.equal(allocator.claim(who, n), expected);
            if (expected && stored.get(n) !== who) reserved.set(n, who);
          } else if (does === 'pick') {
            const picked = allocator.pick(who);
            const free = [...Array(8).keys()].filter((i) => !reserved.has(i) && !stored.has(i));
            if (picked === undefined) {
              // A number that the owner itself has reserved may be given to it again.
              assert.deepEqual(free, []);
            } else {
              assert.ok(isFreeFor(picked, who));
              if (stored.get(picked) !== who) reserved.set(picked, who);
            }
          } else if (does === 'store') {
            if (reserved.get(n) !== who) continue;
            allocator.hold(who, n);
            reserved.delete(n);
            stored.set(n, who);
          } else if (stored.get(n) === who) {
            allocator.release(who, n);
            stored.delete(n);
          }
        }
        assert.equal(allocator.used, stored.size);
      }),
    );
  });
});
