import assert from 'node:assert/strict';
import { controllerOf } from '../../api/meta.ts';
import { pods, replicaSets, replicationControllers } from '../../api/resources.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { replicaSetController, replicationController } from './replicaSet.ts';

describe('replicationController', () => {
  let cluster: ControlledCluster;

  beforeEach(async () => {
    cluster = await startControlledCluster({
      controllers: [
        { name: 'replicationcontroller', account: 'replication-controller', create: replicationController },
        { name: 'replicaset', account: 'replicaset-controller', create: replicaSetController },
      ],
    });
  });
  afterEach(() => cluster.stop());

  const podTemplate = (labels: Record<string, string>) => ({
    metadata: { labels },
    spec: { containers: [{ name: 'c', image: 'busybox' }] },
  });

  it('keeps the pods of its map of labels, beside a ReplicaSet with the same name', async () => {
    const rc = await cluster.client.create(replicationControllers, {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { replicas: 2, template: podTemplate({ app: 'old' }) },
    });
    await cluster.client.create(replicaSets, {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { replicas: 3, selector: { matchLabels: { app: 'new' } }, template: podTemplate({ app: 'new' }) },
    });
    const status = () => cluster.get(replicationControllers, 'shop', 'web')?.status;
    await cluster.until('two of its own', () => status()?.availableReplicas === 2);
    await cluster.until('five in all', () => cluster.list(pods, 'shop').length === 5);
    const own = cluster.list(pods, 'shop').filter((pod) => controllerOf(pod)?.uid === rc.metadata.uid);
    assert.deepEqual(
      own.map((pod) => pod.metadata.labels),
      [{ app: 'old' }, { app: 'old' }],
    );
    await cluster.client.patch(
      replicationControllers,
      { namespace: 'shop', name: 'web' },
      'application/merge-patch+json',
      { spec: { replicas: 0 } },
      { subresource: 'scale' },
    );
    await cluster.until('none of its own', () => status()?.replicas === 0);
    assert.equal(cluster.list(pods, 'shop').length, 3);
  });

  it('lets go of a pod that is relabelled and makes another', async () => {
    await cluster.client.create(replicationControllers, {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { replicas: 1, template: podTemplate({ app: 'old' }) },
    });
    await cluster.until('one', () => cluster.list(pods, 'shop').length === 1);
    const name = cluster.list(pods, 'shop')[0]!.metadata.name;
    await cluster.client.patch(pods, { namespace: 'shop', name }, 'application/merge-patch+json', {
      metadata: { labels: { app: 'other' } },
    });
    await cluster.until('another', () => cluster.list(pods, 'shop').length === 2);
    await cluster.until(
      'the first is nobody’s',
      () => (cluster.get(pods, 'shop', name)?.metadata.ownerReferences ?? []).length === 0,
    );
  });
});
