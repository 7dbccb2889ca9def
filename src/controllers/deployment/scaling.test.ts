import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Deployment, ReplicaSet } from '../../api/types.ts';
import { availableOfAll, maxSurge, maxUnavailable, sizeOf, sizeOfAll } from './limits.ts';
import { isScalingEvent, rollingSizes, scaledSizes, type Sizes } from './scaling.ts';

type Limit = number | string;

function deployment(
  replicas: number,
  surge: Limit = '25%',
  unavailable: Limit = '25%',
  type = 'RollingUpdate',
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', namespace: 'n', uid: 'd', resourceVersion: '1', creationTimestamp: '' },
    spec: {
      replicas,
      selector: {},
      template: {},
      strategy:
        type === 'Recreate'
          ? { type }
          : { type, rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } },
    },
  };
}

function rs(
  name: string,
  size: number,
  available = size,
  annotations: Record<string, string> = {},
): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    // Names are ages: `a` is the oldest.
    metadata: {
      name,
      namespace: 'n',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: `2026-01-01T00:00:0${name.charCodeAt(0) - 96}Z`,
      annotations,
    },
    spec: { replicas: size, selector: {} },
    status: { replicas: size, availableReplicas: available },
  };
}

const shown = (sizes: Sizes): Record<string, number> =>
  Object.fromEntries([...sizes].map(([each, size]) => [each.metadata.name, size]));

describe('limits of a rollout', () => {
  const table: [number, Limit, Limit, number, number][] = [
    [10, '25%', '25%', 3, 2],
    [1, '25%', '25%', 1, 0],
    [3, '25%', '25%', 1, 0],
    [10, 0, 0, 0, 1],
    [10, '0%', '5%', 0, 1],
    [2, 0, 5, 0, 2],
    [0, '25%', 3, 0, 0],
    [50, '28%', '28%', 14, 14],
  ];
  for (const [replicas, surge, unavailable, up, down] of table) {
    it(`${replicas} replicas with surge ${surge} and unavailable ${unavailable}: +${up} -${down}`, () => {
      const d = deployment(replicas, surge, unavailable);
      assert.deepEqual([maxSurge(d), maxUnavailable(d)], [up, down]);
    });
  }
  it('are none for Recreate', () => {
    const d = deployment(10, 3, 3, 'Recreate');
    assert.deepEqual([maxSurge(d), maxUnavailable(d)], [0, 0]);
  });
});

describe('rollingSizes', () => {
  const table: [string, Deployment, ReplicaSet, ReplicaSet[], Record<string, number>][] = [
    ['grows the new one by the surge', deployment(4, 1, 0), rs('b', 0), [rs('a', 4)], { b: 1 }],
    ['waits while what came new is not available', deployment(4, 1, 0), rs('b', 1, 0), [rs('a', 4)], {}],
    ['shrinks the old one by what is spare', deployment(4, 1, 0), rs('b', 1), [rs('a', 4)], { a: 3 }],
    ['shrinks at once by what may be unavailable', deployment(4, 0, 2), rs('b', 0), [rs('a', 4)], { a: 2 }],
    [
      'takes unavailable old pods first',
      deployment(4, 1, 0),
      rs('c', 1),
      [rs('a', 2, 2), rs('b', 2, 0)],
      { b: 1 },
    ],
    ['shrinks a new one that is too large', deployment(2, 1, 0), rs('b', 4), [], { b: 2 }],
    ['has nothing to do at the end', deployment(4, 1, 0), rs('b', 4), [rs('a', 0)], {}],
    ['oldest first', deployment(4, 1, 1), rs('c', 4), [rs('a', 1), rs('b', 1)], { a: 0, b: 0 }],
  ];
  for (const [what, d, fresh, old, expected] of table) {
    it(what, () => assert.deepEqual(shown(rollingSizes(d, fresh, old)), expected));
  }

  it('comes to an end, never above the surge and never below what must be available', () => {
    const size = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(size, size, size, fc.infiniteStream(fc.boolean()), (desired, surge, unavailable, coins) => {
        const d = deployment(desired, surge, surge === 0 && unavailable === 0 ? 1 : unavailable);
        let sets = [rs('a', desired), rs('b', 0)];
        for (let step = 0; step < 400; step += 1) {
          const [old, fresh] = sets as [ReplicaSet, ReplicaSet];
          const sizes = rollingSizes(d, fresh, [old]);
          const before = availableOfAll(sets);
          sets = sets.map((each) => {
            const now = sizes.get(each) ?? sizeOf(each);
            // Pods go at once and come up when the coin says so.
            const available = Math.min(
              now,
              (each.status?.availableReplicas ?? 0) + (coins.next().value === true ? 1 : 0),
            );
            return rs(each.metadata.name, now, available);
          });
          assert.ok(sizeOfAll(sets) <= desired + maxSurge(d), 'surge');
          const floor = Math.min(desired - maxUnavailable(d), before);
          assert.ok(availableOfAll(sets) >= floor, 'availability');
          if (sizeOf(sets[0]!) === 0 && sizeOf(sets[1]!) === desired) return;
        }
        assert.fail('the rollout does not end');
      }),
    );
  });
});

