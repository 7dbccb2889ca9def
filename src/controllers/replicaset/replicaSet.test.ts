import assert from 'node:assert/strict';
import fc from 'fast-check';
import { silentLogger } from '../../base/logger.ts';
import { controllerOf } from '../../api/meta.ts';
import { events, pods, replicaSets } from '../../api/resources.ts';
import { forbidden, serviceUnavailable } from '../../api/status.ts';
import type { ReplicaSet } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { replicaSetController } from './replicaSet.ts';

const entry = { name: 'replicaset', account: 'replicaset-controller', create: replicaSetController };

function web(replicas: number, extra: Partial<NewObject<ReplicaSet>['spec']> = {}): NewObject<ReplicaSet> {
  return {
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' }, annotations: { note: 'kept' } },
        spec: { containers: [{ name: 'c', image: 'busybox' }] },
      },
      ...extra,
    },
  };
}

describe('replicaSetController', () => {
  let cluster: ControlledCluster;

  beforeEach(async () => {
    cluster = await startControlledCluster({ controllers: [entry] });
  });
  afterEach(() => cluster.stop());

  const status = () => cluster.get(replicaSets, 'shop', 'web')?.status;
  const podNames = () => cluster.list(pods, 'shop').map((pod) => pod.metadata.name);
  const scale = (replicas: number) =>
    cluster.client.patch(replicaSets, { namespace: 'shop', name: 'web' }, 'application/merge-patch+json', {
      spec: { replicas },
    });

  it('makes exactly the wanted pods, as the template says, and counts them', async () => {
    const rs = await cluster.client.create(replicaSets, web(13));
    await cluster.until('13 pods available', () => status()?.availableReplicas === 13);
    const made = cluster.list(pods, 'shop');
    assert.equal(made.length, 13);
    for (const pod of made) {
      assert.match(pod.metadata.name, /^web-[a-z0-9]{5}$/);
      assert.deepEqual(pod.metadata.labels, { app: 'web' });
      assert.deepEqual(pod.metadata.annotations, { note: 'kept' });
      assert.deepEqual(controllerOf(pod), {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: 'web',
        uid: rs.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      });
    }
    const { replicas, readyReplicas, fullyLabeledReplicas, observedGeneration } = status()!;
    assert.deepEqual([replicas, readyReplicas, fullyLabeledReplicas, observedGeneration], [13, 13, 13, 1]);
    await cluster.until('an event for each pod', () => cluster.list(events, 'shop').length >= 10);
    const [event] = cluster.list(events, 'shop');
    assert.equal(event!.reason, 'SuccessfulCreate');
    assert.match(event!.message ?? '', /Created pod: web-/);
    assert.equal(event!.source?.component, 'replicaset-controller');
  });

  it('follows scale up and down and never has more than wanted', async () => {
    let most = 0;
    cluster.server.cache.onChange('core/pods/', () => {
      const active = cluster.list(pods, 'shop').filter((pod) => pod.metadata.deletionTimestamp === undefined);
      most = Math.max(most, active.length);
    });
    await cluster.client.create(replicaSets, web(3));
    await cluster.until('3 available', () => status()?.availableReplicas === 3);
    await scale(8);
    await cluster.until('8 available', () => status()?.availableReplicas === 8);
    await scale(2);
    await cluster.until('2 pods left', () => status()?.replicas === 2 && podNames().length === 2);
    assert.equal(most, 8);
  });

  it('replaces a pod that is deleted, one that has failed, and one that was relabelled', async () => {
    await cluster.client.create(replicaSets, web(3));
    await cluster.until('3 available', () => status()?.availableReplicas === 3);
    const [deleted, failed, freed] = podNames();
    await cluster.client.delete(pods, { namespace: 'shop', name: deleted! });
    await cluster.client.patch(
      pods,
      { namespace: 'shop', name: failed! },
      'application/merge-patch+json',
      { status: { phase: 'Failed' } },
      { subresource: 'status' },
    );
    await cluster.client.patch(pods, { namespace: 'shop', name: freed! }, 'application/merge-patch+json', {
      metadata: { labels: { app: 'other' } },
    });
    await cluster.until('three new ones', () => {
      const names = podNames();
      return names.length === 5 && !names.includes(deleted!) && status()?.availableReplicas === 3;
    });
    assert.deepEqual(cluster.get(pods, 'shop', freed!)!.metadata.ownerReferences ?? [], []);
  });

  it('adopts pods that match and are nobody’s in place of making its own', async () => {
    for (const name of ['one', 'two']) {
      await cluster.client.create(pods, {
        metadata: { name, namespace: 'shop', labels: { app: 'web' } },
        spec: { containers: [{ name: 'c', image: 'busybox' }] },
      });
    }
    const rs = await cluster.client.create(replicaSets, web(3));
    await cluster.until('3 available', () => status()?.availableReplicas === 3);
    assert.equal(podNames().length, 3);
    for (const name of ['one', 'two']) {
      assert.equal(controllerOf(cluster.get(pods, 'shop', name)!)?.uid, rs.metadata.uid);
    }
  });

  it('counts a pod as available only after minReadySeconds', async () => {
    await cluster.client.create(replicaSets, web(1, { minReadySeconds: 1 }));
    await cluster.until('ready', () => status()?.readyReplicas === 1);
    assert.equal(status()?.availableReplicas ?? 0, 0);
    await cluster.until('available', () => status()?.availableReplicas === 1);
  });

  it('has exactly the wanted pods in the end, and never more than were ever wanted, while a tenth of its writes fails', async function () {
    this.timeout(30_000);
    await cluster.stop();
    let seed = 1;
    const unlucky = (): boolean => (seed = (seed * 48271) % 2147483647) % 10 === 0;
    cluster = await startControlledCluster({
      controllers: [entry],
      logger: silentLogger,
      admission: [
        {
          name: 'Flaky',
          handles: ({ user }) => user.name.includes('replicaset-controller') && unlucky(),
          validate: () => {
            throw serviceUnavailable('try again');
          },
        },
      ],
    });
    const steps = fc.array(
      fc.oneof(
        fc.tuple(fc.constant('scale' as const), fc.nat(12)),
        fc.tuple(fc.constant('kill' as const), fc.nat(12)),
        fc.tuple(fc.constant('fail' as const), fc.nat(12)),
        fc.tuple(fc.constant('free' as const), fc.nat(12)),
      ),
      { maxLength: 8 },
    );
    const mine = () => cluster.list(pods, 'shop').filter((pod) => controllerOf(pod) !== undefined);
    const active = () =>
      mine().filter(
        ({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase !== 'Failed',
      );
    await fc.assert(
      fc.asyncProperty(fc.nat(8), steps, async (first, changes) => {
        let most = 0;
        let allowed = first;
        const watching = cluster.server.cache.onChange('core/pods/', () => {
          most = Math.max(most, active().length);
        });
        await cluster.client.create(replicaSets, web(first));
        for (const [what, value] of changes) {
          const pod = mine()[value];
          const at = pod?.metadata ?? { namespace: 'shop', name: 'none' };
          const patch = (change: object, subresource?: string) =>
            cluster.client
              .patch(
                pods,
                at,
                'application/merge-patch+json',
                change,
                subresource === undefined ? {} : { subresource },
              )
              .catch(() => undefined);
          if (what === 'scale') {
            allowed = Math.max(allowed, value);
            await scale(value);
          } else if (what === 'kill') await cluster.client.delete(pods, at).catch(() => undefined);
          else if (what === 'fail') await patch({ status: { phase: 'Failed' } }, 'status');
          else await patch({ metadata: { labels: { app: 'free' } } });
        }
        const desired = () => cluster.get(replicaSets, 'shop', 'web')?.spec.replicas ?? 0;
        await cluster.until(
          'as many as wanted',
          () =>
            active().filter((pod) => pod.metadata.labels?.app === 'web').length === desired() &&
            (status()?.availableReplicas ?? 0) === desired() &&
            // As upstream, a pod that has failed is neither counted nor let go.
            active().every((pod) => pod.metadata.labels?.app === 'web'),
        );
        watching.dispose();
        assert.ok(
          most <= allowed + changes.filter(([what]) => what === 'free').length,
          `${most} pods, ${allowed} wanted`,
        );
        await cluster.client.delete(replicaSets, { namespace: 'shop', name: 'web' });
        for (const { metadata } of cluster.list(pods, 'shop')) {
          await cluster.client.delete(pods, metadata, { gracePeriodSeconds: 0 }).catch(() => undefined);
        }
        await cluster.until(
          'nothing is left',
          () => cluster.list(pods, 'shop').length === 0 && status() === undefined,
        );
      }),
      { numRuns: 25 },
    );
  });

  it('tells in a condition and an event that pods are refused, and recovers', async () => {
    await cluster.stop();
    let refuse = true;
    cluster = await startControlledCluster({
      controllers: [entry],
      admission: [
        {
          name: 'Refuse',
          handles: ({ resource, operation }) =>
            refuse && operation === 'CREATE' && resource.plural === 'pods',
          validate: () => {
            throw forbidden(pods, 'web', 'no room');
          },
        },
      ],
    });
    await cluster.client.create(replicaSets, web(2));
    await cluster.until('a failure condition', () => status()?.conditions?.[0]?.type === 'ReplicaFailure');
    const [condition] = status()!.conditions!;
    assert.equal(condition!.reason, 'FailedCreate');
    assert.match(condition!.message ?? '', /no room/);
    await cluster.until('an event', () =>
      cluster.list(events, 'shop').some((e) => e.reason === 'FailedCreate'),
    );
    refuse = false;
    await cluster.until(
      'recovery',
      () => status()?.availableReplicas === 2 && status()?.conditions === undefined,
    );
  });
});
