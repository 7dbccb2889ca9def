import assert from 'node:assert/strict';
import { ownProperty } from '../../src/base/ownProperty.ts';
import {
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  storageClasses,
  volumeAttributesClasses,
} from '../../src/api/resources.ts';
import { storageClassHook } from '../../src/apiserver/bootstrap/storageClass.ts';
import { admin } from '../harness/apiServer.ts';
import { StorageCluster } from '../harness/storageCluster.ts';

const NAMESPACE = 'default';

/** How claims and volumes find each other, grow, and go. */
describe('the life of volumes', () => {
  let world: StorageCluster;

  beforeEach(async () => {
    world = await StorageCluster.start();
  });
  afterEach(() => world.stop());

  it('made by hand are bound by size, class and node', async () => {
    await world.addNodes('a', 'b');
    await world.client.create(storageClasses, {
      metadata: { name: 'disks' },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    const onB = {
      required: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['b'] }] },
        ],
      },
    };
    const disk = { hostPath: undefined, local: { path: '/d' }, nodeAffinity: onB, storageClassName: 'disks' };
    await world.makeVolume('small', { ...disk, capacity: { storage: '500Mi' } });
    await world.makeVolume('right', { ...disk, capacity: { storage: '1Gi' } });
    await world.makeVolume('large', { ...disk, capacity: { storage: '9Gi' } });
    await world.until('they are available', () =>
      world.volumes.every(({ status }) => status?.phase === 'Available'),
    );
    await world.makeClaim('c', { storageClassName: 'disks' });
    await world.makePod('p', 'c');
    await world.until('the pod runs', () => world.runs('p'));
    assert.equal(world.pod('p')?.spec.nodeName, 'b');
    assert.equal(world.claim('c')?.spec.volumeName, 'right');
    assert.deepEqual(world.claim('c')?.status?.capacity, { storage: '1Gi' });

    await world.makePod('far', 'c', { nodeSelector: { 'kubernetes.io/hostname': 'a' } });
    const conflict = "1 node(s) didn't match PersistentVolume's node affinity";
    await world.until('it cannot', () => world.eventsOf('far').some((event) => event.includes(conflict)));

    // What was made by hand is kept.
    await world.deletePod('far');
    await world.deletePod('p');
    await world.deleteClaim('c');
    await world.until('it is released', () =>
      world.volumes.some(({ status }) => status?.phase === 'Released'),
    );
    assert.equal(world.removed.length, 0);
  });

  it('are bound at once where their class does not wait', async () => {
    await world.addNodes('a');
    await world.makeClaim('c', { storageClassName: '' });
    const none = 'FailedBinding: no persistent volumes available for this claim and no storage class is set';
    await world.until('there is none', () => world.eventsOf('c').includes(none));
    await world.makePod('p', 'c');
    const immediate = 'pod has unbound immediate PersistentVolumeClaims';
    await world.until('the pod waits', () => world.eventsOf('p').some((event) => event.includes(immediate)));
    await world.makeVolume('v');
    await world.until('the pod runs', () => world.runs('p'));
    assert.equal(world.claim('c')?.spec.volumeName, 'v');
    assert.equal(
      ownProperty(world.volumes[0]?.metadata.annotations, 'pv.kubernetes.io/bound-by-controller'),
      'yes',
    );
  });

  it('keep what others write into their status', async () => {
    await world.makeVolume('v');
    await world.makeClaim('c', { storageClassName: '' });
    await world.until('it is bound', () => world.claim('c')?.status?.phase === 'Bound');
    const merge = 'application/merge-patch+json';
    const status = { message: 'StatusPatched', reason: 'E2E' };
    const to = { subresource: 'status' };
    await world.client.patch(persistentVolumes, { name: 'v' }, merge, { status }, to);
    const conditions = [{ type: 'StatusPatched', status: 'True' }];
    const claim = { namespace: 'default', name: 'c' };
    await world.client.patch(persistentVolumeClaims, claim, merge, { status: { conditions } }, to);
    // The binder has looked at both when it has done something for a third.
    await world.makeVolume('w');
    await world.until('it looks', () =>
      world.volumes.some(({ metadata: { name }, status: has }) => name === 'w' && has?.phase === 'Available'),
    );
    assert.equal(world.volumeOf('c')?.status?.message, 'StatusPatched');
    assert.equal(world.claim('c')?.status?.conditions?.[0]?.type, 'StatusPatched');
  });

  it('stay as long as their node is away, and go when it is back', async () => {
    await world.addNodes('a');
    await world.makeClaim('c');
    await world.makePod('p', 'c');
    await world.until('the pod runs', () => world.runs('p'));
    const name = world.claim('c')?.spec.volumeName ?? '';
    await world.setReady('a', false);
    await world.deletePod('p');
    await world.deleteClaim('c');
    await world.until('it is told', () => world.volumeOf('c')?.status?.phase === 'Failed');
    assert.equal(world.volumeOf('c')?.status?.message, 'node "a", which has the data, is not ready');
    await world.setReady('a', true);
    await world.until('it is gone', () => world.volumeOf('c') === undefined);
    assert.deepEqual(world.removed, [`a/${name}`]);
  });

  it('go without a word to a node that is gone', async () => {
    await world.addNodes('a');
    await world.makeClaim('c');
    await world.makePod('p', 'c');
    await world.until('the pod runs', () => world.runs('p'));
    world.refuse(new Error('nobody is there'));
    await world.deletePod('p');
    await world.deleteClaim('c');
    await world.until('it failed', () => world.volumeOf('c')?.status?.message === 'nobody is there');
    await world.client.delete(nodes, { name: 'a' });
    await world.until('it is gone', () => world.volumeOf('c') === undefined);
  });

  it('are kept by their claim when somebody deletes them, and then go with their data', async () => {
    await world.addNodes('a');
    await world.makeClaim('c');
    await world.makePod('p', 'c');
    await world.until('the pod runs', () => world.runs('p'));
    const name = world.claim('c')?.spec.volumeName ?? '';
    await world.client.delete(persistentVolumes, { name });
    assert.deepEqual(world.volumeOf('c')?.metadata.finalizers?.toSorted(), [
      'kubernetes.io/pv-controller',
      'kubernetes.io/pv-protection',
    ]);
    await world.deletePod('p');
    await world.deleteClaim('c');
    await world.until('it is gone', () => world.volumeOf('c') === undefined);
    assert.deepEqual(world.removed, [`a/${name}`]);
  });

  it('grow with their claims', async () => {
    await world.addNodes('a');
    await world.makeClaim('c');
    const grow = (storage: string): Promise<unknown> =>
      world.client.patch(
        persistentVolumeClaims,
        { namespace: NAMESPACE, name: 'c' },
        'application/merge-patch+json',
        { spec: { resources: { requests: { storage } } } },
      );
    await assert.rejects(
      grow('2Gi'),
      /Only bound persistent volume claims can be expanded|spec is immutable/,
    );
    await world.makePod('p', 'c');
    await world.until('the pod runs', () => world.runs('p'));
    await grow('3Gi');
    await world.until('it has grown', () => world.claim('c')?.status?.capacity?.['storage'] === '3Gi');
    assert.deepEqual(world.volumeOf('c')?.spec.capacity, { storage: '3Gi' });
    await assert.rejects(grow('1Gi'), /field can not be less than status.capacity/);
    await world.client.patch(storageClasses, { name: 'standard' }, 'application/merge-patch+json', {
      allowVolumeExpansion: false,
    });
    await assert.rejects(grow('4Gi'), /the storageclass that provisions the pvc must support resize/);
  });

  it('that cannot be made are told of', async () => {
    await world.addNodes('a');
    await world.makeClaim('many', { accessModes: ['ReadWriteMany'] });
    await world.makePod('p', 'many');
    const why =
      'ProvisioningFailed: Failed to provision volume with StorageClass "standard": invalid AccessModes ' +
      '[ReadWriteMany]: only AccessModes [ReadWriteOnce ReadWriteOncePod] are supported';
    await world.until('it is told', () => world.eventsOf('many').includes(why));
    await world.makeClaim('lost', { storageClassName: 'nowhere' });
    const unknown = 'ProvisioningFailed: storageclass.storage.k8s.io "nowhere" not found';
    await world.until('that, too', () => world.eventsOf('lost').includes(unknown));
  });

  it('that claims have lost are told of', async () => {
    await world.makeVolume('v');
    await world.makeClaim('c', { storageClassName: '' });
    await world.until('it is bound', () => world.claim('c')?.status?.phase === 'Bound');
    const strip = { metadata: { finalizers: null } };
    await world.client.delete(persistentVolumes, { name: 'v' });
    await world.client.patch(persistentVolumes, { name: 'v' }, 'application/merge-patch+json', strip);
    await world.until('it is lost', () => world.claim('c')?.status?.phase === 'Lost');
    const lost = 'ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!';
    await world.until('and told', () => world.eventsOf('c').includes(lost));
  });

  it('get the default class late, and only claims that named none', async () => {
    await world.addNodes('a');
    await world.client.delete(storageClasses, { name: 'standard' });
    await world.until('there is no class', () => world.cluster.list(storageClasses).length === 0);
    await world.makeClaim('none');
    await world.makeClaim('empty', { storageClassName: '' });
    await world.client.create(storageClasses, {
      metadata: {
        name: 'late',
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'wheelhouse.dev/node-local',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    await world.until('it has a class', () => world.claim('none')?.spec.storageClassName === 'late');
    assert.equal(world.claim('empty')?.spec.storageClassName, '');
  });

  it('keep the class of attributes that they name', async () => {
    const vac = { metadata: { name: 'gold' }, driverName: 'd.example', parameters: { iops: '5' } };
    await world.client.create(volumeAttributesClasses, vac);
    await world.makeClaim('c', { storageClassName: '', volumeAttributesClassName: 'gold' });
    await world.client.delete(volumeAttributesClasses, { name: 'gold' });
    const [kept] = world.cluster.list(volumeAttributesClasses);
    assert.deepEqual(kept?.metadata.finalizers, ['kubernetes.io/vac-protection']);
    await world.deleteClaim('c');
    await world.until('it is gone', () => world.cluster.list(volumeAttributesClasses).length === 0);
  });

  it('have a class that is made once in the life of a cluster', async () => {
    const [standard] = world.cluster.list(storageClasses);
    assert.equal(standard?.metadata.name, 'standard');
    await world.client.delete(storageClasses, { name: 'standard' });
    await storageClassHook(admin).run(world.cluster.server.handler, new AbortController().signal);
    await world.client.get(namespaces, { name: 'kube-system' });
    assert.equal((await world.client.list(storageClasses)).items.length, 0);
  });
});