describe('scaledSizes', () => {
  const annotated = (name: string, size: number, max: number, desired = 10) =>
    rs(name, size, size, {
      'deployment.kubernetes.io/max-replicas': String(max),
      'deployment.kubernetes.io/desired-replicas': String(desired),
    });
  const table: [string, Deployment, ReplicaSet | undefined, ReplicaSet[], Record<string, number>][] = [
    ['gives all to the only active one', deployment(5), rs('b', 0), [rs('a', 3)], { a: 5 }],
    ['gives all to the new one where none is active', deployment(5), rs('b', 0), [rs('a', 0)], { b: 5 }],
    [
      'gives all to the latest where there is no new one',
      deployment(5),
      undefined,
      [rs('a', 0), rs('b', 0)],
      { b: 5 },
    ],
    [
      'keeps proportions: 8 and 5 of 10+3 become 20 and 13 of 30+3',
      deployment(30, 3, 2),
      annotated('b', 5, 13),
      [annotated('a', 8, 13)],
      { a: 20, b: 13 },
    ],
    [
      'empties old ones when the new one is saturated',
      deployment(5),
      annotated('b', 5, 7, 5),
      [rs('a', 2)],
      { a: 0 },
    ],
    ['scales to zero', deployment(0, 3, 2), annotated('b', 5, 13), [annotated('a', 8, 13)], { a: 0, b: 0 }],
    ['leaves Recreate alone', deployment(5, 1, 1, 'Recreate'), rs('b', 1), [rs('a', 1)], {}],
  ];
  for (const [what, d, fresh, old, expected] of table) {
    it(what, () => assert.deepEqual(shown(scaledSizes(d, fresh, old)), expected));
  }

  it('adds up to what is allowed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 4 }),
        (desired, parts) => {
          const total = parts.reduce((a, b) => a + b, 0);
          // Else nothing was scaled, and a saturated new one takes all.
          fc.pre(desired !== total - 1);
          const sets = parts.map((part, i) => annotated(String.fromCharCode(97 + i), part, total, total - 1));
          const d = deployment(desired, 1, 0);
          const sizes = scaledSizes(d, sets.at(-1), sets.slice(0, -1));
          const sum = [...sizes.values()].reduce((a, b) => a + b, 0);
          assert.equal(sum, desired + 1);
          for (const value of sizes.values()) assert.ok(value >= 0);
        },
      ),
    );
  });
});

describe('isScalingEvent', () => {
  const marked = (size: number, desired: string) =>
    rs('a', size, size, { 'deployment.kubernetes.io/desired-replicas': desired });
  it('is where an active replica set was scaled for another size', () => {
    assert.equal(isScalingEvent(deployment(5), [marked(3, '3')]), true);
    assert.equal(isScalingEvent(deployment(3), [marked(3, '3')]), false);
    assert.equal(isScalingEvent(deployment(5), [marked(0, '3')]), false);
    assert.equal(isScalingEvent(deployment(5), [rs('a', 3)]), false);
  });
});
