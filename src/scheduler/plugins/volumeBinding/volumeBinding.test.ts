import assert from 'node:assert/strict';
import type { KubeObject } from '../../../api/meta.ts';
import type { Resource } from '../../../api/resource.ts';
import {
  csiDrivers,
  csiStorageCapacities,
  persistentVolumeClaims,
  persistentVolumes,
  storageClasses,
} from '../../../api/resources.ts';
import type { Node, Pod } from '../../../api/types.ts';
import { makeNode, makePod } from '../../../../test/harness/memoryCluster.ts';
import { PluginWorld } from '../../../../test/harness/pluginWorld.ts';
import {
  boundClaim,
  makeClaim,
  makeClass,
  makeVolume,
  onNode,
} from '../../../../test/harness/storageObjects.ts';
import { Cycle } from '../../runner.ts';
import { volumeBinding } from './volumeBinding.ts';

const HOST = 'kubernetes.io/hostname';
const node = (name: string, labels: object = {}): Node =>
  makeNode(name, { metadata: { labels: { [HOST]: name, ...labels } } });
const nodes = [node('a', { zone: 'x' }), node('b', { zone: 'y' })];

const using = (...claims: readonly string[]): Pod =>
  makePod('p', {
    volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
  });

const CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const NOTHING_TO_BIND = "node(s) didn't find available persistent volumes to bind";

function worldWith(objects: readonly (readonly [Resource, KubeObject])[]): PluginWorld {
  const world = new PluginWorld(nodes);
  for (const [resource, object] of objects) world.cluster.informer(resource).put(object);
  return world;
}

const slow = { storageClassName: 'slow' };
const selected = { annotations: { 'volume.kubernetes.io/selected-node': 'b' } };

const cases: readonly (readonly [
  what: string,
  objects: readonly (readonly [Resource, KubeObject])[],
  claims: readonly string[],
  a: string,
  b: string,
])[] = [
  ['nothing to say of pods without claims', [], [], '', ''],
  [
    'a claim that is not there',
    [],
    ['x'],
    'persistentvolumeclaim "x" not found',
    'persistentvolumeclaim "x" not found',
  ],
  [
    'a claim on its way out',
    [[persistentVolumeClaims, makeClaim('x', { metadata: { deletionTimestamp: 't' } })]],
    ['x'],
    'persistentvolumeclaim "x" is being deleted',
    'persistentvolumeclaim "x" is being deleted',
  ],
  [
    'a claim that has lost its volume',
    [[persistentVolumeClaims, makeClaim('x', { spec: { volumeName: 'v' }, status: { phase: 'Lost' } })]],
    ['x'],
    'persistentvolumeclaim "x" bound to non-existent persistentvolume "v"',
    'persistentvolumeclaim "x" bound to non-existent persistentvolume "v"',
  ],
  [
    'a claim that should have been bound',
    [[persistentVolumeClaims, makeClaim('x')]],
    ['x'],
    'pod has unbound immediate PersistentVolumeClaims',
    'pod has unbound immediate PersistentVolumeClaims',
  ],
  [
    'a volume that one node reaches',
    [
      [persistentVolumeClaims, boundClaim('x', 'v')],
      [persistentVolumes, makeVolume('v', { spec: onNode('b') })],
    ],
    ['x'],
    CONFLICT,
    '',
  ],
  [
    'a volume that is gone',
    [[persistentVolumeClaims, boundClaim('x', 'v')]],
    ['x'],
    'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',
    'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',
  ],
  [
    'a claim that waits, and is provided for anywhere',
    [
      [persistentVolumeClaims, makeClaim('x', { spec: slow })],
      [storageClasses, makeClass('slow')],
    ],
    ['x'],
    '',
    '',
  ],
  [
    'a claim whose node is chosen',
    [
      [persistentVolumeClaims, makeClaim('x', { metadata: selected, spec: slow })],
      [storageClasses, makeClass('slow')],
    ],
    ['x'],
    NOTHING_TO_BIND,
    '',
  ],
  [
    'a class for one zone',
    [
      [persistentVolumeClaims, makeClaim('x', { spec: slow })],
      [
        storageClasses,
        makeClass('slow', {
          allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['x'] }] }],
        }),
      ],
    ],
    ['x'],
    '',
    NOTHING_TO_BIND,
  ],
  [
    'a class that makes none, with a volume on one node',
    [
      [persistentVolumeClaims, makeClaim('x', { spec: slow })],
      [storageClasses, makeClass('slow', { provisioner: 'kubernetes.io/no-provisioner' })],
      [persistentVolumes, makeVolume('v', { spec: { ...slow, ...onNode('a') } })],
    ],
    ['x'],
    '',
    NOTHING_TO_BIND,
  ],
  [
    'two claims and a volume for one of them',
    [
      [persistentVolumeClaims, makeClaim('x', { spec: slow })],
      [persistentVolumeClaims, makeClaim('y', { spec: slow })],
      [storageClasses, makeClass('slow', { provisioner: 'kubernetes.io/no-provisioner' })],
      [persistentVolumes, makeVolume('v', { spec: slow })],
    ],
    ['x', 'y'],
    NOTHING_TO_BIND,
    NOTHING_TO_BIND,
  ],
  [
    'a driver that has room in one zone',
    [
      [persistentVolumeClaims, makeClaim('x', { spec: slow })],
      [storageClasses, makeClass('slow')],
      [
        csiDrivers,
        { metadata: { name: 'p.example' }, spec: { storageCapacity: true } } as unknown as KubeObject,
      ],
      [
        csiStorageCapacities,
        {
          metadata: { name: 'room', namespace: 'default' },
          storageClassName: 'slow',
          capacity: '9Gi',
          nodeTopology: { matchLabels: { zone: 'y' } },
        } as unknown as KubeObject,
      ],
    ],
    ['x'],
    'node(s) did not have enough free storage',
    '',
  ],
];

