import assert from 'node:assert/strict';
import { draftOf } from '../meta.ts';
import type { Pod } from '../types.ts';
import { mergeLabelKeys } from './labelKeys.ts';

const merged = (spec: object): Pod['spec'] => {
  const pod = { metadata: { name: 'p', labels: { app: 'a', hash: 'h' } }, spec };
  const draft = draftOf(pod as unknown as Pod);
  mergeLabelKeys(draft);
  return draft.spec;
};
const labelSelector = { matchLabels: { app: 'a' } };

describe('mergeLabelKeys', () => {
  it('adds the values of own labels to the selectors of affinity, of those that are there', () => {
    const term = { topologyKey: 't', labelSelector, matchLabelKeys: ['hash', 'none', 'toString'] };
    const other = { topologyKey: 't', labelSelector, mismatchLabelKeys: ['app'] };
    const { affinity } = merged({
      affinity: {
        podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: other }],
        },
      },
    });
    assert.deepEqual(
      affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.[0]?.labelSelector,
      { ...labelSelector, matchExpressions: [{ key: 'hash', operator: 'In', values: ['h'] }] },
    );
    assert.deepEqual(
      affinity.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.[0]?.podAffinityTerm
        .labelSelector,
      { ...labelSelector, matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['a'] }] },
    );
  });

  it('adds them to those of topology spread, and leaves alone what has no selector', () => {
    const { topologySpreadConstraints = [] } = merged({
      topologySpreadConstraints: [
        { matchLabelKeys: ['hash'], labelSelector },
        { matchLabelKeys: ['hash'] },
        { labelSelector },
      ],
    });
    assert.deepEqual(topologySpreadConstraints[0]?.labelSelector?.matchExpressions, [
      { key: 'hash', operator: 'In', values: ['h'] },
    ]);
    assert.equal(topologySpreadConstraints[1]?.labelSelector, undefined);
    assert.deepEqual(topologySpreadConstraints[2]?.labelSelector, labelSelector);
  });
});
