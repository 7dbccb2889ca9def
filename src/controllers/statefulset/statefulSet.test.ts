import assert from 'node:assert/strict';
import {
  controllerRevisions,
  events,
  persistentVolumeClaims,
  pods,
  statefulSets,
} from '../../api/resources.ts';
import type { StatefulSet } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { statefulSetController } from './statefulSet.ts';

const at = { namespace: 'shop', name: 'db' };

function db(spec: object = {}, image = 'db:1'): NewObject<StatefulSet> {
  return {
    metadata: { ...at },
    spec: {
      replicas: 3,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image }] } },
      ...spec,
    },
  };
}

describe('statefulSetController', () => {
  let cluster: ControlledCluster;

  beforeEach(async () => {
    cluster = await startControlledCluster({
      controllers: [
        { name: 'statefulset', account: 'statefulset-controller', create: statefulSetController },
      ],
    });
  });
  afterEach(() => cluster.stop());

  const status = () => cluster.get(statefulSets, 'shop', 'db')?.status;
  const names = () =>
    cluster
      .list(pods, 'shop')
      .map((pod) => pod.metadata.name)
      .sort();
  const images = () =>
    Object.fromEntries(
      cluster.list(pods, 'shop').map((pod) => [pod.metadata.name, pod.spec.containers[0]?.image]),
    );
  const ready = (count: number) => cluster.until(`${count} ready`, () => status()?.readyReplicas === count);
  const patch = (spec: object) =>
    cluster.client.patch(statefulSets, at, 'application/merge-patch+json', { spec });
  const withImage = (image: string) => ({ template: { spec: { containers: [{ name: 'c', image }] } } });
  /** Names of pods in the order in which they came and went. */
  const comings = (): string[] => {
    const seen: string[] = [];
    let there = new Set(names());
    cluster.server.cache.onChange('core/pods/', () => {
      const now = new Set(names());
      for (const name of now) if (!there.has(name)) seen.push(`+${name}`);
      for (const name of there) if (!now.has(name)) seen.push(`-${name}`);
      there = now;
    });
    return seen;
  };

  it('makes pods one after the other, each with its name, number and host name', async () => {
    const seen = comings();
    await cluster.client.create(statefulSets, db());
    await ready(3);
    assert.deepEqual(seen, ['+db-0', '+db-1', '+db-2']);
    const pod = cluster.get(pods, 'shop', 'db-1')!;
    assert.equal(pod.spec.hostname, 'db-1');
    assert.equal(pod.spec.subdomain, 'db');
    const { 'controller-revision-hash': revision, ...labels } = pod.metadata.labels ?? {};
    assert.deepEqual(labels, {
      app: 'db',
      'apps.kubernetes.io/pod-index': '1',
      'statefulset.kubernetes.io/pod-name': 'db-1',
    });
    await cluster.until('all counted', () => status()?.currentRevision === revision);
    assert.equal(status()?.updateRevision, revision);
    assert.deepEqual(
      [status()?.replicas, status()?.currentReplicas, status()?.updatedReplicas, status()?.availableReplicas],
      [3, 3, 3, 3],
    );
    const told = cluster.list(events, 'shop').map((event) => event.message);
    assert.ok(told.includes('create Pod db-0 in StatefulSet db successful'), told.join());
  });

  it('waits for each pod to be ready, up and down, unless it is parallel', async () => {
    cluster.kubelet!.ready = (pod) => pod.metadata.name !== 'db-1';
    await cluster.client.create(statefulSets, db());
    await ready(1);
    assert.deepEqual(names(), ['db-0', 'db-1']);
    await patch({ replicas: 1 });
    await cluster.until('the unready one gone', () => names().join() === 'db-0');
    cluster.kubelet!.ready = () => true;
    await cluster.client.create(statefulSets, {
      ...db({ podManagementPolicy: 'Parallel', selector: { matchLabels: { app: 'p' } } }),
      metadata: { namespace: 'shop', name: 'p' },
      spec: {
        ...db().spec,
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: { app: 'p' } },
        template: { metadata: { labels: { app: 'p' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    });
    await cluster.until('all at once', () => names().filter((name) => name.startsWith('p-')).length === 3);
  });

  it('scales down from the highest number', async () => {
    await cluster.client.create(statefulSets, db());
    await ready(3);
    const seen = comings();
    await patch({ replicas: 0 });
    await cluster.until('none', () => names().length === 0 && status()?.replicas === 0);
    assert.deepEqual(seen, ['-db-2', '-db-1', '-db-0']);
  });

  it('rolls a new template out from the top, one pod at a time, and back to the old revision', async () => {
    await cluster.client.create(statefulSets, db());
    await ready(3);
    await cluster.until('complete', () => status()?.currentReplicas === 3);
    const before = status()?.currentRevision;
    const seen = comings();
    await patch(withImage('db:2'));
    await cluster.until(
      'updated',
      () => status()?.currentRevision !== before && status()?.readyReplicas === 3,
    );
    assert.deepEqual(images(), { 'db-0': 'db:2', 'db-1': 'db:2', 'db-2': 'db:2' });
    assert.deepEqual(seen, ['-db-2', '+db-2', '-db-1', '+db-1', '-db-0', '+db-0']);
    await patch(withImage('db:1'));
    await cluster.until(
      'rolled back',
      () => status()?.currentRevision === before && status()?.readyReplicas === 3,
    );
    const revisions = cluster.list(controllerRevisions, 'shop');
    assert.deepEqual(revisions.map(({ revision }) => revision).sort(), [2, 3]);
  });

  it('leaves the pods below the partition as they are, also those that come again', async () => {
    await cluster.client.create(
      statefulSets,
      db({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }),
    );
    await ready(3);
    await patch(withImage('db:2'));
    await cluster.until('the last one', () => images()['db-2'] === 'db:2' && status()?.readyReplicas === 3);
    const uid = cluster.get(pods, 'shop', 'db-0')!.metadata.uid;
    await cluster.client.delete(pods, { namespace: 'shop', name: 'db-0' });
    await cluster.until('again', () => {
      const pod = cluster.get(pods, 'shop', 'db-0');
      return pod !== undefined && pod.metadata.uid !== uid && status()?.readyReplicas === 3;
    });
    assert.deepEqual(images(), { 'db-0': 'db:1', 'db-1': 'db:1', 'db-2': 'db:2' });
    assert.notEqual(status()?.currentRevision, status()?.updateRevision);
  });

  it('replaces a pod that has failed', async () => {
    await cluster.client.create(statefulSets, db({ replicas: 1 }));
    await ready(1);
    const before = cluster.get(pods, 'shop', 'db-0')!.metadata.uid;
    await cluster.client.patch(
      pods,
      { namespace: 'shop', name: 'db-0' },
      'application/merge-patch+json',
      { status: { phase: 'Failed' } },
      { subresource: 'status' },
    );
    await cluster.until('another', () => {
      const pod = cluster.get(pods, 'shop', 'db-0');
      return pod !== undefined && pod.metadata.uid !== before && status()?.readyReplicas === 1;
    });
  });

  it('counts from its first ordinal', async () => {
    await cluster.client.create(statefulSets, db({ replicas: 2, ordinals: { start: 5 } }));
    await ready(2);
    assert.deepEqual(names(), ['db-5', 'db-6']);
    await patch({ ordinals: { start: 4 } });
    await cluster.until('moved', () => names().join() === 'db-4,db-5');
  });

  describe('with claims', () => {
    const claims = () =>
      cluster
        .list(persistentVolumeClaims, 'shop')
        .map((claim) => claim.metadata.name)
        .sort();
    const claiming = (more: object = {}) =>
      db({
        replicas: 2,
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
        ...more,
      });

    it('gives each pod a claim of its own, which stays', async () => {
      await cluster.client.create(statefulSets, claiming());
      await ready(2);
      assert.deepEqual(claims(), ['data-db-0', 'data-db-1']);
      assert.deepEqual(cluster.get(pods, 'shop', 'db-1')!.spec.volumes?.[0], {
        name: 'data',
        persistentVolumeClaim: { claimName: 'data-db-1' },
      });
      assert.deepEqual(cluster.get(persistentVolumeClaims, 'shop', 'data-db-0')!.metadata.labels, {
        app: 'db',
      });
      await patch({ replicas: 0 });
      await cluster.until('none', () => names().length === 0);
      assert.deepEqual(claims(), ['data-db-0', 'data-db-1']);
    });

    it('lets a claim go with its pod or its set where that is asked for', async () => {
      const policy = { whenDeleted: 'Delete', whenScaled: 'Delete' };
      const set = await cluster.client.create(
        statefulSets,
        claiming({ persistentVolumeClaimRetentionPolicy: policy }),
      );
      await ready(2);
      const owners = (name: string) =>
        (cluster.get(persistentVolumeClaims, 'shop', name)?.metadata.ownerReferences ?? []).map(
          ({ kind, uid }) => `${kind} ${uid}`,
        );
      assert.deepEqual(owners('data-db-1'), [`StatefulSet ${set.metadata.uid}`]);
      const { uid } = cluster.get(pods, 'shop', 'db-1')!.metadata;
      await patch({ replicas: 1 });
      await cluster.until('its pod’s', () => owners('data-db-1').join() === `Pod ${uid}`);
      assert.deepEqual(owners('data-db-0'), [`StatefulSet ${set.metadata.uid}`]);
    });
  });

  it('makes as many unavailable as it may', async () => {
    await cluster.client.create(
      statefulSets,
      db({
        replicas: 4,
        podManagementPolicy: 'Parallel',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } },
      }),
    );
    await ready(4);
    let fewest = 4;
    cluster.server.cache.onChange('core/pods/', () => {
      const works = cluster
        .list(pods, 'shop')
        .filter(
          (pod) =>
            pod.metadata.deletionTimestamp === undefined &&
            pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
        );
      fewest = Math.min(fewest, works.length);
    });
    await patch(withImage('db:2'));
    await cluster.until(
      'updated',
      () => status()?.readyReplicas === 4 && Object.values(images()).every((image) => image === 'db:2'),
    );
    assert.equal(fewest, 2);
  });
});
