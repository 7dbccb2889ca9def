import assert from 'node:assert/strict';
import { deployments, events, podDisruptionBudgets, pods } from '../../api/resources.ts';
import { StatusError } from '../../api/status.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { silentLogger } from '../../base/logger.ts';
import { deploymentController } from '../deployment/deployment.ts';
import { replicaSetController } from '../replicaset/replicaSet.ts';
import { disruptionController } from './disruption.ts';

const selector = { matchLabels: { app: 'web' } };

describe('disruptionController', () => {
  let cluster: ControlledCluster;
  beforeEach(async () => {
    cluster = await startControlledCluster({
      controllers: [
        { name: 'deployment', account: 'deployment-controller', create: deploymentController },
        { name: 'replicaset', account: 'replicaset-controller', create: replicaSetController },
        { name: 'disruption', account: 'disruption-controller', create: disruptionController },
      ],
      logger: silentLogger,
    });
  });
  afterEach(() => cluster.stop());

  const namespace = 'shop';
  const budget = () => cluster.get(podDisruptionBudgets, namespace, 'web');
  const makeBudget = (spec: object) =>
    cluster.client.create(podDisruptionBudgets, {
      metadata: { name: 'web', namespace },
      spec: { selector, ...spec },
    });
  const makeWeb = (replicas: number) =>
    cluster.client.create(deployments, {
      metadata: { name: 'web', namespace },
      spec: {
        replicas,
        selector,
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'c', image: 'busybox' }] },
        },
      },
    });
  const allows = (count: number) => () => budget()?.status?.disruptionsAllowed === count;
  const evict = (name: string) =>
    cluster.client.createSubresource(pods, { namespace, name }, 'eviction', {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace },
    });
  const names = () =>
    cluster
      .list(pods, namespace)
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata.name);

  it('follows the pods of a deployment and what it wants', async () => {
    await makeBudget({ maxUnavailable: '50%' });
    await cluster.until('the empty budget is seen', () => budget()?.status?.observedGeneration === 1);
    assert.equal(budget()?.status?.disruptionsAllowed, 0);
    await makeWeb(4);
    await cluster.until('two may go', allows(2));
    assert.deepEqual(
      [budget()?.status?.expectedPods, budget()?.status?.currentHealthy, budget()?.status?.desiredHealthy],
      [4, 4, 2],
    );
    await cluster.client.patch(
      podDisruptionBudgets,
      { namespace, name: 'web' },
      'application/merge-patch+json',
      { spec: { maxUnavailable: 1 } },
    );
    await cluster.until('one may go', () => allows(1)() && budget()?.status?.observedGeneration === 2);
  });

  it('lets as many be evicted as it allows, and more when others are ready', async () => {
    await makeBudget({ minAvailable: 2 });
    await makeWeb(3);
    await cluster.until('one may go', allows(1));
    cluster.kubelet!.ready = () => false;
    const [first, second] = names();
    await evict(first!);
    await cluster.until('none may go', allows(0));
    await assert.rejects(evict(second!), (error) => {
      assert.ok(error instanceof StatusError);
      assert.deepEqual([error.code, error.status.reason], [429, 'TooManyRequests']);
      assert.equal(error.message, "Cannot evict pod as it would violate the pod's disruption budget.");
      assert.equal(error.status.details?.causes?.[0]?.reason, 'DisruptionBudget');
      return true;
    });
    await cluster.until('the replacement is there', () => names().length === 3);
    cluster.kubelet!.ready = () => true;
    cluster.kubelet!.lookAgain();
    await cluster.until('one may go again', allows(1));
    await evict(second!);
  });

  it('lets exactly one of many evictions at the same time have the last place', async () => {
    await makeBudget({ minAvailable: 2 });
    await makeWeb(3);
    await cluster.until('one may go', allows(1));
    cluster.kubelet!.ready = () => false;
    const results = await Promise.allSettled(names().map(evict));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  it('says what it cannot count: pods of a controller that it does not know, and of none', async () => {
    const make = (name: string, owner?: object) =>
      cluster.client.create(pods, {
        metadata: {
          name,
          namespace,
          labels: { app: 'web' },
          ...(owner === undefined ? {} : { ownerReferences: [owner] }),
        },
        spec: { containers: [{ name: 'c', image: 'busybox' }] },
      } as never);
    await make('alone');
    await makeBudget({ maxUnavailable: 1 });
    const reasons = (): (string | undefined)[] => cluster.list(events, namespace).map(({ reason }) => reason);
    await cluster.until('it is told of the one without', () => reasons().includes('UnmanagedPods'));
    await make('theirs', { apiVersion: 'x.y/v1', kind: 'Herd', name: 'h', uid: 'u', controller: true });
    await cluster.until(
      'the failure is shown',
      () =>
        budget()?.status?.conditions?.some(
          ({ reason, message }) =>
            reason === 'SyncFailed' && message === 'found no controllers for pod "theirs"',
        ) === true,
    );
    assert.ok(allows(0)());
  });
});
