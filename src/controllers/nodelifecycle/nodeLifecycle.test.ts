import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import { events, leases, nodes, pods } from '../../api/resources.ts';
import { microTimeOf, timeOf } from '../../api/time.ts';
import type { Node } from '../../api/types.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { podGarbageCollector } from '../podgc/podGc.ts';
import { taintEvictionController } from '../tainteviction/taintEviction.ts';
import { evictionInterval, EvictionPace } from './evictionPace.ts';
import { taintsFor } from './health.ts';
import { nodeLifecycleController } from './nodeLifecycle.ts';

const controllers = [
  { name: 'nodelifecycle', account: 'node-controller', create: nodeLifecycleController() },
  { name: 'tainteviction', account: 'node-controller', create: taintEvictionController },
  {
    name: 'podgc',
    account: 'pod-garbage-collector',
    create: podGarbageCollector({ terminatedThreshold: 3 }),
  },
];

describe('node lifecycle', () => {
  let cluster: ControlledCluster;
  let clock: FakeClock;

  beforeEach(async () => {
    clock = new FakeClock(Date.parse('2026-01-01T00:00:00Z'));
    cluster = await startControlledCluster({ controllers, clock, kubelet: false });
  });
  afterEach(() => cluster.stop());

  const node = (name: string) => cluster.list(nodes).find((each) => each.metadata.name === name);
  const taints = (name: string) =>
    (node(name)?.spec.taints ?? []).map(({ key, effect }) => `${key.split('/')[1]}:${effect}`).sort();
  const ready = (name: string) => node(name)?.status?.conditions?.find((c) => c.type === 'Ready')?.status;
  const addNode = async (name: string) => {
    await cluster.client.create(nodes, { metadata: { name }, spec: {} });
    await report(name, 'True');
    await cluster.client.create(leases, {
      metadata: { name, namespace: 'kube-node-lease' },
      spec: { holderIdentity: name, renewTime: microTimeOf(clock.now()) },
    });
  };
  const report = (name: string, status: string) =>
    cluster.client.patch(
      nodes,
      { name },
      'application/strategic-merge-patch+json',
      {
        status: {
          conditions: [
            {
              type: 'Ready',
              status,
              reason: 'X',
              message: '',
              lastHeartbeatTime: timeOf(clock.now()),
              lastTransitionTime: timeOf(clock.now()),
            },
          ],
        },
      },
      { subresource: 'status' },
    );
  const renew = (...names: string[]) =>
    Promise.all(
      names.map((name) =>
        cluster.client.patch(leases, { namespace: 'kube-node-lease', name }, 'application/merge-patch+json', {
          spec: { renewTime: microTimeOf(clock.now()) },
        }),
      ),
    );
  /** Time passes in steps of a kubelet's heartbeat; the named nodes are alive. */
  const pass = async (seconds: number, ...alive: string[]) => {
    for (let at = 0; at < seconds; at += 10) {
      await renew(...alive);
      await clock.advance(10_000);
    }
  };
  const addPod = async (name: string, nodeName: string, tolerationSeconds?: number) => {
    await cluster.client.create(pods, {
      metadata: { name, namespace: 'd' },
      spec: {
        nodeName,
        containers: [{ name: 'c', image: 'x' }],
        ...(tolerationSeconds === undefined
          ? {}
          : { tolerations: [{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds }] }),
      },
    });
    await cluster.client.patch(
      pods,
      { namespace: 'd', name },
      'application/merge-patch+json',
      { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
      { subresource: 'status' },
    );
  };
  const pod = (name: string) => cluster.get(pods, 'd', name);
  const isReady = (name: string) => pod(name)?.status?.conditions?.find((c) => c.type === 'Ready')?.status;

  it('lets a node be as long as its lease is renewed', async () => {
    await addNode('a');
    await pass(300, 'a');
    assert.equal(ready('a'), 'True');
    assert.deepEqual(taints('a'), []);
  });

  it('makes a silent node Unknown, taints it, marks its pods not ready and evicts them in their time', async () => {
    await addNode('a');
    await addNode('b');
    await addPod('stays', 'a', 300);
    await addPod('leaves', 'a');
    await pass(30, 'b');
    assert.equal(ready('a'), 'True');
    await pass(20, 'b');
    await cluster.until('unreachable', () => ready('a') === 'Unknown' && taints('a').length === 2);
    assert.deepEqual(taints('a'), ['unreachable:NoExecute', 'unreachable:NoSchedule']);
    const condition = node('a')!.status!.conditions!.find((c) => c.type === 'MemoryPressure')!;
    assert.deepEqual([condition.status, condition.reason], ['Unknown', 'NodeStatusNeverUpdated']);
    assert.equal(
      node('a')!.status!.conditions!.find((c) => c.type === 'Ready')!.message,
      'Kubelet stopped posting node status.',
    );
    await cluster.until('not ready', () => isReady('stays') === 'False');
    await cluster.until(
      'the pod without toleration leaves',
      () => pod('leaves')?.metadata.deletionTimestamp !== undefined,
    );
    assert.equal(
      pod('leaves')!.status!.conditions!.find((c) => c.type === 'DisruptionTarget')!.reason,
      'DeletionByTaintManager',
    );
    await cluster.until('events', () =>
      ['NodeNotReady', 'TaintManagerEviction'].every((reason) =>
        cluster.list(events).some((e) => e.reason === reason),
      ),
    );
    assert.deepEqual([ready('b'), taints('b')], ['True', []]);

    await pass(280, 'b');
    assert.equal(pod('stays')!.metadata.deletionTimestamp, undefined);
    await pass(40, 'b');
    await cluster.until(
      'the other leaves after its time',
      () => pod('stays')?.metadata.deletionTimestamp !== undefined,
    );
  });

  it('takes the taints away when the node reports again, and its pods stay', async () => {
    await addNode('a');
    await addNode('b');
    await addPod('p', 'a', 60);
    await pass(50, 'b');
    await cluster.until('tainted', () => taints('a').length === 2);
    await report('a', 'True');
    await cluster.until('untainted', () => taints('a').length === 0);
    await pass(120, 'a', 'b');
    assert.equal(pod('p')!.metadata.deletionTimestamp, undefined);
    await cluster.until('told', () =>
      cluster.list(events).some((e) => e.message === 'Cancelling deletion of Pod d/p'),
    );
  });

  it('evicts nothing while every node is lost', async () => {
    await addNode('a');
    await addNode('b');
    await addPod('p', 'a');
    await pass(60);
    const onlyUnschedulable = () =>
      ['a', 'b'].every((name) => taints(name).join() === 'unreachable:NoSchedule');
    await cluster.until('both are lost', onlyUnschedulable);
    await pass(60);
    assert.ok(onlyUnschedulable());
    assert.equal(pod('p')!.metadata.deletionTimestamp, undefined);
    await report('b', 'True');
    await cluster.until('only now', () => taints('a').includes('unreachable:NoExecute'));
    assert.deepEqual(taints('b'), []);
  });

  it('starts the nodes’ time over after the machine has slept', async () => {
    await addNode('a');
    await addNode('b');
    await pass(20, 'a', 'b');
    clock.jump(3_600_000);
    await clock.advance(41_000);
    assert.deepEqual([ready('a'), ready('b')], ['True', 'True']);
    await pass(60, 'b');
    await cluster.until('the one that is silent since', () => ready('a') === 'Unknown');
    assert.equal(ready('b'), 'True');
  });

  it('follows cordon and conditions with NoSchedule taints', async () => {
    await addNode('a');
    const patch = (spec: object) =>
      cluster.client.patch(nodes, { name: 'a' }, 'application/merge-patch+json', { spec });
    await patch({ unschedulable: true });
    await cluster.until('cordoned', () => taints('a').join() === 'unschedulable:NoSchedule');
    await patch({ unschedulable: null });
    await cluster.until('uncordoned', () => taints('a').length === 0);
  });

  it('evicts by a taint that a user sets, and not when it is taken away in time', async () => {
    await addNode('a');
    await addPod('short', 'a', 5);
    await addPod('long', 'a', 25);
    const set = (value: unknown) =>
      cluster.client.patch(nodes, { name: 'a' }, 'application/merge-patch+json', { spec: { taints: value } });
    await set([{ key: 'k', value: 'v', effect: 'NoExecute' }]);
    await pass(10, 'a');
    await cluster.until('the short one leaves', () => pod('short')?.metadata.deletionTimestamp !== undefined);
    await set(null);
    await pass(60, 'a');
    assert.equal(pod('long')!.metadata.deletionTimestamp, undefined);
  });

  it('deletes the pods of a node that is gone, and ended pods beyond the threshold', async () => {
    await addNode('a');
    await addNode('b');
    await addPod('lost', 'a');
    for (const name of ['e1', 'e2', 'e3', 'e4', 'e5']) {
      await addPod(name, 'b');
      await cluster.client.patch(
        pods,
        { namespace: 'd', name },
        'application/merge-patch+json',
        { status: { phase: 'Succeeded' } },
        { subresource: 'status' },
      );
      await clock.advance(1000);
    }
    await cluster.until('three ended pods are left', () => cluster.list(pods).length === 4);
    assert.deepEqual(['e1', 'e2'].map(pod), [undefined, undefined]);
    await cluster.client.delete(nodes, { name: 'a' });
    await pass(30, 'b');
    assert.ok(pod('lost') !== undefined);
    await pass(20, 'b');
    await cluster.until('the lost pod is gone', () => pod('lost') === undefined);
  });
});

describe('taintsFor', () => {
  const make = (status: string | undefined, taints: Node['spec']['taints'] = []): Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', uid: 'n', resourceVersion: '1', creationTimestamp: '' },
    spec: { taints },
    status: { conditions: status === undefined ? [] : [{ type: 'Ready', status }] },
  });
  const noSchedule = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
  const own = { key: 'mine', effect: 'NoExecute' };

  it('changes nothing where taints are as they should be', () => {
    assert.equal(taintsFor(make('True', [own]), true, 0), undefined);
    assert.equal(taintsFor(make('False', [noSchedule]), false, 0), undefined);
  });

  it('keeps the taint of a node that has never told of itself', () => {
    assert.equal(taintsFor(make(undefined, [noSchedule]), true, 0), undefined);
  });

  it('swaps not-ready for unreachable and leaves others alone', () => {
    const before = [own, noSchedule, { ...noSchedule, effect: 'NoExecute' }];
    const after = taintsFor(make('Unknown', before), true, 0)!;
    assert.deepEqual(
      after.map(({ key, effect }) => `${key} ${effect}`),
      [
        'mine NoExecute',
        'node.kubernetes.io/unreachable NoSchedule',
        'node.kubernetes.io/unreachable NoExecute',
      ],
    );
    assert.equal(after[1]!.timeAdded, '1970-01-01T00:00:00Z');
  });
});

describe('evictionInterval', () => {
  it('is none when all are lost, and when most of a small cluster is', () => {
    assert.deepEqual(
      [evictionInterval(3, 3), evictionInterval(1, 1), evictionInterval(3, 5)],
      [undefined, undefined, undefined],
    );
  });
  it('is long when most of a large cluster is lost, else ten seconds', () => {
    assert.deepEqual(
      [evictionInterval(60, 100), evictionInterval(2, 3), evictionInterval(1, 100)],
      [100_000, 10_000, 10_000],
    );
  });
});

describe('EvictionPace', () => {
  it('lets the first through at once and the others in turn', () => {
    const pace = new EvictionPace();
    assert.deepEqual(
      [pace.reserve(0, 10), pace.reserve(4, 10), pace.reserve(10, 10), pace.reserve(11, 10)],
      [0, 6, 0, 9],
    );
  });
});
