import assert from 'node:assert/strict';
import { asLines } from '../../../../test/harness/fieldErrors.ts';
import type { Draft } from '../../meta.ts';
import type { StatefulSet } from '../../types.ts';
import { statefulSet as kind } from './kind.ts';

function created(spec: object = {}): StatefulSet {
  const draft = {
    metadata: { name: 's', namespace: 'ns' },
    spec: {
      selector: { matchLabels: { app: 'a' } },
      template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      ...spec,
    },
  } as unknown as Draft;
  kind.setDefaults?.(draft);
  return draft as unknown as StatefulSet;
}

describe('StatefulSet', () => {
  it('has defaults', () => {
    const { spec } = created({ volumeClaimTemplates: [{ metadata: { name: 'data' } }] });
    assert.deepEqual(
      [
        spec.replicas,
        spec.podManagementPolicy,
        spec.updateStrategy,
        spec.persistentVolumeClaimRetentionPolicy,
      ],
      [
        1,
        'OrderedReady',
        { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable: 1 } },
        { whenDeleted: 'Retain', whenScaled: 'Retain' },
      ],
    );
    assert.deepEqual(spec.volumeClaimTemplates, [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { volumeMode: 'Filesystem' },
        status: { phase: 'Pending' },
      },
    ]);
  });

  const refused: readonly (readonly [string, object, readonly string[]])[] = [
    [
      'an unknown policy',
      { podManagementPolicy: 'x' },
      ["spec.podManagementPolicy: Invalid value: \"x\": must be 'OrderedReady' or 'Parallel'"],
    ],
    [
      'a rolling update on delete',
      { updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } },
      [
        'spec.updateStrategy.rollingUpdate: Invalid value: {"partition":1}: only allowed for updateStrategy \'RollingUpdate\'',
      ],
    ],
    [
      'an update that may not take a pod',
      { updateStrategy: { rollingUpdate: { maxUnavailable: 0, partition: -1 } } },
      [
        'spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0',
        'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0',
      ],
    ],
    [
      'ordinals below zero',
      { ordinals: { start: -1 } },
      ['spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'an empty selector',
      { selector: {} },
      ['spec.selector: Invalid value: {}: empty selector is invalid for statefulset'],
    ],
  ];
  for (const [what, spec, lines] of refused) {
    it(`refuses ${what}`, () => assert.deepEqual(asLines(kind.validate(created(spec))), lines));
  }

  it('mounts its claims as volumes', () => {
    const mounting = (name: string): object => ({
      template: {
        metadata: { labels: { app: 'a' } },
        spec: { containers: [{ name: 'c', image: 'i', volumeMounts: [{ name, mountPath: '/d' }] }] },
      },
      volumeClaimTemplates: [{ metadata: { name: 'data' } }],
    });
    assert.deepEqual(asLines(kind.validate(created(mounting('data')))), []);
    assert.deepEqual(asLines(kind.validate(created(mounting('other')))), [
      'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "other"',
    ]);
  });

  it('may change what upstream lets it, and nothing else', () => {
    const old = created();
    const change = (spec: object): string[] =>
      asLines(kind.validateUpdate?.({ ...old, spec: { ...old.spec, ...spec } } as StatefulSet, old) ?? []);
    assert.deepEqual(
      change({ replicas: 3, minReadySeconds: 5, ordinals: { start: 2 }, revisionHistoryLimit: 1 }),
      [],
    );
    assert.deepEqual(change({ serviceName: 'other' }), [
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ]);
  });
});
