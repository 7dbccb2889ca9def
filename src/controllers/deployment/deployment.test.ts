import assert from 'node:assert/strict';
import fc from 'fast-check';
import { silentLogger } from '../../base/logger.ts';
import { deployments, events, pods, replicaSets } from '../../api/resources.ts';
import { serviceUnavailable } from '../../api/status.ts';
import type { Deployment, ReplicaSet } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { replicaSetController } from '../replicaset/replicaSet.ts';
import { deploymentController } from './deployment.ts';

const controllers = [
  { name: 'deployment', account: 'deployment-controller', create: deploymentController },
  { name: 'replicaset', account: 'replicaset-controller', create: replicaSetController },
];

function web(replicas: number, extra: Partial<NewObject<Deployment>['spec']> = {}): NewObject<Deployment> {
  return {
    metadata: { name: 'web', namespace: 'shop', annotations: { team: 'a' } },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'c', image: 'v1' }] },
      },
      ...extra,
    },
  };
}

describe('deploymentController', () => {
  let cluster: ControlledCluster;

  beforeEach(async () => {
    cluster = await startControlledCluster({ controllers });
  });
  afterEach(() => cluster.stop());

  const at = { namespace: 'shop', name: 'web' };
  const deployment = (): Deployment | undefined => cluster.get(deployments, 'shop', 'web');
  const condition = (type: string) => deployment()?.status?.conditions?.find((c) => c.type === type);
  const sets = (): readonly ReplicaSet[] => cluster.list(replicaSets, 'shop');
  const setOf = (image: string): ReplicaSet | undefined =>
    sets().find((rs) => rs.spec.template?.spec?.containers[0]?.image === image);
  const merge = (spec: unknown) =>
    cluster.client.patch(deployments, at, 'application/merge-patch+json', { spec });
  const setImage = (image: string) => merge({ template: { spec: { containers: [{ name: 'c', image }] } } });
  const complete = (): boolean => {
    const { metadata, spec, status } = deployment() ?? {};
    const desired = spec?.replicas ?? 0;
    return (
      status?.observedGeneration === metadata?.generation &&
      (status?.updatedReplicas ?? 0) === desired &&
      (status?.replicas ?? 0) === desired &&
      (status?.availableReplicas ?? 0) === desired
    );
  };
  const settled = () => cluster.until('the rollout is complete', complete);

  it('makes a replica set with the template hash, the revision and the Deployment as its controller', async () => {
    await cluster.client.create(deployments, web(3));
    await settled();
    const [rs] = sets();
    const hash = rs!.metadata.labels!['pod-template-hash']!;
    assert.equal(sets().length, 1);
    assert.equal(rs!.metadata.name, `web-${hash}`);
    assert.deepEqual(rs!.spec.selector, { matchLabels: { app: 'web', 'pod-template-hash': hash } });
    assert.deepEqual(rs!.metadata.annotations, {
      team: 'a',
      'deployment.kubernetes.io/revision': '1',
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
    });
    assert.equal(deployment()!.metadata.annotations!['deployment.kubernetes.io/revision'], '1');
    await cluster.until(
      'success is told',
      () => condition('Progressing')?.reason === 'NewReplicaSetAvailable',
    );
    assert.equal(
      condition('Progressing')!.message,
      `ReplicaSet "${rs!.metadata.name}" has successfully progressed.`,
    );
    assert.equal(condition('Available')!.reason, 'MinimumReplicasAvailable');
    await cluster.until('an event', () =>
      cluster.list(events, 'shop').some((e) => e.message === `Scaled up replica set web-${hash} from 0 to 3`),
    );
  });

  it('rolls a new template out within surge and unavailability, and back with the old revision in the history', async () => {
    await cluster.client.create(
      deployments,
      web(6, { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 1 } } }),
    );
    await settled();
    const bounds = { most: 0, fewest: Infinity };
    cluster.server.cache.onChange('apps/', () => {
      const wanted = sets().reduce((sum, rs) => sum + (rs.spec.replicas ?? 0), 0);
      bounds.most = Math.max(bounds.most, wanted);
    });
    cluster.server.cache.onChange('core/pods/', () => {
      const ready = cluster
        .list(pods, 'shop')
        .filter((pod) => pod.metadata.deletionTimestamp === undefined)
        .filter((pod) => pod.status?.conditions?.some((c) => c.type === 'Ready')).length;
      bounds.fewest = Math.min(bounds.fewest, ready);
    });
    await setImage('v2');
    await settled();
    assert.equal(bounds.most, 8);
    assert.ok(bounds.fewest >= 5, `only ${bounds.fewest} were ready`);
    assert.equal(setOf('v1')!.spec.replicas, 0);
    assert.equal(deployment()!.metadata.annotations!['deployment.kubernetes.io/revision'], '2');

    await setImage('v1');
    await settled();
    assert.equal(sets().length, 2);
    assert.equal(setOf('v1')!.metadata.annotations!['deployment.kubernetes.io/revision'], '3');
    assert.equal(setOf('v1')!.metadata.annotations!['deployment.kubernetes.io/revision-history'], '1');
    await cluster.until(
      'the revision is on the Deployment',
      () => deployment()!.metadata.annotations!['deployment.kubernetes.io/revision'] === '3',
    );
  });

  it('counts revisions beyond 2^53', async () => {
    await cluster.client.create(deployments, web(1));
    await settled();
    await cluster.client.patch(
      replicaSets,
      { namespace: 'shop', name: sets()[0]!.metadata.name },
      'application/merge-patch+json',
      { metadata: { annotations: { 'deployment.kubernetes.io/revision': '3546343826724305832' } } },
    );
    await setImage('v2');
    await settled();
    assert.equal(
      setOf('v2')!.metadata.annotations!['deployment.kubernetes.io/revision'],
      '3546343826724305833',
    );
  });

  it('scales a rollout that is stuck in proportion', async () => {
    cluster.kubelet!.ready = (pod) => pod.spec.containers[0]!.image !== 'broken';
    await cluster.client.create(
      deployments,
      web(10, { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } }),
    );
    await settled();
    await setImage('broken');
    await cluster.until(
      'the rollout is stuck at 8 and 5',
      () =>
        setOf('v1')?.spec.replicas === 8 &&
        setOf('broken')?.spec.replicas === 5 &&
        setOf('v1')?.status?.replicas === 8,
    );
    await merge({ replicas: 30 });
    await cluster.until(
      '20 and 13',
      () => setOf('v1')?.spec.replicas === 20 && setOf('broken')?.spec.replicas === 13,
    );
  });

  it('does nothing but scale and clean up while it is paused', async () => {
    await cluster.client.create(deployments, web(2));
    await settled();
    await merge({ paused: true });
    await cluster.until('paused', () => condition('Progressing')?.reason === 'DeploymentPaused');
    await setImage('v2');
    await merge({ replicas: 4 });
    await cluster.until('scaled', () => deployment()?.status?.availableReplicas === 4);
    assert.equal(sets().length, 1);
    await merge({ paused: false });
    await settled();
    assert.equal(setOf('v2')!.spec.replicas, 4);
  });

  it('recreates only after the last old pod is gone', async () => {
    const draft = web(3, { strategy: { type: 'Recreate' } });
    // Pods on a node are given time to end, others would go at once.
    draft.spec.template.spec!.nodeName = 'n1';
    await cluster.client.create(deployments, draft);
    await settled();
    cluster.kubelet!.mayGo = () => false;
    let mixed = 0;
    cluster.server.cache.onChange('core/pods/', () => {
      const images = new Set(cluster.list(pods, 'shop').map((pod) => pod.spec.containers[0]!.image));
      if (images.size > 1) mixed += 1;
    });
    await setImage('v2');
    await cluster.until('old pods are on their way out', () =>
      cluster.list(pods, 'shop').every((pod) => pod.metadata.deletionTimestamp !== undefined),
    );
    await cluster.until('the status tells', () => deployment()?.status?.terminatingReplicas === 3);
    cluster.kubelet!.mayGo = () => true;
    cluster.kubelet!.lookAgain();
    await settled();
    assert.equal(mixed, 0);
  });

  it('keeps as many old replica sets as the history limit says', async () => {
    await cluster.client.create(deployments, web(1, { revisionHistoryLimit: 1 }));
    for (const image of ['v2', 'v3', 'v4']) {
      await settled();
      await setImage(image);
    }
    await cluster.until('two replica sets are left', () => complete() && sets().length === 2);
    assert.ok(setOf('v3') !== undefined && setOf('v4') !== undefined);
  });

  it('tells that the deadline has passed, and goes on when the pods come up after all', async () => {
    cluster.kubelet!.ready = () => false;
    await cluster.client.create(deployments, web(1, { progressDeadlineSeconds: 1 }));
    await cluster.until(
      'the deadline',
      () => condition('Progressing')?.reason === 'ProgressDeadlineExceeded',
    );
    assert.equal(condition('Progressing')!.status, 'False');
    assert.match(
      condition('Progressing')!.message ?? '',
      /^ReplicaSet "web-\w+" has timed out progressing\.$/,
    );
    cluster.kubelet!.ready = () => true;
    cluster.kubelet!.lookAgain();
    await cluster.until('success', () => condition('Progressing')?.reason === 'NewReplicaSetAvailable');
  });

  it('takes another name where the hash is taken, and counts the collision', async () => {
    await cluster.client.create(deployments, web(1));
    await settled();
    const { name, labels } = sets()[0]!.metadata;
    await cluster.client.delete(deployments, at);
    await cluster.client.delete(replicaSets, { namespace: 'shop', name });
    await cluster.client.create(replicaSets, {
      metadata: { name, namespace: 'shop', labels: { other: 'one' } },
      spec: {
        replicas: 0,
        selector: { matchLabels: { other: 'one' } },
        template: {
          metadata: { labels: { other: 'one' } },
          spec: { containers: [{ name: 'x', image: 'x' }] },
        },
      },
    });
    await cluster.client.create(deployments, web(1));
    await settled();
    assert.equal(deployment()!.status!.collisionCount, 1);
    assert.notEqual(setOf('v1')!.metadata.labels!['pod-template-hash'], labels!['pod-template-hash']);
  });

  it('stays within its bounds and comes to the wanted state after any sequence of changes, while a tenth of the writes fails', async function () {
    this.timeout(60_000);
    await cluster.stop();
    let seed = 1;
    const unlucky = (): boolean => (seed = (seed * 48271) % 2147483647) % 10 === 0;
    cluster = await startControlledCluster({
      controllers,
      logger: silentLogger,
      admission: [
        {
          name: 'Flaky',
          handles: ({ user }) => user.name.endsWith('-controller') && unlucky(),
          validate: () => {
            throw serviceUnavailable('try again');
          },
        },
      ],
    });
    const change = fc.oneof(
      fc.tuple(fc.constant('image' as const), fc.constantFrom('v1', 'v2', 'v3', 'broken')),
      fc.tuple(fc.constant('scale' as const), fc.integer({ min: 0, max: 7 })),
      fc.tuple(fc.constant('pause' as const), fc.boolean()),
      fc.tuple(fc.constant('kill' as const), fc.nat(20)),
      fc.tuple(fc.constant('wait' as const), fc.integer({ min: 1, max: 4 })),
    );
    cluster.kubelet!.ready = (pod) => pod.spec.containers[0]!.image !== 'broken';
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        async (maxSurge, unavailable, changes) => {
          const maxUnavailable = maxSurge === 0 && unavailable === 0 ? 1 : unavailable;
          let largest = 4;
          await cluster.client.create(
            deployments,
            web(4, { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } }),
          );
          let worst = '';
          const watching = cluster.server.cache.onChange('apps/replicasets/', () => {
            const wanted = sets().reduce((sum, rs) => sum + (rs.spec.replicas ?? 0), 0);
            if (wanted > largest + maxSurge)
              worst = `${wanted} pods wanted, ${largest} + ${maxSurge} allowed`;
          });
          for (const [what, value] of changes) {
            if (what === 'image') await setImage(value);
            else if (what === 'scale') {
              largest = Math.max(largest, value);
              await merge({ replicas: value });
            } else if (what === 'pause') await merge({ paused: value });
            else if (what === 'kill') {
              const victim = cluster.list(pods, 'shop')[value];
              if (victim !== undefined) {
                await cluster.client.delete(pods, victim.metadata).catch(() => undefined);
              }
            } else for (let i = 0; i < value; i += 1) await new Promise((resolve) => setImmediate(resolve));
          }
          await merge({ paused: false });
          await setImage('final');
          await settled();
          watching.dispose();
          assert.equal(worst, '');
          const desired = deployment()!.spec.replicas ?? 0;
          await cluster.until('only wanted pods are left', () => {
            const left = cluster.list(pods, 'shop');
            return left.length === desired && left.every((pod) => pod.spec.containers[0]!.image === 'final');
          });
          await cluster.client.delete(deployments, at);
          for (const rs of sets()) await cluster.client.delete(replicaSets, rs.metadata);
          for (const pod of cluster.list(pods, 'shop')) {
            await cluster.client.delete(pods, pod.metadata, { gracePeriodSeconds: 0 }).catch(() => undefined);
          }
          await cluster.until(
            'all is gone',
            () => cluster.list(pods, 'shop').length === 0 && sets().length === 0,
          );
        },
      ),
      { numRuns: 25 },
    );
  });
});
