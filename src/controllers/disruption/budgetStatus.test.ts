import assert from 'node:assert/strict';
import type { Pod, PodDisruptionBudget } from '../../api/types.ts';
import { budgetStatus, failedStatus } from './budgetStatus.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const at = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1000).toISOString();

const budget = (spec: object, status?: object): PodDisruptionBudget =>
  ({
    metadata: { name: 'b', namespace: 'ns', generation: 3 },
    spec,
    ...(status === undefined ? {} : { status }),
  }) as unknown as PodDisruptionBudget;
const pod = (name: string, isReady = true, metadata: object = {}): Pod =>
  ({
    metadata: { name, namespace: 'ns', ...metadata },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  }) as unknown as Pod;
const ready = (count: number): Pod[] => Array.from({ length: count }, (_, i) => pod(`p${i}`));
const neverAsked = (): number => assert.fail('the scale is asked for');

describe('budgetStatus()', () => {
  for (const [what, spec, pods, scale, expected] of [
    ['a number that must stay', { minAvailable: 2 }, ready(3), undefined, [3, 2, 3, 1]],
    ['more than there are', { minAvailable: 4 }, ready(3), undefined, [3, 4, 3, 0]],
    ['a share that must stay, rounded up', { minAvailable: '50%' }, ready(5), 5, [5, 3, 5, 2]],
    ['a number that may be missing', { maxUnavailable: 1 }, ready(3), 3, [3, 2, 3, 1]],
    ['a share that may be missing, rounded up', { maxUnavailable: '30%' }, ready(5), 5, [5, 3, 5, 2]],
    ['fewer pods than wanted', { maxUnavailable: 1 }, ready(2), 3, [2, 2, 3, 0]],
    ['more that may be missing than wanted', { maxUnavailable: 5 }, ready(3), 3, [3, 0, 3, 3]],
    ['no limit at all', {}, ready(3), undefined, [3, 0, 0, 0]],
    ['no pods', { maxUnavailable: 1 }, [], 0, [0, 0, 0, 0]],
    [
      'pods that are not ready or on their way out',
      { minAvailable: 1 },
      [pod('a'), pod('b', false), pod('c', true, { deletionTimestamp: at(1) })],
      undefined,
      [1, 1, 3, 0],
    ],
  ] as const) {
    it(`counts with ${what}`, () => {
      const { status } = budgetStatus(
        budget(spec),
        pods,
        scale === undefined ? neverAsked : () => scale,
        NOW,
      );
      const { currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed } = status;
      assert.deepEqual([currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed], expected);
      assert.equal(status.observedGeneration, 3);
      assert.deepEqual(
        status.conditions?.map((each) => [each.type, each.status, each.reason]),
        [
          expected[3] > 0
            ? ['DisruptionAllowed', 'True', 'SufficientPods']
            : ['DisruptionAllowed', 'False', 'InsufficientPods'],
        ],
      );
    });
  }

  it('keeps an evicted pod for lost until it goes, is not there, or two minutes are over', () => {
    const disruptedPods = { p0: at(60), p1: at(121), p2: at(60), gone: at(1) };
    const pods = [pod('p0'), pod('p1'), pod('p2', true, { deletionTimestamp: at(1) }), pod('p3')];
    const { status, notDeleted, recheckAt } = budgetStatus(
      budget({ minAvailable: 1 }, { disruptedPods }),
      pods,
      neverAsked,
      NOW,
    );
    assert.deepEqual(status.disruptedPods, { p0: at(60) });
    assert.deepEqual([status.currentHealthy, status.disruptionsAllowed], [2, 1]);
    assert.deepEqual(
      notDeleted.map(({ metadata }) => metadata.name),
      ['p1'],
    );
    assert.equal(recheckAt, NOW + 60_000);
  });

  it('keeps the time of its condition while that stays', () => {
    const first = budgetStatus(budget({ minAvailable: 1 }), ready(2), neverAsked, NOW).status;
    const later = (count: number) =>
      budgetStatus(budget({ minAvailable: 1 }, first), ready(count), neverAsked, NOW + 5_000).status;
    assert.deepEqual(later(2), first);
    assert.equal(later(1).conditions?.[0]?.lastTransitionTime, '2026-01-01T00:10:05Z');
  });

  it('allows nothing where it could not be computed, and says why', () => {
    const status = failedStatus(budget({}, { disruptionsAllowed: 2, currentHealthy: 3 }), 'lost', NOW);
    assert.deepEqual([status.disruptionsAllowed, status.currentHealthy], [0, 3]);
    assert.deepEqual(
      status.conditions?.map(({ reason, message }) => [reason, message]),
      [['SyncFailed', 'lost']],
    );
  });
});
