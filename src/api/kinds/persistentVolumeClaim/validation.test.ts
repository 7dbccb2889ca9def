import assert from 'node:assert/strict';
import { asLines } from '../../../../test/harness/fieldErrors.ts';
import { objectOf, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { persistentVolumeClaim } from './kind.ts';

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

refusedChanges(persistentVolumeClaim, [
  ['a larger size', claim(), claim(sized('4Gi')), []],
  ['a size that was not had yet', claim(), claim(sized('2500Mi')), []],
  [
    'less than there is',
    claim(),
    claim(sized('2Gi')),
    ['spec.resources.requests.storage: Forbidden: field can not be less than status.capacity'],
  ],
  [
    'a size before there is a volume',
    claim({}, { phase: 'Pending' }),
    claim(sized('4Gi'), { phase: 'Pending' }),
    [SPEC_FIXED],
  ],
  ['another volume', claim({ volumeName: 'v' }), claim({ volumeName: 'w' }), [SPEC_FIXED]],
  ['a class that it had not', claim(), claim({ storageClassName: 'standard' }), []],
  ['another class', claim({ storageClassName: 'a' }), claim({ storageClassName: 'b' }), [SPEC_FIXED]],
  [
    'no attributes any more',
    claim({ volumeAttributesClassName: 'a' }),
    claim(),
    [SPEC_FIXED, 'spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden'],
  ],
  [
    'the mode of its volume',
    claim(),
    claim({ volumeMode: 'Block' }),
    [SPEC_FIXED, 'volumeMode: Invalid value: "Block": field is immutable'],
  ],
]);

describe('a PersistentVolumeClaim', () => {
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
      'status.capacity[storage]: Invalid value: -1: must be a valid resource quantity',
      'status.allocatedResourceStatus: Unsupported value: "storage": supported values: "ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"',
      'status.allocatedResources: Unsupported value: "cpu": supported values: "storage"',
    ]);
  });
});
