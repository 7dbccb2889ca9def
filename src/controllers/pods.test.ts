import assert from 'node:assert/strict';
import { timeOf } from '../api/time.ts';
import type { Pod } from '../api/types.ts';
import { nextAvailability } from './pods.ts';

const NOW = Date.UTC(2026, 0, 1);
const pod = (status: 'True' | 'False', secondsAgo: number): Pod =>
  ({
    metadata: { name: 'p' },
    status: {
      conditions: [{ type: 'Ready', status, lastTransitionTime: timeOf(NOW - secondsAgo * 1000) }],
    },
  }) as unknown as Pod;

describe('nextAvailability', () => {
  const cases: readonly (readonly [string, readonly Pod[], number, number | undefined])[] = [
    ['of several pods the soonest counts', [pod('True', 2), pod('True', 7)], 10, 3000],
    [
      'those that are available already have nothing to wait for',
      [pod('True', 12), pod('True', 4)],
      10,
      6000,
    ],
    ['pods that are not ready are not waited for', [pod('False', 2)], 10, undefined],
    ['where ready is enough, nothing is waited for', [pod('True', -2)], 0, undefined],
    ['without pods nothing is waited for', [], 10, undefined],
  ];
  for (const [name, pods, minReadySeconds, expected] of cases) {
    it(name, () => assert.equal(nextAvailability(pods, minReadySeconds, NOW), expected));
  }
});
