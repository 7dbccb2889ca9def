import assert from 'node:assert/strict';
import type { Draft } from '../../meta.ts';
import { objectOf, refusals, refusedChanges, shows } from '../../../../test/harness/kindRules.ts';
import { persistentVolume } from './kind.ts';

const onNode = (name: string): object => ({
  required: {
    nodeSelectorTerms: [
      { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [name] }] },
    ],
  },
});
const volume = (more: object = {}): object => ({
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/d' }, ...more },
});
const local = (more: object = {}): object =>
  volume({ hostPath: undefined, local: { path: '/d' }, nodeAffinity: onNode('n'), ...more });
const csi = { driver: 'd.example', volumeHandle: 'h' };

refusals(persistentVolume, [
  ['a directory of a host', volume(), []],
  ['a directory of a node', local(), []],
  ['a volume of a driver', volume({ hostPath: undefined, csi }), []],
  [
    'nothing',
    {},
    [
      'spec.accessModes: Required value',
      'spec.capacity: Required value',
      'spec.capacity: Unsupported value: {}: supported values: "storage"',
      'spec: Required value: must specify a volume type',
    ],
  ],
  [
    'two sources',
    volume({ nfs: { server: 's', path: '/x' } }),
    ['spec.nfs: Forbidden: may not specify more than 1 volume type'],
  ],
  [
    'modes that do not go together',
    volume({ accessModes: ['ReadWriteOncePod', 'ReadOnlyMany'] }),
    ['spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes'],
  ],
  [
    'sizes that are none',
    volume({ capacity: { storage: '0', cpu: '1' } }),
    [
      'spec.capacity: Unsupported value: {"storage":"0","cpu":"1"}: supported values: "storage"',
      'spec.capacity[storage]: Invalid value: "0": must be greater than zero',
    ],
  ],
  [
    'a local volume that could be anywhere',
    local({ nodeAffinity: undefined, local: { path: 'd/../e' } }),
    [
      'spec.local: Invalid value: "d/../e": must be an absolute path',
      `spec.local.path: Invalid value: "d/../e": must not contain '..'`,
      'spec.nodeAffinity: Required value: Local volume requires node affinity',
    ],
  ],
  [
    'an affinity without terms',
    local({ nodeAffinity: {} }),
    ['spec.nodeAffinity.required: Required value: must specify required node constraints'],
  ],
  [
    'the recycling of a whole disk',
    volume({ hostPath: { path: '//' }, persistentVolumeReclaimPolicy: 'Recycle' }),
    ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
  ],
  [
    'unknown words',
    volume({ persistentVolumeReclaimPolicy: 'Burn', volumeMode: 'Tape', storageClassName: 'A b' }),
    [
      'spec.persistentVolumeReclaimPolicy: Unsupported value: "Burn": supported values: "Delete", "Recycle", "Retain"',
      `spec.storageClassName: Invalid value: "A b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
    ],
  ],
  [
    'attributes without a driver',
    volume({ volumeAttributesClassName: '' }),
    [
      'spec.volumeAttributesClassName: Required value: an empty string is disallowed',
      'spec.csi: Required value: has to be specified when using volumeAttributesClassName',
    ],
  ],
]);

refusedChanges(persistentVolume, [
  [
    'its size, claim and policy',
    local(),
    local({ claimRef: { name: 'c' }, persistentVolumeReclaimPolicy: 'Delete', capacity: { storage: '2Gi' } }),
    [],
  ],
  [
    'where the data are',
    local(),
    local({ local: { path: '/e' }, nodeAffinity: onNode('m'), volumeMode: 'Block' }),
    [
      'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation',
      'volumeMode: Invalid value: "Block": field is immutable',
      `nodeAffinity: Invalid value: ${JSON.stringify(onNode('m'))}: field is immutable`,
    ],
  ],
  [
    'a secret for growing, named later',
    volume({ hostPath: undefined, csi }),
    volume({
      hostPath: undefined,
      csi: { ...csi, controllerExpandSecretRef: { name: 's', namespace: 'n' } },
    }),
    [],
  ],
]);

describe('a PersistentVolume', () => {
  it('the server notes when a phase changes, unless it is told', () => {
    const context = { now: '2026-02-02T00:00:00Z', user: { name: 'u', groups: [] } };
    const old = objectOf(persistentVolume, {
      ...volume(),
      status: { phase: 'Pending', lastPhaseTransitionTime: '2026-01-01T00:00:00Z' },
    });
    const timeOf = (status: object): unknown => {
      const draft = { ...structuredClone(old), status } as unknown as Draft;
      persistentVolume.status?.prepareForUpdate?.(draft, old, context);
      return (draft as unknown as { status: Record<string, unknown> }).status['lastPhaseTransitionTime'];
    };
    const before = '2026-01-01T00:00:00Z';
    assert.equal(timeOf({ phase: 'Bound', lastPhaseTransitionTime: before }), context.now);
    assert.equal(timeOf({ phase: 'Bound' }), context.now);
    assert.equal(timeOf({ phase: 'Pending', lastPhaseTransitionTime: before }), before);
    assert.equal(
      timeOf({ phase: 'Bound', lastPhaseTransitionTime: '2026-03-03T00:00:00Z' }),
      '2026-03-03T00:00:00Z',
    );
  });

  it('warns of what is old', () => {
    const object = objectOf(
      persistentVolume,
      volume({ persistentVolumeReclaimPolicy: 'Recycle', rbd: { monitors: ['m'], image: 'i' } }),
      { annotations: { 'volume.beta.kubernetes.io/storage-class': 'x' } },
    );
    assert.deepEqual(persistentVolume.warnings?.(object, undefined), [
      'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
      'spec.rbd: deprecated in v1.28, non-functional in v1.31+',
    ]);
  });
});

shows(
  persistentVolume,
  'Name Capacity Access Modes Reclaim Policy Status Claim StorageClass VolumeAttributesClass Reason Age [VolumeMode]',
  [
    [
      'a claimed one',
      {
        ...volume({ claimRef: { namespace: 'ns', name: 'c' }, storageClassName: 'fast' }),
        status: { phase: 'Bound' },
      },
      ['a', '1Gi', 'RWO', 'Retain', 'Bound', 'ns/c', 'fast', '<unset>', '', '15m', 'Filesystem'],
    ],
  ],
);
