import assert from 'node:assert/strict';
import type { KubeObject } from '../api/meta.ts';
import { claim } from './ownership.ts';

const object = (
  name: string,
  labels: Record<string, string>,
  owner?: string,
  ending = false,
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'd',
    uid: name,
    resourceVersion: '1',
    creationTimestamp: '',
    labels,
    ...(owner === undefined
      ? {}
      : { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: owner, uid: owner, controller: true }] }),
    ...(ending ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
  },
});
const yes = { app: 'x' };
const no = { app: 'y' };
const selector = { matchLabels: yes };

describe('claim', () => {
  const candidates = [
    object('mine', yes, 'me'),
    object('strayed', no, 'me'),
    object('strayed-ending', no, 'me', true),
    object('orphan', yes),
    object('orphan-ending', yes, undefined, true),
    object('other-orphan', no),
    object('theirs', yes, 'they'),
  ];
  const names = (owner: KubeObject) => {
    const { owned, adopt, release } = claim(owner, selector, candidates);
    return [owned, adopt, release].map((list) => list.map((each) => each.metadata.name));
  };

  it('keeps its own, takes matching orphans, lets go what no longer matches, and never takes from another', () => {
    assert.deepEqual(names(object('me', {})), [['mine'], ['orphan'], ['strayed']]);
  });

  it('changes nothing for an owner that is being deleted', () => {
    assert.deepEqual(names(object('me', {}, undefined, true)), [['mine'], [], []]);
  });
});
