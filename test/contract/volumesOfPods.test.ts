import assert from 'node:assert/strict';
import { ownProperty } from '../../src/base/ownProperty.ts';
import { statefulSets } from '../../src/api/resources.ts';
import { StorageCluster } from '../harness/storageCluster.ts';

const NAMESPACE = 'default';

/** Claims from the pod that uses them to its node, with the scheduler and the controllers as they are. */
describe('volumes of pods', () => {
  let world: StorageCluster;

  beforeEach(async () => {
    world = await StorageCluster.start();
  });
  afterEach(() => world.stop());

  it('of a StatefulSet are made on the nodes of its pods, stay with them, and go with their claims', async () => {
    await world.addNodes('a', 'b', 'c');
    const set = { name: 'db', namespace: NAMESPACE };
    const labels = { app: 'db' };
    await world.client.create(statefulSets, {
      metadata: set,
      spec: {
        serviceName: 'db',
        replicas: 3,
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [{ name: 'c', image: 'i' }],
            affinity: {
              podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [
                  { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } },
                ],
              },
            },
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
          },
        ],
      },
    });
    const ordinals = [0, 1, 2];
    await world.until('all pods run', () => ordinals.every((i) => world.runs(`db-${i}`)));
    const placeOf = (i: number): string | undefined => world.pod(`db-${i}`)?.spec.nodeName;
    assert.deepEqual(ordinals.map(placeOf).sort(), ['a', 'b', 'c']);
    const places = ordinals.map(placeOf);
    const names = ordinals.map((i) => world.claim(`data-db-${i}`)?.spec.volumeName ?? '');
    for (const i of ordinals) {
      const found = world.claim(`data-db-${i}`);
      assert.equal(found?.spec.storageClassName, 'standard');
      assert.deepEqual(found.status, {
        phase: 'Bound',
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '2Gi' },
      });
      const volume = world.volumeOf(`data-db-${i}`);
      const { uid } = found.metadata;
      assert.equal(volume?.metadata.name, `pvc-${uid}`);
      assert.equal(volume.status?.phase, 'Bound');
      assert.equal(volume.spec.local?.path, `/var/lib/wheelhouse/volumes/pvc-${uid}`);
      const [term] = volume.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
      assert.deepEqual(term?.matchExpressions?.[0]?.values, [places[i]]);
    }

    // A pod that comes again comes to its data.
    const before = world.pod('db-1')?.metadata.uid;
    await world.deletePod('db-1');
    await world.until('db-1 is back', () => world.runs('db-1') && world.pod('db-1')?.metadata.uid !== before);
    assert.equal(placeOf(1), places[1]);

    const scale = (replicas: number): Promise<unknown> =>
      world.client.patch(statefulSets, set, 'application/merge-patch+json', { spec: { replicas } });
    await scale(1);
    await world.until(
      'two pods are gone',
      () => world.pod('db-1') === undefined && world.pod('db-2') === undefined,
    );
    assert.ok(world.claim('data-db-2')?.status?.phase === 'Bound');
    await scale(3);
    await world.until('all pods run again', () => ordinals.every((i) => world.runs(`db-${i}`)));
    assert.deepEqual(ordinals.map(placeOf), places);

    // The claim is kept while a pod uses it, and takes the data along.
    await world.deleteClaim('data-db-2');
    assert.notEqual(world.claim('data-db-2')?.metadata.deletionTimestamp, undefined);
    await scale(2);
    await world.until('the volume is gone', () => world.volumeOf('data-db-2') === undefined);
    assert.equal(world.claim('data-db-2'), undefined);
    assert.deepEqual(world.removed, [`${places[2] ?? ''}/${names[2] ?? ''}`]);
  });

  it('go with the pods of a set that deletes them when it is scaled down', async () => {
    await world.addNodes('a');
    const set = { name: 'db', namespace: NAMESPACE };
    const labels = { app: 'db' };
    await world.client.create(statefulSets, {
      metadata: set,
      spec: {
        serviceName: 'db',
        replicas: 2,
        selector: { matchLabels: labels },
        persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Delete' },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    });
    await world.until('both run', () => world.runs('db-0') && world.runs('db-1'));
    await world.client.patch(statefulSets, set, 'application/merge-patch+json', { spec: { replicas: 1 } });
    await world.until('the second claim is gone', () => world.volumes.length === 1);
    assert.equal(world.claim('data-db-1'), undefined);
    await world.client.delete(statefulSets, set, { propagationPolicy: 'Foreground' });
    await world.until('nothing is left', () => world.volumes.length === 0);
    assert.equal(world.removed.length, 2);
  });

  it('wait for their first pod, and say so', async () => {
    await world.addNodes('a');
    await world.makeClaim('c');
    const waiting = 'WaitForFirstConsumer: waiting for first consumer to be created before binding';
    await world.until('the claim waits', () => world.eventsOf('c').includes(waiting));
    assert.equal(world.claim('c')?.status?.phase, 'Pending');
    await world.makePod('p', 'c');
    await world.until('the pod runs', () => world.runs('p'));
    const volume = world.claim('c')?.spec.volumeName ?? '';
    await world.until('the events are written', () => world.eventsOf('c').length === 3);
    assert.deepEqual(world.eventsOf('c').sort(), [
      'Provisioning: External provisioner is provisioning volume for claim "default/c"',
      `ProvisioningSucceeded: Successfully provisioned volume ${volume} using wheelhouse.dev/node-local`,
      waiting,
    ]);
    const { annotations } = world.claim('c')?.metadata ?? {};
    assert.equal(ownProperty(annotations, 'volume.kubernetes.io/selected-node'), 'a');
    assert.equal(ownProperty(annotations, 'pv.kubernetes.io/bind-completed'), 'yes');
  });

  it('that two pods share bring them to one node', async () => {
    await world.addNodes('a', 'b', 'c');
    await world.makeClaim('shared');
    await Promise.all(['p', 'q', 'r'].map((name) => world.makePod(name, 'shared')));
    await world.until('all run', () => ['p', 'q', 'r'].every((name) => world.runs(name)));
    assert.equal(new Set(['p', 'q', 'r'].map((name) => world.pod(name)?.spec.nodeName)).size, 1);
  });

  it('are for one pod only where they say so', async () => {
    await world.addNodes('a', 'b');
    await world.makeClaim('mine', { accessModes: ['ReadWriteOncePod'] });
    await world.makePod('first', 'mine');
    await world.until('the first runs', () => world.runs('first'));
    await world.makePod('second', 'mine');
    const why =
      'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode';
    await world.until('the second waits', () =>
      world.eventsOf('second').some((event) => event.includes(why)),
    );
    await world.deletePod('first');
    await world.until('the second runs', () => world.runs('second'));
  });

  it('that are not there hold their pod back in plain words, until they come', async () => {
    await world.addNodes('a');
    await world.makePod('p', 'late');
    const why = 'persistentvolumeclaim "late" not found';
    await world.until('the pod waits', () => world.eventsOf('p').some((event) => event.includes(why)));
    await world.makeClaim('late');
    await world.until('the pod runs', () => world.runs('p'));
  });

  it('of a pod alone come and go with it', async () => {
    await world.addNodes('a');
    const volumeClaimTemplate = {
      metadata: { labels: { of: 'p' } },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    await world.makePod('p', [{ name: 'scratch', ephemeral: { volumeClaimTemplate } }]);
    await world.until('the pod runs', () => world.runs('p'));
    assert.equal(world.claim('p-scratch')?.metadata.ownerReferences?.[0]?.uid, world.pod('p')?.metadata.uid);
    assert.deepEqual(world.claim('p-scratch')?.metadata.labels, { of: 'p' });
    await world.deletePod('p');
    await world.until('nothing is left', () => world.volumes.length === 0);
    assert.equal(world.removed.length, 1);
  });
});
