import assert from 'node:assert/strict';
import { controllerRevisions, daemonSets, events, nodes, pods } from '../../api/resources.ts';
import type { DaemonSet, Taint } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { targetNode } from './daemonPod.ts';
import { daemonSetController } from './daemonSet.ts';

const at = { namespace: 'ops', name: 'logs' };

function logs(spec: object = {}, podSpec: object = {}): NewObject<DaemonSet> {
  return {
    metadata: { ...at },
    spec: {
      selector: { matchLabels: { app: 'logs' } },
      template: {
        metadata: { labels: { app: 'logs' } },
        spec: { containers: [{ name: 'c', image: 'logs:1' }], ...podSpec },
      },
      ...spec,
    },
  };
}

describe('daemonSetController', () => {
  let cluster: ControlledCluster;

  beforeEach(async () => {
    cluster = await startControlledCluster({
      controllers: [{ name: 'daemonset', account: 'daemon-set-controller', create: daemonSetController }],
    });
    for (const name of ['n1', 'n2', 'n3']) await addNode(name);
  });
  afterEach(() => cluster.stop());

  const addNode = (name: string, labels: Record<string, string> = {}, taints: Taint[] = []) =>
    cluster.client.create(nodes, { metadata: { name, labels }, spec: { taints } });
  const status = () => cluster.get(daemonSets, 'ops', 'logs')?.status;
  const places = () =>
    cluster
      .list(pods, 'ops')
      .map((pod) => targetNode(pod))
      .sort();
  const images = () => cluster.list(pods, 'ops').map((pod) => pod.spec.containers[0]?.image);
  const available = (count: number) =>
    cluster.until(`${count} available`, () => status()?.numberAvailable === count);
  const patch = (spec: object) =>
    cluster.client.patch(daemonSets, at, 'application/merge-patch+json', { spec });
  const withImage = (image: string) => ({ template: { spec: { containers: [{ name: 'c', image }] } } });

  it('runs one pod on each node, as nodes come and go', async () => {
    await cluster.client.create(daemonSets, logs());
    await available(3);
    assert.deepEqual(places(), ['n1', 'n2', 'n3']);
    assert.equal(status()?.desiredNumberScheduled, 3);
    assert.equal(status()?.updatedNumberScheduled, 3);
    await addNode('n4');
    await available(4);
    await cluster.client.delete(nodes, { name: 'n1' });
    await cluster.until('its pod is gone', () => places().join() === 'n2,n3,n4');
    const [pod] = cluster.list(pods, 'ops');
    const keys = pod?.spec.tolerations?.map(({ key, effect }) => `${key ?? ''}:${effect ?? ''}`) ?? [];
    for (const key of [
      'node.kubernetes.io/not-ready:NoExecute',
      'node.kubernetes.io/unschedulable:NoSchedule',
    ]) {
      assert.ok(keys.includes(key), keys.join());
    }
    assert.equal(pod?.metadata.labels?.['pod-template-generation'], '1');
    const [revision] = cluster.list(controllerRevisions, 'ops');
    assert.equal(
      pod.metadata.labels['controller-revision-hash'],
      revision?.metadata.labels?.['controller-revision-hash'],
    );
    assert.ok(cluster.list(events, 'ops').some(({ message }) => /^Created pod: logs-/.test(message ?? '')));
  });

  it('follows labels and taints', async () => {
    await cluster.client.create(daemonSets, logs({}, { nodeSelector: { color: 'blue' } }));
    await cluster.until('seen', () => status()?.observedGeneration === 1);
    assert.deepEqual(places(), []);
    const label = (color: string) =>
      cluster.client.patch(nodes, { name: 'n2' }, 'application/merge-patch+json', {
        metadata: { labels: { color } },
      });
    await label('blue');
    await available(1);
    assert.deepEqual(places(), ['n2']);
    await label('green');
    await cluster.until('gone', () => places().length === 0 && status()?.desiredNumberScheduled === 0);
    await label('blue');
    await available(1);
    const taint = (effect: string) =>
      cluster.client.patch(nodes, { name: 'n2' }, 'application/merge-patch+json', {
        spec: { taints: [{ key: 'k', effect }] },
      });
    await taint('NoSchedule');
    await cluster.until('no longer wanted', () => status()?.numberMisscheduled === 1);
    assert.deepEqual(places(), ['n2']);
    await taint('NoExecute');
    await cluster.until('gone', () => places().length === 0);
  });

  it('replaces old pods one at a time, and keeps healthy ones in a rollback', async () => {
    await cluster.client.create(daemonSets, logs());
    await available(3);
    const before = new Set(cluster.list(pods, 'ops').map(({ metadata }) => metadata.name));
    cluster.kubelet!.ready = (pod) => pod.spec.containers[0]?.image !== 'logs:broken';
    await patch(withImage('logs:broken'));
    await cluster.until('one is replaced', () => status()?.updatedNumberScheduled === 1);
    assert.equal(status()?.numberAvailable, 2);
    await patch(withImage('logs:1'));
    await cluster.until('back', () => images().every((image) => image === 'logs:1'));
    await available(3);
    const kept = cluster.list(pods, 'ops').filter(({ metadata }) => before.has(metadata.name));
    assert.equal(kept.length, 2);
    assert.deepEqual(
      cluster
        .list(controllerRevisions, 'ops')
        .map(({ revision }) => revision)
        .sort(),
      [2, 3],
    );
  });

  it('brings a new pod up beside the old one where it may surge', async () => {
    await cluster.client.create(
      daemonSets,
      logs({ updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }),
    );
    await available(3);
    let fewest = 3;
    cluster.server.cache.onChange('core/pods/', () => {
      const ready = cluster
        .list(pods, 'ops')
        .filter(
          ({ status: its, metadata }) =>
            metadata.deletionTimestamp === undefined &&
            its?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
        );
      fewest = Math.min(fewest, new Set(ready.map(targetNode)).size);
    });
    await patch(withImage('logs:2'));
    await cluster.until(
      'updated',
      () => places().length === 3 && images().every((image) => image === 'logs:2'),
    );
    await available(3);
    assert.equal(fewest, 3);
  });

  it('leaves pods to be deleted by hand with OnDelete', async () => {
    await cluster.client.create(daemonSets, logs({ updateStrategy: { type: 'OnDelete' } }));
    await available(3);
    await patch(withImage('logs:2'));
    await cluster.until('seen', () => status()?.observedGeneration === 2);
    assert.deepEqual(images(), ['logs:1', 'logs:1', 'logs:1']);
    const [pod] = cluster.list(pods, 'ops');
    await cluster.client.delete(pods, pod!.metadata);
    await cluster.until('one new', () => images().filter((image) => image === 'logs:2').length === 1);
  });

  it('replaces a failed pod, and another after a wait', async () => {
    await cluster.client.create(daemonSets, logs({}, { nodeSelector: { 'kubernetes.io/hostname': 'n9' } }));
    await addNode('n9', { 'kubernetes.io/hostname': 'n9' });
    await available(1);
    const fail = async (): Promise<void> => {
      const [pod] = cluster.list(pods, 'ops');
      await cluster.client.patch(
        pods,
        pod!.metadata,
        'application/merge-patch+json',
        { status: { phase: 'Failed' } },
        { subresource: 'status' },
      );
      await cluster.until('another', () => {
        const [now] = cluster.list(pods, 'ops');
        return now !== undefined && now.metadata.uid !== pod!.metadata.uid && now.status?.phase === 'Running';
      });
    };
    await fail();
    await fail();
  });
});
