import assert from 'node:assert/strict';
import type { Pod } from '../../api/types.ts';
import { podsToDelete } from './ranking.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');
const hoursAgo = (hours: number): string => new Date(NOW - hours * 3_600_000).toISOString();

interface Traits {
  node?: string;
  phase?: string;
  readyFor?: number;
  cost?: string;
  restarts?: number;
  age?: number;
}

function pod(name: string, traits: Traits = {}): Pod {
  const { node = 'n1', phase = 'Running', readyFor = 10, cost, restarts = 0, age = 100 } = traits;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'd',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: hoursAgo(age),
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { containers: [], nodeName: node },
    status: {
      phase,
      conditions:
        readyFor === 0 ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: hoursAgo(readyFor) }],
      containerStatuses: [{ name: 'c', restartCount: restarts, ready: true, image: '', imageID: '' }],
    },
  };
}

describe('podsToDelete', () => {
  const table: [string, Traits, Traits][] = [
    ['not assigned before assigned', { node: '' }, { phase: 'Pending' }],
    ['pending before unknown', { phase: 'Pending' }, { phase: 'Unknown', readyFor: 0 }],
    ['unknown before running', { phase: 'Unknown' }, { readyFor: 0 }],
    ['not ready before ready', { readyFor: 0, cost: '100' }, { readyFor: 1 }],
    ['lower cost before higher', { cost: '-5', readyFor: 50 }, { readyFor: 1 }],
    ['ready for a shorter time first', { readyFor: 1 }, { readyFor: 50, restarts: 9 }],
    ['more restarts first', { restarts: 3, age: 100 }, { restarts: 1, age: 1 }],
    ['younger first', { age: 11 }, { age: 90 }],
  ];
  for (const [rule, first, second] of table) {
    it(rule, () => {
      // The names alone would decide the other way.
      const a = pod('z', first);
      const b = pod('a', second);
      for (const pods of [
        [a, b],
        [b, a],
      ]) {
        assert.deepEqual(podsToDelete(pods, [], 1, NOW), [a]);
      }
    });
  }

  it('takes from the node with more related pods', () => {
    const [a, b, other] = [pod('z', { node: 'n1' }), pod('a', { node: 'n2' }), pod('x', { node: 'n1' })];
    assert.deepEqual(podsToDelete([a, b], [a, b, other], 1, NOW), [a]);
  });

  it('does not tell pods of about the same age apart by it', () => {
    const [older, younger] = [pod('a', { readyFor: 15 }), pod('b', { readyFor: 10 })];
    assert.deepEqual(podsToDelete([younger, older], [], 1, NOW), [older]);
  });

  it('takes all where all must go', () => {
    const pods = [pod('a'), pod('b')];
    assert.deepEqual(podsToDelete(pods, pods, 2, NOW), pods);
  });
});
