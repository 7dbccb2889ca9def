import assert from 'node:assert/strict';
import type { Pod, ReplicaSet, Service, TopologySpreadConstraint } from '../../../api/types.ts';
import { replicaSets, services } from '../../../api/resources.ts';
import { makeNode, makePod } from '../../../../test/harness/memoryCluster.ts';
import { PluginWorld } from '../../../../test/harness/pluginWorld.ts';
import { podTopologySpread } from './podTopologySpread.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const MISMATCH = "node(s) didn't match pod topology spread constraints";
const MISSING = `${MISMATCH} (missing required label)`;

const node = (
  name: string,
  zone: string | undefined,
  extra: Record<string, string> = {},
): ReturnType<typeof makeNode> =>
  makeNode(name, {
    metadata: { labels: { [HOST]: name, ...(zone === undefined ? {} : { [ZONE]: zone }), ...extra } },
  });
const web = (nodeName: string, metadata: Partial<Pod['metadata']> = {}): Pod =>
  makePod('web', { nodeName }, { labels: { app: 'web' }, ...metadata });
const times = (count: number, nodeName: string): Pod[] => Array.from({ length: count }, () => web(nodeName));

const constraint = (overrides: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint => ({
  topologyKey: ZONE,
  maxSkew: 1,
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: { matchLabels: { app: 'web' } },
  ...overrides,
});
const spreading = (...topologySpreadConstraints: TopologySpreadConstraint[]): Pod =>
  makePod('p', { topologySpreadConstraints }, { labels: { app: 'web' } });

const filter = (world: PluginWorld, pod: Pod): Record<string, string> =>
  world.filter(podTopologySpread(world.context), pod);
const score = (world: PluginWorld, pod: Pod): Record<string, number> =>
  world.score(podTopologySpread(world.context), pod);

describe('PodTopologySpread filter', () => {
  const nodes = [node('a1', 'a'), node('a2', 'a'), node('b1', 'b')];

  it('rejects the domains that would be more than maxSkew above the emptiest', () => {
    const world = new PluginWorld(nodes, times(1, 'a1'));
    assert.deepEqual(filter(world, spreading(constraint())), { a1: MISMATCH, a2: MISMATCH, b1: '' });
    assert.deepEqual(filter(world, spreading(constraint({ maxSkew: 2 }))), { a1: '', a2: '', b1: '' });
  });

  it('rejects nodes without the label', () => {
    const world = new PluginWorld([...nodes, node('x', undefined)]);
    assert.equal(filter(world, spreading(constraint()))['x'], MISSING);
  });

  it('takes no name that objects inherit for a label', () => {
    const world = new PluginWorld([node('a', 'a'), node('b', 'b', { constructor: 'x' })]);
    const pod = spreading(constraint({ topologyKey: 'constructor' }));
    assert.deepEqual(filter(world, pod), { a: MISSING, b: '' });
  });

  it('does not count the pod itself where its own selector does not match it', () => {
    const world = new PluginWorld(nodes, times(1, 'a1'));
    const pod = makePod('p', { topologySpreadConstraints: [constraint()] }, { labels: { app: 'other' } });
    assert.equal(filter(world, pod)['a1'], '');
  });

  it('counts neither pods on their way out nor those of other namespaces', () => {
    const world = new PluginWorld(nodes, [
      web('a1', { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      web('a1', { namespace: 'other' }),
    ]);
    assert.equal(filter(world, spreading(constraint()))['a1'], '');
  });

  it('takes the minimum as 0 where there are fewer domains than minDomains', () => {
    const world = new PluginWorld(nodes, [...times(1, 'a1'), ...times(1, 'b1')]);
    assert.equal(filter(world, spreading(constraint()))['b1'], '');
    assert.equal(filter(world, spreading(constraint({ minDomains: 3 })))['b1'], MISMATCH);
  });

  it('leaves nodes out of the minimum that the pod cannot use, unless nodeAffinityPolicy is Ignore', () => {
    const world = new PluginWorld([node('a', 'a', { disk: 'ssd' }), node('b', 'b')], times(1, 'a'));
    const pod = (policy: string): Pod => {
      const { spec, metadata } = spreading(constraint({ nodeAffinityPolicy: policy }));
      return makePod('p', { ...spec, nodeSelector: { disk: 'ssd' } }, metadata);
    };
    assert.equal(filter(world, pod('Honor'))['a'], '');
    assert.equal(filter(world, pod('Ignore'))['a'], MISMATCH);
  });

  it('leaves tainted nodes out of the minimum only where nodeTaintsPolicy is Honor', () => {
    const tainted = { ...node('b', 'b'), spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } };
    const world = new PluginWorld([node('a', 'a'), tainted], times(1, 'a'));
    assert.equal(filter(world, spreading(constraint()))['a'], MISMATCH);
    assert.equal(filter(world, spreading(constraint({ nodeTaintsPolicy: 'Honor' })))['a'], '');
  });

  it('adds the values of matchLabelKeys to the selector', () => {
    const world = new PluginWorld(nodes, [web('a1', { labels: { app: 'web', version: '1' } })]);
    const pod = (version: string): Pod =>
      makePod(
        'p',
        { topologySpreadConstraints: [constraint({ matchLabelKeys: ['version'] })] },
        { labels: { app: 'web', version } },
      );
    assert.equal(filter(world, pod('1'))['a1'], MISMATCH);
    assert.equal(filter(world, pod('2'))['a1'], '');
  });

  it('holds all constraints at once', () => {
    const world = new PluginWorld(nodes, [...times(1, 'a1'), ...times(1, 'b1')]);
    const both = spreading(constraint(), constraint({ topologyKey: HOST }));
    assert.deepEqual(filter(world, both), { a1: MISMATCH, a2: '', b1: MISMATCH });
  });
});

describe('PodTopologySpread score', () => {
  const soft = (overrides: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint =>
    constraint({ whenUnsatisfiable: 'ScheduleAnyway', ...overrides });

  it('prefers emptier domains', () => {
    const world = new PluginWorld(
      [node('a', 'a'), node('b', 'b'), node('c', 'c')],
      [...times(2, 'a'), ...times(1, 'b')],
    );
    const scores = score(world, spreading(soft()));
    assert.deepEqual(scores, { a: 0, b: 33, c: 100 });
  });

  it('gives nodes without the label the worst score', () => {
    const world = new PluginWorld([node('a', 'a'), node('x', undefined)], times(1, 'a'));
    assert.deepEqual(score(world, spreading(soft())), { a: 100, x: 0 });
  });

  it('counts the same with a node selector that all nodes match as without', () => {
    const world = new PluginWorld(
      [node('a', 'a', { os: 'linux' }), node('b', 'b', { os: 'linux' })],
      [...times(3, 'a'), ...times(1, 'b')],
    );
    const plain = spreading(soft());
    const selective = makePod('p', { ...plain.spec, nodeSelector: { os: 'linux' } }, plain.metadata);
    assert.deepEqual(score(world, selective), score(world, plain));
  });
});

describe('PodTopologySpread default spreading', () => {
  const meta = (name: string): Service['metadata'] => ({
    name,
    namespace: 'default',
    uid: name,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  });
  const pod = makePod('p', {}, { labels: { app: 'web' } });
  const nodes = [node('a', undefined), node('b', undefined)];

  it('prefers hosts without pods of the same service', () => {
    const world = new PluginWorld(nodes, times(1, 'a'));
    const plugin = podTopologySpread(world.context);
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('web'),
      spec: { selector: { app: 'web' } },
    };
    world.cluster.informer(services).put(service);
    const scores = world.score(plugin, pod);
    assert.ok((scores['b'] ?? 0) > (scores['a'] ?? 0), JSON.stringify(scores));
  });

  it('prefers hosts without pods of the same replica set, service or not', () => {
    const world = new PluginWorld(nodes, times(1, 'a'));
    const plugin = podTopologySpread(world.context);
    const replicaSet = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: meta('web-1'),
      spec: { selector: { matchLabels: { app: 'web' } } },
    } as ReplicaSet;
    world.cluster.informer(replicaSets).put(replicaSet);
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name: 'web-1',
      uid: 'web-1',
      controller: true,
    };
    const owned = makePod('p', {}, { labels: { app: 'web' }, ownerReferences: [owner] });
    const scores = world.score(plugin, owned);
    assert.ok((scores['b'] ?? 0) > (scores['a'] ?? 0), JSON.stringify(scores));
  });

  it('has nothing to say about a pod that belongs to nothing', () => {
    const world = new PluginWorld(nodes, times(1, 'a'));
    assert.deepEqual(world.score(podTopologySpread(world.context), pod), { a: 0, b: 0 });
  });
});
