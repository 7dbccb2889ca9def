import assert from 'node:assert/strict';
import { objectOf, refusals, refusedChanges, shows } from '../../../../test/harness/kindRules.ts';
import { storageClass } from './kind.ts';

refusals(storageClass, [
  ['a class', { provisioner: 'kubernetes.io/no-provisioner' }, []],
  [
    'unknown words',
    { provisioner: '', reclaimPolicy: 'Recycle', volumeBindingMode: 'Later', parameters: { '': 'x' } },
    [
      'provisioner: Required value',
      'parameters: Invalid value: "": field can not be empty.',
      'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
      'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
    ],
  ],
  [
    'topologies that repeat themselves',
    {
      provisioner: 'p',
      allowedTopologies: [
        { matchLabelExpressions: [{ key: 'zone', values: ['a', 'b'] }] },
        { matchLabelExpressions: [{ key: 'zone', values: ['b', 'a'] }] },
        { matchLabelExpressions: [{ key: 'rack' }, { key: 'rack', values: ['x', 'x'] }] },
      ],
    },
    [
      'allowedTopologies[1].matchLabelExpressions: Duplicate value: ""',
      'allowedTopologies[2].matchLabelExpressions[0].values: Required value',
      'allowedTopologies[2].matchLabelExpressions[1].values[1]: Duplicate value: "x"',
      'allowedTopologies[2].matchLabelExpressions[1].key: Duplicate value: "rack"',
    ],
  ],
]);

refusedChanges(storageClass, [
  [
    'what volumes were made by',
    { provisioner: 'p', parameters: { a: 'b' } },
    { provisioner: 'q', parameters: {}, reclaimPolicy: 'Retain', volumeBindingMode: 'WaitForFirstConsumer' },
    [
      'parameters: Forbidden: updates to parameters are forbidden.',
      'provisioner: Forbidden: updates to provisioner are forbidden.',
      'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.',
      'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
    ],
  ],
  ['whether volumes can grow', { provisioner: 'p' }, { provisioner: 'p', allowVolumeExpansion: true }, []],
]);

shows(storageClass, 'Name Provisioner ReclaimPolicy VolumeBindingMode AllowVolumeExpansion Age', [
  ['a class', { provisioner: 'p' }, ['a', 'p', 'Delete', 'Immediate', false, '15m']],
]);

describe('a table of StorageClass', () => {
  it('marks the default', () => {
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    const object = objectOf(storageClass, { provisioner: 'p' }, { annotations });
    assert.equal(storageClass.columns[0]?.cell(object, 0), 'a (default)');
  });
});
