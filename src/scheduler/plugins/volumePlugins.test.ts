import assert from 'node:assert/strict';
import type { KubeObject } from '../../api/meta.ts';
import { csiNodes, persistentVolumeClaims, persistentVolumes } from '../../api/resources.ts';
import type { Pod } from '../../api/types.ts';
import { makeNode, makePod } from '../../../test/harness/memoryCluster.ts';
import { PluginWorld } from '../../../test/harness/pluginWorld.ts';
import { boundClaim, makeVolume } from '../../../test/harness/storageObjects.ts';
import { nodeVolumeLimits } from './nodeVolumeLimits.ts';
import { volumeRestrictions } from './volumeRestrictions.ts';
import { volumeZone } from './volumeZone.ts';

const ZONE = 'topology.kubernetes.io/zone';
const using = (name: string, claimName: string, nodeName?: string): Pod =>
  makePod(name, {
    volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }],
    ...(nodeName === undefined ? {} : { nodeName }),
  });

describe('VolumeRestrictions', () => {
  const IN_USE =
    'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode';

  it('has a claim of one pod used by one pod, wherever', () => {
    const world = new PluginWorld([makeNode('a'), makeNode('b')], [using('first', 'one', 'a')]);
    const claims = world.cluster.informer(persistentVolumeClaims);
    claims.put(boundClaim('one', 'v', { accessModes: ['ReadWriteOncePod'] }));
    claims.put(boundClaim('free', 'w', { accessModes: ['ReadWriteOncePod'] }));
    const plugin = volumeRestrictions(world.context);
    assert.deepEqual(world.filter(plugin, using('second', 'one')), { a: IN_USE, b: IN_USE });
    assert.deepEqual(world.filter(plugin, using('second', 'free')), { a: '', b: '' });
    assert.equal(world.statuses(plugin, using('second', 'one'))['a']?.code, 'Unschedulable');
  });

  it('lets pods share what others may use', () => {
    const world = new PluginWorld([makeNode('a')], [using('first', 'one', 'a')]);
    world.cluster.informer(persistentVolumeClaims).put(boundClaim('one', 'v'));
    assert.deepEqual(world.filter(volumeRestrictions(world.context), using('second', 'one')), { a: '' });
  });
});

describe('VolumeZone', () => {
  it('keeps to the zones of volumes', () => {
    const nodes = ['x', 'y', undefined].map((zone, i) =>
      makeNode(`n${i}`, { metadata: { labels: zone === undefined ? {} : { [ZONE]: zone } } }),
    );
    const world = new PluginWorld(nodes);
    const plugin = volumeZone(world.context);
    world.cluster.informer(persistentVolumeClaims).put(boundClaim('c', 'v'));
    const labelled = (zone?: string): void =>
      world.cluster
        .informer(persistentVolumes)
        .put(makeVolume('v', { metadata: zone === undefined ? {} : { labels: { [ZONE]: zone } } }));
    const no = 'node(s) had no available volume zone';
    labelled('x');
    assert.deepEqual(world.filter(plugin, using('p', 'c')), { n0: '', n1: no, n2: no });
    labelled('x__y');
    assert.deepEqual(world.filter(plugin, using('p', 'c')), { n0: '', n1: '', n2: no });
    labelled();
    assert.deepEqual(world.filter(plugin, using('p', 'c')), { n0: '', n1: '', n2: '' });
  });
});

describe('NodeVolumeLimits', () => {
  it('gives a node no more volumes of a driver than it can have', () => {
    const world = new PluginWorld([makeNode('a'), makeNode('b')], [using('first', 'one', 'a')]);
    const claims = world.cluster.informer(persistentVolumeClaims);
    const volumes = world.cluster.informer(persistentVolumes);
    for (const name of ['one', 'two']) {
      claims.put(boundClaim(name, name));
      volumes.put(makeVolume(name, { spec: { csi: { driver: 'd.example', volumeHandle: name } } }));
    }
    const plugin = nodeVolumeLimits(world.context);
    const limited = (name: string): KubeObject =>
      ({
        metadata: { name },
        spec: { drivers: [{ name: 'd.example', nodeID: name, allocatable: { count: 1 } }] },
      }) as unknown as KubeObject;
    const limits = world.cluster.informer<KubeObject>(csiNodes);
    assert.deepEqual(world.filter(plugin, using('second', 'two')), { a: '', b: '' });
    limits.put(limited('a'));
    limits.put(limited('b'));
    assert.deepEqual(world.filter(plugin, using('second', 'two')), {
      a: 'node(s) exceed max volume count',
      b: '',
    });
    // The volume that the node has already is no further one.
    assert.deepEqual(world.filter(plugin, using('second', 'one')), { a: '', b: '' });
  });
});
