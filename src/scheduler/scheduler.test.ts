import assert from 'node:assert/strict';
import { FakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { createDeferred } from '../base/deferred.ts';
import type { Pod } from '../api/types.ts';
import { makeNode, makePod, MemoryCluster } from '../../test/harness/memoryCluster.ts';
import { steadyRandom } from '../../test/harness/pluginWorld.ts';
import type { Plugin, PluginContext } from './framework.ts';
import { defaultPlugins } from './plugins/index.ts';
import { createScheduler } from './scheduler.ts';

describe('createScheduler', () => {
  let cluster: MemoryCluster;
  let clock: FakeClock;
  let stop: AbortController;
  let running: Promise<void>;

  beforeEach(() => {
    cluster = new MemoryCluster();
    clock = new FakeClock();
    stop = new AbortController();
    running = Promise.resolve();
  });

  afterEach(async () => {
    stop.abort();
    await running;
    assert.equal(clock.pending, 0, 'a timer is left');
  });

  const start = (extra: (context: PluginContext) => readonly Plugin[] = () => []): void => {
    const scheduler = createScheduler({
      client: cluster.client,
      informers: cluster.informers,
      events: cluster.recorder,
      clock,
      random: steadyRandom,
      logger: silentLogger,
      plugins: (context) => [...extra(context).map((plugin) => ({ plugin })), ...defaultPlugins(context)],
    });
    running = scheduler.run(stop.signal);
  };
  const nodeOf = (name: string): string | undefined => cluster.pods.get('default', name)?.spec.nodeName;
  const condition = (
    name: string,
  ): NonNullable<NonNullable<Pod['status']>['conditions']>[number] | undefined =>
    cluster.pods.get('default', name)?.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const eventsOf = (name: string): string[] =>
    cluster.events
      .filter(({ object }) => object === `default/${name}`)
      .map(({ reason, message }) => `${reason}: ${message}`);
  const untilRejected = (name: string): Promise<void> =>
    cluster.until(() => condition(name)?.status === 'False');
  const small = makeNode('small', { status: { allocatable: { cpu: '1', memory: '1Gi', pods: '10' } } });
  const large = (name: string, spec: Partial<Pod['spec']> = {}): Pod =>
    makePod(name, { containers: [{ name: 'c', resources: { requests: { cpu: '600m' } } }], ...spec });

  it('binds pods that were there before and pods that come later', async () => {
    cluster.nodes.put(makeNode('a'));
    cluster.pods.put(makePod('before'));
    start();
    await cluster.until(() => nodeOf('before') === 'a');
    cluster.pods.put(makePod('after'));
    await cluster.until(() => nodeOf('after') === 'a' && eventsOf('after').length > 0);
    assert.deepEqual(eventsOf('after'), ['Scheduled: Successfully assigned default/after to a']);
  });

  it('goes on with others, however many wait for what is made for them', async () => {
    cluster.nodes.put(makeNode('a', { status: { allocatable: { cpu: '64', memory: '64Gi', pods: '999' } } }));
    const made = createDeferred<undefined>();
    start((context) => [
      {
        name: 'Slow',
        async preBind(_state, pod) {
          if (pod.metadata.name !== 'quick') await context.park(made.promise);
          return undefined;
        },
      },
    ]);
    for (let i = 0; i < 300; i++) cluster.pods.put(makePod(`slow${i}`));
    cluster.pods.put(makePod('quick'));
    await cluster.until(() => nodeOf('quick') === 'a');
    assert.equal(nodeOf('slow0'), undefined);
    made.resolve(undefined);
    await cluster.until(() => nodeOf('slow299') === 'a');
  });

  it('leaves alone pods of other schedulers, pods that are placed and pods on their way out', async () => {
    cluster.nodes.put(makeNode('a'));
    cluster.pods.put(makePod('other', { schedulerName: 'mine' }));
    cluster.pods.put(makePod('leaving', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }));
    cluster.pods.put(makePod('done', {}, {}, { phase: 'Failed' }));
    cluster.pods.put(makePod('last'));
    start();
    await cluster.until(() => nodeOf('last') === 'a');
    assert.deepEqual(
      ['other', 'leaving', 'done'].map((name) => nodeOf(name)),
      [undefined, undefined, undefined],
    );
  });

  it('spreads pods over nodes by what is left on them', async () => {
    for (const name of ['a', 'b', 'c']) cluster.nodes.put(makeNode(name));
    start();
    for (let i = 0; i < 9; i++) cluster.pods.put(makePod(`p${i}`));
    await cluster.until(() => cluster.pods.list().every((pod) => pod.spec.nodeName !== undefined));
    const counts = Object.values(Object.groupBy(cluster.pods.list(), (pod) => pod.spec.nodeName ?? ''));
    assert.deepEqual(
      counts.map((pods) => pods?.length),
      [3, 3, 3],
    );
  });

  it('never puts more on a node than fits, however many bindings are under way', async () => {
    cluster.nodes.put(small);
    start();
    cluster.pods.put(large('one'));
    cluster.pods.put(large('two'));
    await untilRejected('two');
    await cluster.until(() => nodeOf('one') === 'small');
    assert.equal(nodeOf('two'), undefined);
  });

  it('says in the condition and an event why a pod is not placed', async () => {
    cluster.nodes.put(small);
    cluster.nodes.put(
      makeNode('tainted', { spec: { taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] } }),
    );
    start();
    cluster.pods.put(large('huge', { containers: [{ name: 'c', resources: { requests: { cpu: '64' } } }] }));
    await untilRejected('huge');
    const message =
      '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {a: b}. ' +
      'preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.';
    const { reason, message: said } = condition('huge') ?? {};
    assert.deepEqual({ reason, said }, { reason: 'Unschedulable', said: message });
    assert.deepEqual(eventsOf('huge'), [`FailedScheduling: ${message}`]);
  });

  it('says that there are no nodes, and places the pod when one comes', async () => {
    start();
    cluster.pods.put(makePod('p'));
    await untilRejected('p');
    assert.equal(condition('p')?.message, 'no nodes available to schedule pods');
    cluster.nodes.put(makeNode('a'));
    await clock.advance(1_000);
    await cluster.until(() => nodeOf('p') === 'a');
  });

  it('tries a rejected pod again when another one makes room', async () => {
    cluster.nodes.put(small);
    cluster.pods.put(large('holder', { nodeName: 'small' }));
    start();
    cluster.pods.put(large('p'));
    await untilRejected('p');
    await clock.advance(1_000);
    assert.equal(nodeOf('p'), undefined);
    cluster.pods.remove('default', 'holder');
    await cluster.until(() => nodeOf('p') === 'small');
  });

  it('counts a pod that ends as gone', async () => {
    cluster.nodes.put(small);
    const holder = large('holder', { nodeName: 'small' });
    cluster.pods.put(holder);
    start();
    cluster.pods.put(large('p'));
    await untilRejected('p');
    cluster.pods.put({ ...holder, status: { phase: 'Succeeded' } });
    await clock.advance(1_000);
    await cluster.until(() => nodeOf('p') === 'small');
  });

  it('takes a placement back when binding fails, and tries again after the back-off', async () => {
    cluster.nodes.put(small);
    let refusals = 1;
    cluster.refuse = (verb) => (verb === 'bind' && refusals-- > 0 ? new Error('etcd is away') : undefined);
    start();
    cluster.pods.put(large('p'));
    await untilRejected('p');
    assert.deepEqual([condition('p')?.reason, condition('p')?.message], ['SchedulerError', 'etcd is away']);
    await clock.advance(1_000);
    await cluster.until(() => nodeOf('p') === 'small');
  });

  it('writes the same condition only once', async () => {
    let patches = 0;
    cluster.refuse = (verb) => {
      if (verb === 'patch') patches++;
      return undefined;
    };
    cluster.nodes.put(small);
    start();
    cluster.pods.put(large('p', { nodeSelector: { a: 'b' } }));
    await untilRejected('p');
    await clock.advance(5 * 60_000);
    await cluster.until(() => eventsOf('p').length === 2);
    assert.equal(patches, 1);
  });

  it('forgets a pod that is deleted while it waits', async () => {
    start();
    cluster.pods.put(makePod('p'));
    await untilRejected('p');
    cluster.pods.remove('default', 'p');
    cluster.nodes.put(makeNode('a'));
    cluster.pods.put(makePod('q'));
    await cluster.until(() => eventsOf('q').length > 0);
    assert.deepEqual(
      cluster.events.filter(({ reason }) => reason === 'Scheduled').map(({ object }) => object),
      ['default/q'],
    );
  });

  it('takes a pod that was made again under the same name for another one', async () => {
    cluster.nodes.put(small);
    const old = large('p', { nodeName: 'small' });
    cluster.pods.put(old);
    start();
    const again = large('p');
    cluster.pods.put(again);
    await cluster.until(() => nodeOf('p') === 'small');
    assert.equal(cluster.pods.get('default', 'p')?.metadata.uid, again.metadata.uid);
  });

  it('decides the next pod while bindings are under way', async () => {
    cluster.nodes.put(makeNode('a'));
    const gate = createDeferred<undefined>();
    let binding = 0;
    const slow: Plugin = {
      name: 'Slow',
      async preBind() {
        binding++;
        cluster.changed.fire('preBind');
        await gate.promise;
        return undefined;
      },
    };
    start(() => [slow]);
    for (const name of ['p', 'q', 'r']) cluster.pods.put(makePod(name));
    await cluster.until(() => binding === 3);
    assert.equal(nodeOf('p'), undefined);
    gate.resolve(undefined);
    await cluster.until(() => ['p', 'q', 'r'].every((name) => nodeOf(name) === 'a'));
  });

  it('unreserves what was reserved when a later plugin refuses', async () => {
    cluster.nodes.put(makeNode('a'));
    const calls: string[] = [];
    const books: Plugin = {
      name: 'Books',
      reserve: () => void calls.push('reserve'),
      unreserve: () => void calls.push('unreserve'),
    };
    const refuses: Plugin = {
      name: 'Refuses',
      permit: () => ({ status: { code: 'Unschedulable', reasons: ['not today'] } }),
    };
    start(() => [books, refuses]);
    cluster.pods.put(makePod('p'));
    await untilRejected('p');
    assert.deepEqual(calls, ['reserve', 'unreserve']);
    assert.equal(condition('p')?.message, '0/1 nodes are available: 1 not today.');
  });

  it('holds a pod that permit makes wait until it is allowed, or rejects it when its time is up', async () => {
    cluster.nodes.put(makeNode('a'));
    let context: PluginContext | undefined;
    const asked: string[] = [];
    const waits: Plugin = {
      name: 'Waits',
      permit: (_state, pod) => {
        asked.push(pod.metadata.name);
        cluster.changed.fire('permit');
        return { status: { code: 'Wait', reasons: [] }, timeoutMs: 500 };
      },
    };
    start((given) => {
      context = given;
      return [waits];
    });
    const allowed = makePod('allowed');
    cluster.pods.put(allowed);
    cluster.pods.put(makePod('forgotten'));
    await cluster.until(() => asked.length === 2);
    await new Promise((resolve) => setImmediate(resolve));
    context?.waiting.allow(allowed);
    await cluster.until(() => nodeOf('allowed') === 'a');
    await clock.advance(500);
    await untilRejected('forgotten');
    assert.equal(nodeOf('forgotten'), undefined);
  });

  describe('preemption', () => {
    const ranked = (name: string, priority: number, spec: Partial<Pod['spec']> = {}): Pod =>
      large(name, { priority, ...spec });

    it('ends the least important pod that makes room, and places the pod there', async () => {
      cluster.nodes.put({ ...small, metadata: { ...small.metadata, name: 'a' } });
      cluster.nodes.put({ ...small, metadata: { ...small.metadata, name: 'b' } });
      cluster.pods.put(ranked('medium', 5, { nodeName: 'a' }));
      cluster.pods.put(ranked('low', 1, { nodeName: 'b' }));
      start();
      cluster.pods.put(ranked('vip', 100));
      await cluster.until(() => cluster.pods.get('default', 'low') === undefined);
      await cluster.until(() => cluster.pods.get('default', 'vip')?.status?.nominatedNodeName === 'b');
      await clock.advance(1_000);
      await cluster.until(() => nodeOf('vip') === 'b');
      assert.ok(cluster.pods.get('default', 'medium') !== undefined);
      assert.match(eventsOf('low').join(), /^Preempted: Preempted by pod pod-vip-\d+ on node b$/);
    });

    it('sees what pod affinity and spreading would say without the victims', async () => {
      const zone = (name: string): void =>
        cluster.nodes.put(
          makeNode(name, {
            metadata: { labels: { 'topology.kubernetes.io/zone': name, 'kubernetes.io/hostname': name } },
          }),
        );
      zone('a');
      const labels = { app: 'hermit' };
      const affinity = {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'topology.kubernetes.io/zone', labelSelector: { matchLabels: labels } },
          ],
        },
      };
      cluster.pods.put(makePod('bystander', { nodeName: 'a', priority: 1 }));
      cluster.pods.put(makePod('low', { nodeName: 'a', priority: 1 }, { labels }));
      start();
      cluster.pods.put(makePod('vip', { priority: 100, affinity }, { labels }));
      await cluster.until(() => cluster.pods.get('default', 'vip')?.status?.nominatedNodeName === 'a');
      assert.equal(cluster.pods.get('default', 'low'), undefined);
      await clock.advance(1_000);
      await cluster.until(() => nodeOf('vip') === 'a');
      assert.ok(cluster.pods.get('default', 'bystander') !== undefined);
    });

    it('says so where nobody is less important', async () => {
      cluster.nodes.put(small);
      cluster.pods.put(ranked('equal', 5, { nodeName: 'small' }));
      start();
      cluster.pods.put(ranked('p', 5));
      await untilRejected('p');
      assert.equal(
        condition('p')?.message,
        '0/1 nodes are available: 1 Insufficient cpu. ' +
          'preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
      );
    });

    it('does nothing for a pod with preemptionPolicy Never', async () => {
      cluster.nodes.put(small);
      cluster.pods.put(ranked('low', 1, { nodeName: 'small' }));
      start();
      cluster.pods.put(ranked('meek', 100, { preemptionPolicy: 'Never' }));
      await untilRejected('meek');
      assert.match(
        condition('meek')?.message ?? '',
        /preemption: not eligible due to preemptionPolicy=Never\.$/,
      );
      assert.ok(cluster.pods.get('default', 'low') !== undefined);
    });
  });
});