describe('VolumeBinding filter', () => {
  for (const [what, objects, claims, a, b] of cases) {
    it(what, () => {
      const world = worldWith(objects);
      assert.deepEqual(world.filter(volumeBinding(world.context), using(...claims)), { a, b });
    });
  }

  it('waits for the claim of an ephemeral volume, and takes no other’s', () => {
    const world = worldWith([]);
    const plugin = volumeBinding(world.context);
    const pod = makePod('p', { volumes: [{ name: 's', ephemeral: {} }] });
    const first = 'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-s"';
    assert.equal(world.filter(plugin, pod)['a'], first);
    world.cluster.informer(persistentVolumeClaims).put(makeClaim('p-s'));
    const second = 'PVC default/p-s was not created for pod default/p (pod is not owner)';
    assert.equal(world.filter(plugin, pod)['a'], second);
  });
});

describe('VolumeBinding reserve', () => {
  it('gives no volume to two pods that are placed one after the other', () => {
    const world = worldWith([
      [persistentVolumeClaims, makeClaim('x', { spec: slow })],
      [persistentVolumeClaims, makeClaim('y', { spec: slow })],
      [storageClasses, makeClass('slow', { provisioner: 'kubernetes.io/no-provisioner' })],
      [persistentVolumes, makeVolume('v', { spec: slow })],
    ]);
    const runner = world.runner(volumeBinding(world.context));
    const [a] = world.cache.nodes;
    assert.ok(a !== undefined);
    const place = (cycle: Cycle, claim: string): readonly string[] | undefined => {
      assert.equal(runner.preFilter(cycle, using(claim), world.cache).rejected, undefined);
      const status = runner.filter(cycle, using(claim), a);
      if (status === undefined) runner.reserve(cycle, using(claim), 'a');
      return status?.reasons;
    };
    const first = new Cycle();
    assert.equal(place(first, 'x'), undefined);
    assert.deepEqual(place(new Cycle(), 'y'), [NOTHING_TO_BIND]);
    // The first is taken back: its volume is free again.
    runner.unreserve(first, using('x'), 'a');
    assert.equal(place(new Cycle(), 'y'), undefined);
  });

  it('keeps pods that share a claim on one node before anything is written', () => {
    const world = worldWith([
      [persistentVolumeClaims, makeClaim('x', { spec: slow })],
      [storageClasses, makeClass('slow')],
    ]);
    const runner = world.runner(volumeBinding(world.context));
    const [a, b] = world.cache.nodes;
    assert.ok(a !== undefined && b !== undefined);
    const cycle = new Cycle();
    runner.preFilter(cycle, using('x'), world.cache);
    runner.filter(cycle, using('x'), a);
    runner.reserve(cycle, using('x'), a.name);
    const next = new Cycle();
    runner.preFilter(next, using('x'), world.cache);
    assert.equal(runner.filter(next, using('x'), a), undefined);
    assert.deepEqual(runner.filter(next, using('x'), b)?.reasons, [NOTHING_TO_BIND]);
  });
});
