import assert from 'node:assert/strict';
import { asLines } from '../../../test/harness/fieldErrors.ts';
import type { Kind } from '../kind.ts';
import type { Draft, KubeObject } from '../meta.ts';
import { csiDriver } from './csiDriver/kind.ts';
import { csiNode } from './csiNode/kind.ts';
import { csiStorageCapacity } from './csiStorageCapacity/kind.ts';
import { persistentVolume } from './persistentVolume/kind.ts';
import { persistentVolumeClaim } from './persistentVolumeClaim/kind.ts';
import { storageClass } from './storageClass/kind.ts';
import { volumeAttachment } from './volumeAttachment/kind.ts';
import { volumeAttributesClass } from './volumeAttributesClass/kind.ts';

function objectOf(kind: Kind, content: object, metadata: object = {}): KubeObject {
  const draft = { metadata: { name: 'a', ...metadata }, ...content } as unknown as Draft;
  kind.setDefaults?.(draft);
  return draft as unknown as KubeObject;
}

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

const created: readonly (readonly [Kind, string, object, readonly string[]])[] = [
  [persistentVolume, 'a directory of a host', volume(), []],
  [persistentVolume, 'a directory of a node', local(), []],
  [persistentVolume, 'a volume of a driver', volume({ hostPath: undefined, csi }), []],
  [
    persistentVolume,
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
    persistentVolume,
    'two sources',
    volume({ nfs: { server: 's', path: '/x' } }),
    ['spec.nfs: Forbidden: may not specify more than 1 volume type'],
  ],
  [
    persistentVolume,
    'modes that do not go together',
    volume({ accessModes: ['ReadWriteOncePod', 'ReadOnlyMany'] }),
    ['spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes'],
  ],
  [
    persistentVolume,
    'sizes that are none',
    volume({ capacity: { storage: '0', cpu: '1' } }),
    [
      'spec.capacity: Unsupported value: {"storage":"0","cpu":"1"}: supported values: "storage"',
      'spec.capacity[storage]: Invalid value: "0": must be greater than zero',
    ],
  ],
  [
    persistentVolume,
    'a local volume that could be anywhere',
    local({ nodeAffinity: undefined, local: { path: 'd/../e' } }),
    [
      'spec.local: Invalid value: "d/../e": must be an absolute path',
      `spec.local.path: Invalid value: "d/../e": must not contain '..'`,
      'spec.nodeAffinity: Required value: Local volume requires node affinity',
    ],
  ],
  [
    persistentVolume,
    'an affinity without terms',
    local({ nodeAffinity: {} }),
    ['spec.nodeAffinity.required: Required value: must specify required node constraints'],
  ],
  [
    persistentVolume,
    'the recycling of a whole disk',
    volume({ hostPath: { path: '//' }, persistentVolumeReclaimPolicy: 'Recycle' }),
    ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
  ],
  [
    persistentVolume,
    'unknown words',
    volume({ persistentVolumeReclaimPolicy: 'Burn', volumeMode: 'Tape', storageClassName: 'A b' }),
    [
      'spec.persistentVolumeReclaimPolicy: Unsupported value: "Burn": supported values: "Delete", "Recycle", "Retain"',
      `spec.storageClassName: Invalid value: "A b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
    ],
  ],
  [
    persistentVolume,
    'attributes without a driver',
    volume({ volumeAttributesClassName: '' }),
    [
      'spec.volumeAttributesClassName: Required value: an empty string is disallowed',
      'spec.csi: Required value: has to be specified when using volumeAttributesClassName',
    ],
  ],
  [storageClass, 'a class', { provisioner: 'kubernetes.io/no-provisioner' }, []],
  [
    storageClass,
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
    storageClass,
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
  [
    volumeAttributesClass,
    'no attributes',
    { driverName: 'd' },
    ['parameters: Required value: must contain at least one key/value pair'],
  ],
  [
    csiDriver,
    'what a driver cannot have',
    {
      spec: {
        fsGroupPolicy: 'x',
        volumeLifecycleModes: ['Forever'],
        tokenRequests: [{ audience: 'a', expirationSeconds: 1 }, { audience: 'a' }],
        nodeAllocatableUpdatePeriodSeconds: 1,
      },
    },
    [
      'spec.fsGroupPolicy: Unsupported value: "x": supported values: "File", "None", "ReadWriteOnceWithFSType"',
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
      'spec.volumeLifecycleModes: Unsupported value: "Forever": supported values: "Persistent", "Ephemeral"',
      'spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 1: must be greater than or equal to 10 seconds',
    ],
  ],
  [
    csiNode,
    'drivers that are not told apart',
    {
      spec: {
        drivers: [
          { name: 'd', nodeID: 'n', topologyKeys: ['z', 'z'] },
          { name: 'd', nodeID: '', allocatable: { count: -1 } },
        ],
      },
    },
    [
      'spec.drivers[0]: Duplicate value: "z"',
      'spec.drivers[1].nodeID: Required value',
      'spec.drivers[1].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
      'spec.drivers[1].name: Duplicate value: "d"',
    ],
  ],
  [
    volumeAttachment,
    'no source',
    { spec: { attacher: 'd', nodeName: 'n', source: {} } },
    ['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
  ],
  [
    volumeAttachment,
    'a volume in itself that is no volume of a driver',
    {
      spec: {
        attacher: 'd',
        nodeName: 'n',
        source: { inlineVolumeSpec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1' } } },
      },
    },
    [
      'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec: Required value: must specify a volume type',
    ],
  ],
  [
    csiStorageCapacity,
    'less than nothing',
    { storageClassName: 'a', capacity: '-1' },
    ['capacity: Invalid value: "-1": must be greater than or equal to 0'],
  ],
];

const claim = (
  more: object = {},
  status: object = { phase: 'Bound', capacity: { storage: '2Gi' } },
): object => ({
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '3Gi' } }, ...more },
  status,
});
const sized = (storage: string): object => ({ resources: { requests: { storage } } });
const SPEC_FIXED =
  'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

const changed: readonly (readonly [Kind, string, object, object, readonly string[]])[] = [
  [
    persistentVolume,
    'its size, claim and policy',
    local(),
    local({ claimRef: { name: 'c' }, persistentVolumeReclaimPolicy: 'Delete', capacity: { storage: '2Gi' } }),
    [],
  ],
  [
    persistentVolume,
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
    persistentVolume,
    'a secret for growing, named later',
    volume({ hostPath: undefined, csi }),
    volume({
      hostPath: undefined,
      csi: { ...csi, controllerExpandSecretRef: { name: 's', namespace: 'n' } },
    }),
    [],
  ],
  [
    storageClass,
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
  [
    storageClass,
    'whether volumes can grow',
    { provisioner: 'p' },
    { provisioner: 'p', allowVolumeExpansion: true },
    [],
  ],
  [
    csiNode,
    'how much a driver can have, but not where it is',
    { spec: { drivers: [{ name: 'd', nodeID: 'n', allocatable: { count: 1 } }] } },
    { spec: { drivers: [{ name: 'd', nodeID: 'm', allocatable: { count: 2 } }] } },
    ['spec.drivers: Invalid value: {"name":"d","nodeID":"m"}: field is immutable'],
  ],
  [
    volumeAttachment,
    'anything',
    { spec: { attacher: 'd', nodeName: 'n', source: { persistentVolumeName: 'v' } } },
    { spec: { attacher: 'd', nodeName: 'm', source: { persistentVolumeName: 'v' } } },
    [
      'spec: Invalid value: {"attacher":"d","nodeName":"m","source":{"persistentVolumeName":"v"}}: field is immutable',
    ],
  ],
  [persistentVolumeClaim, 'a larger size', claim(), claim(sized('4Gi')), []],
  [persistentVolumeClaim, 'a size that was not had yet', claim(), claim(sized('2500Mi')), []],
  [
    persistentVolumeClaim,
    'less than there is',
    claim(),
    claim(sized('2Gi')),
    ['spec.resources.requests.storage: Forbidden: field can not be less than status.capacity'],
  ],
  [
    persistentVolumeClaim,
    'a size before there is a volume',
    claim({}, { phase: 'Pending' }),
    claim(sized('4Gi'), { phase: 'Pending' }),
    [SPEC_FIXED],
  ],
  [
    persistentVolumeClaim,
    'another volume',
    claim({ volumeName: 'v' }),
    claim({ volumeName: 'w' }),
    [SPEC_FIXED],
  ],
  [persistentVolumeClaim, 'a class that it had not', claim(), claim({ storageClassName: 'standard' }), []],
  [
    persistentVolumeClaim,
    'another class',
    claim({ storageClassName: 'a' }),
    claim({ storageClassName: 'b' }),
    [SPEC_FIXED],
  ],
  [
    persistentVolumeClaim,
    'no attributes any more',
    claim({ volumeAttributesClassName: 'a' }),
    claim(),
    [SPEC_FIXED, 'spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden'],
  ],
  [
    persistentVolumeClaim,
    'the mode of its volume',
    claim(),
    claim({ volumeMode: 'Block' }),
    [SPEC_FIXED, 'volumeMode: Invalid value: "Block": field is immutable'],
  ],
];

describe('kinds of storage', () => {
  for (const [kind, what, content, errors] of created) {
    it(`${kind.resource.kind}: ${what}`, () => {
      assert.deepEqual(asLines(kind.validate(objectOf(kind, content))), errors);
    });
  }

  for (const [kind, what, before, after, errors] of changed) {
    it(`${kind.resource.kind} changes: ${what}`, () => {
      const found = kind.validateUpdate?.(objectOf(kind, after), objectOf(kind, before)) ?? [];
      assert.deepEqual(asLines(found), errors);
    });
  }

  it('a claim that named its class in an annotation may move it', () => {
    const at = { annotations: { 'volume.beta.kubernetes.io/storage-class': 'old' } };
    const before = objectOf(persistentVolumeClaim, claim(), at);
    const moved = (name: string): readonly string[] =>
      asLines(
        persistentVolumeClaim.validateUpdate?.(
          objectOf(persistentVolumeClaim, claim({ storageClassName: name })),
          before,
        ) ?? [],
      );
    assert.deepEqual(moved('old'), []);
    assert.equal(moved('other').length, 2);
  });

  it('what grows is named in the status of a claim in known words', () => {
    const status = {
      phase: 'Bound',
      capacity: { storage: '-1' },
      allocatedResources: { cpu: '1' },
      allocatedResourceStatuses: { storage: 'Soon' },
    };
    const object = objectOf(persistentVolumeClaim, claim({}, status));
    assert.deepEqual(asLines(persistentVolumeClaim.status?.validateUpdate?.(object, object) ?? []), [
      'status.capacity[storage]: Invalid value: "-1": must be a valid resource quantity',
      'status.allocatedResourceStatus: Unsupported value: "storage": supported values: "ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"',
      'status.allocatedResources: Unsupported value: "cpu": supported values: "storage"',
    ]);
  });

  it('the server notes when a phase changes, unless it is told', () => {
    const context = { now: '2026-02-02T00:00:00Z', user: 'u' };
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

  it('tables as kubectl shows them', () => {
    const row = (kind: Kind, object: KubeObject): unknown[] =>
      kind.columns.filter(({ priority }) => priority !== 1).map((column) => column.cell(object, 0));
    const bound = objectOf(persistentVolume, {
      ...volume({ claimRef: { namespace: 'ns', name: 'c' }, storageClassName: 'fast' }),
      status: { phase: 'Bound' },
    });
    assert.deepEqual(row(persistentVolume, bound), [
      'a',
      '1Gi',
      'RWO',
      'Retain',
      'Bound',
      'ns/c',
      'fast',
      '<unset>',
      '',
      '<unknown>',
    ]);
    const standard = objectOf(
      storageClass,
      { provisioner: 'p' },
      { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    );
    assert.deepEqual(row(storageClass, standard), [
      'a (default)',
      'p',
      'Delete',
      'Immediate',
      false,
      '<unknown>',
    ]);
    assert.deepEqual(row(csiDriver, objectOf(csiDriver, { spec: {} })), [
      'a',
      true,
      false,
      false,
      '<unset>',
      false,
      'Persistent',
      '<unknown>',
    ]);
  });
});
