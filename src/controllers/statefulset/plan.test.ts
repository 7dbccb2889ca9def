import assert from 'node:assert/strict';
import type { Pod, StatefulSet } from '../../api/types.ts';
import { planSet } from './plan.ts';

const set = (replicas: number): StatefulSet =>
  ({
    metadata: { name: 'db', namespace: 'shop' },
    spec: { replicas, podManagementPolicy: 'OrderedReady' },
  }) as StatefulSet;

const pod = (ordinal: number, ready: boolean): Pod =>
  ({
    metadata: { name: `db-${String(ordinal)}`, namespace: 'shop', labels: {} },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  }) as unknown as Pod;

const removed = (ready: readonly boolean[]): readonly (string | undefined)[] =>
  planSet({
    set: set(0),
    update: { name: 'db-1' } as never,
    pods: ready.map((each, ordinal) => pod(ordinal, each)),
    now: 0,
  }).remove.map(({ pod: { metadata } }) => metadata.name);

// Upstream: test/e2e/apps/statefulset.go, "Scaling should happen in predictable order and halt if any stateful pod is
// unhealthy".
describe('scaling an ordered set down', () => {
  it('begins with the highest number', () => assert.deepEqual(removed([true, true, true]), ['db-2']));

  it('halts while pods below are unwell', () => {
    assert.deepEqual(removed([false, false, false]), []);
    assert.deepEqual(removed([true, false, false]), []);
  });

  it('removes the only one that is unwell in its turn', () => {
    assert.deepEqual(removed([true, true, false]), ['db-2']);
  });
});
