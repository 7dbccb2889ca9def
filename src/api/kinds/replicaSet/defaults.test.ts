import assert from 'node:assert/strict';
import { defaulted } from '../../../../test/harness/kindRules.ts';
import { replicaSet } from './kind.ts';

describe('defaults of ReplicaSet', () => {
  it('gives a replica set one replica, and none where none is asked for', () => {
    assert.equal(defaulted<{ spec: { replicas: number } }>(replicaSet, { spec: {} }).spec.replicas, 1);
    assert.equal(
      defaulted<{ spec: { replicas: number } }>(replicaSet, { spec: { replicas: 0 } }).spec.replicas,
      0,
    );
  });
});
