import assert from 'node:assert/strict';
import type { KubeObject } from '../meta.ts';
import { configMaps, namespaces } from '../resources.ts';
import { validateMetadata, validateMetadataUpdate } from './metadata.ts';
import { asLines } from '../../../test/harness/fieldErrors.ts';

const namespaced = { resource: configMaps };
const meta = (extra: object): { metadata: object } => ({
  metadata: { name: 'a', namespace: 'ns', ...extra },
});
const stored = (extra: object = {}): KubeObject =>
  ({
    metadata: {
      name: 'a',
      namespace: 'ns',
      uid: 'u',
      resourceVersion: '5',
      creationTimestamp: 't',
      generation: 2,
      ...extra,
    },
  }) as unknown as KubeObject;

describe('validateMetadata', () => {
  const cases: readonly (readonly [string, object, readonly string[]])[] = [
    ['nothing', {}, []],
    ['no name', { name: '' }, ['metadata.name: Required value: name or generateName is required']],
    ['no namespace', { namespace: '' }, ['metadata.namespace: Required value']],
    ['a prefix that ends in a dash', { generateName: 'a-' }, []],
    [
      'a negative generation',
      { generation: -1 },
      ['metadata.generation: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'both ways of cascading',
      { finalizers: ['orphan', 'foregroundDeletion'] },
      [
        'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
      ],
    ],
    [
      'an owner without identity',
      { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod' }] },
      [
        'metadata.ownerReferences.name: Invalid value: "": must not be empty',
        'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
      ],
    ],
    [
      'annotations that are too large',
      { annotations: { a: 'x'.repeat(262144) } },
      ['metadata.annotations: Too long: may not be more than 262144 bytes'],
    ],
    ['an annotation key in capitals', { annotations: { 'Example.com/A': '' } }, []],
  ];
  for (const [name, extra, expected] of cases) {
    it(`says about ${name}: ${expected.length === 0 ? 'nothing' : String(expected.length)}`, () => {
      assert.deepEqual(asLines(validateMetadata(meta(extra), namespaced)), expected);
    });
  }

  it('refuses a second controller', () => {
    const owner = (name: string): object => ({
      apiVersion: 'v1',
      kind: 'Pod',
      name,
      uid: name,
      controller: true,
    });
    const [error] = validateMetadata(meta({ ownerReferences: [owner('x'), owner('y')] }), namespaced);
    assert.match(
      error?.message ?? '',
      /Only one reference can have Controller set to true\. Found "true" in references for Pod\/x and Pod\/y$/,
    );
  });

  it('refuses a namespace where there is none, and dots in the name of one', () => {
    const kind = { resource: namespaces, nameRule: 'dns1123Label' } as const;
    assert.deepEqual(asLines(validateMetadata({ metadata: { name: 'a.b', namespace: 'x' } }, kind)), [
      'metadata.name: Invalid value: "a.b": must not contain dots',
      'metadata.namespace: Forbidden: not allowed on this type',
    ]);
  });
});

describe('validateMetadataUpdate', () => {
  const cases: readonly (readonly [string, object, object, readonly string[]])[] = [
    ['no change', {}, {}, []],
    [
      'no revision',
      { resourceVersion: '' },
      {},
      ['metadata.resourceVersion: Invalid value: "": must be specified for an update'],
    ],
    [
      'an earlier generation',
      { generation: 1 },
      {},
      ['metadata.generation: Invalid value: 1: must not be decremented'],
    ],
    ['another uid', { uid: 'v' }, {}, ['metadata.uid: Invalid value: "v": field is immutable']],
    [
      'a finalizer on what is being deleted',
      { deletionTimestamp: 't', finalizers: ['a.io/new', 'a.io/old'] },
      { deletionTimestamp: 't', finalizers: ['a.io/old'] },
      [
        'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.io/new"}',
      ],
    ],
  ];
  for (const [name, now, before, expected] of cases) {
    it(`says about ${name}: ${expected.length === 0 ? 'nothing' : 'what is wrong'}`, () => {
      const object = stored(now) as unknown as { metadata: object };
      const lines = asLines(validateMetadataUpdate(object, stored(before)));
      assert.equal(lines.length, expected.length, lines.join('\n'));
      expected.forEach((text, i) => assert.ok(lines[i]?.startsWith(text), lines[i]));
    });
  }
});
