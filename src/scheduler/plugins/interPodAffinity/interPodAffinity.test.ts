import assert from 'node:assert/strict';
import { namespaces } from '../../../api/resources.ts';
import type { Affinity, Namespace, Pod } from '../../../api/types.ts';
import { makeNode, makePod } from '../../../../test/harness/memoryCluster.ts';
import { PluginWorld } from '../../../../test/harness/pluginWorld.ts';
import { interPodAffinity } from './interPodAffinity.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const AFFINITY = "node(s) didn't match pod affinity rules";
const ANTI_AFFINITY = "node(s) didn't match pod anti-affinity rules";
const EXISTING = "node(s) didn't satisfy existing pods anti-affinity rules";

const node = (name: string, zone?: string): ReturnType<typeof makeNode> =>
  makeNode(name, { metadata: { labels: { [HOST]: name, ...(zone === undefined ? {} : { [ZONE]: zone }) } } });
const nodes = [node('a1', 'a'), node('a2', 'a'), node('b1', 'b'), node('x')];

type Term = NonNullable<
  NonNullable<Affinity['podAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>[number];
const term = (app: string, topologyKey = ZONE, extra: Partial<Term> = {}): Term => ({
  topologyKey,
  labelSelector: { matchLabels: { app } },
  ...extra,
});
const near = (...terms: Term[]): Affinity => ({
  podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms },
});
const far = (...terms: Term[]): Affinity => ({
  podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms },
});
const rather = (weight: number, podAffinityTerm: Term): Affinity => ({
  podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }] },
});
const ratherNot = (weight: number, podAffinityTerm: Term): Affinity => ({
  podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }] },
});

const pod = (app: string, affinity?: Affinity, nodeName?: string, namespace = 'default'): Pod =>
  makePod(
    app,
    { ...(affinity === undefined ? {} : { affinity }), ...(nodeName === undefined ? {} : { nodeName }) },
    { labels: { app }, namespace },
  );
const placed = (app: string, nodeName: string, namespace?: string): Pod =>
  pod(app, undefined, nodeName, namespace);

const filter = (world: PluginWorld, incoming: Pod): Record<string, string> =>
  world.filter(interPodAffinity(world.context), incoming);
const score = (world: PluginWorld, incoming: Pod): Record<string, number> =>
  world.score(interPodAffinity(world.context), incoming);

describe('InterPodAffinity filter', () => {
  it('keeps to the domains where wanted pods are', () => {
    const world = new PluginWorld(nodes, [placed('db', 'a1')]);
    assert.deepEqual(filter(world, pod('web', near(term('db')))), {
      a1: '',
      a2: '',
      b1: AFFINITY,
      x: AFFINITY,
    });
  });

  it('wants one pod that all terms are about, each in its own topology', () => {
    const world = new PluginWorld(nodes, [placed('db', 'a1')]);
    const both = pod('web', near(term('db'), term('db', HOST)));
    assert.deepEqual(filter(world, both), { a1: '', a2: AFFINITY, b1: AFFINITY, x: AFFINITY });
    const impossible = pod('web', near(term('db'), term('cache')));
    assert.equal(filter(world, impossible)['a1'], AFFINITY);
  });

  it('lets the first of a group that wants its own kind go wherever the label is', () => {
    const world = new PluginWorld(nodes);
    assert.deepEqual(filter(world, pod('web', near(term('web')))), { a1: '', a2: '', b1: '', x: AFFINITY });
    assert.equal(filter(world, pod('web', near(term('db'))))['a1'], AFFINITY);
  });

  it('takes no name that objects inherit for a label', () => {
    const world = new PluginWorld([node('a'), node('b')], [placed('db', 'a')]);
    const wanted = pod('web', near(term('db', 'constructor')));
    assert.deepEqual(filter(world, wanted), { a: AFFINITY, b: AFFINITY });
    assert.deepEqual(filter(world, pod('web', far(term('db', 'constructor')))), { a: '', b: '' });
  });

  it('shuns the domains of unwanted pods, and takes nodes without the label', () => {
    const world = new PluginWorld(nodes, [placed('web', 'a1')]);
    assert.deepEqual(filter(world, pod('web', far(term('web')))), {
      a1: ANTI_AFFINITY,
      a2: ANTI_AFFINITY,
      b1: '',
      x: '',
    });
  });

  it('respects placed pods that shun the incoming one', () => {
    const world = new PluginWorld(nodes, [pod('hermit', far(term('web')), 'b1')]);
    assert.deepEqual(filter(world, pod('web')), { a1: '', a2: '', b1: EXISTING, x: '' });
    assert.equal(filter(world, pod('db'))['b1'], '');
  });

  it('forgets a placed pod that goes', () => {
    const hermit = pod('hermit', far(term('web')), 'b1');
    const world = new PluginWorld(nodes, [hermit]);
    world.cache.removePod(hermit);
    assert.equal(filter(world, pod('web'))['b1'], '');
  });

  it('looks at its own namespace, at those named, and at those selected', () => {
    const world = new PluginWorld(nodes, [placed('db', 'a1', 'team')]);
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { ...makePod('x').metadata, name: 'team', labels: { env: 'prod' } },
    } as unknown as Namespace;
    world.cluster.informer(namespaces).put(namespace);
    const fits = (extra: Partial<Term>): boolean =>
      filter(world, pod('web', near(term('db', ZONE, extra))))['a1'] === '';
    assert.equal(fits({}), false);
    assert.equal(fits({ namespaces: ['team'] }), true);
    assert.equal(fits({ namespaceSelector: {} }), true);
    assert.equal(fits({ namespaceSelector: { matchLabels: { env: 'prod' } } }), true);
    assert.equal(fits({ namespaceSelector: { matchLabels: { env: 'test' } } }), false);
  });
});

describe('InterPodAffinity score', () => {
  it('adds the weights of preferred terms for every pod in the domain', () => {
    const world = new PluginWorld(nodes, [placed('db', 'a1'), placed('db', 'a2'), placed('db', 'b1')]);
    assert.deepEqual(score(world, pod('web', rather(5, term('db')))), { a1: 100, a2: 100, b1: 50, x: 0 });
    assert.deepEqual(score(world, pod('web', ratherNot(5, term('db')))), { a1: 0, a2: 0, b1: 50, x: 100 });
  });

  it('counts what placed pods prefer and require of the incoming one', () => {
    const world = new PluginWorld(nodes, [
      pod('friend', rather(4, term('web')), 'a1'),
      pod('fan', near(term('web')), 'b1'),
    ]);
    assert.deepEqual(score(world, pod('web')), { a1: 100, a2: 100, b1: 25, x: 0 });
  });

  it('has nothing to say where nobody prefers anything', () => {
    const world = new PluginWorld(nodes, [placed('db', 'a1')]);
    assert.deepEqual(score(world, pod('web')), { a1: 0, a2: 0, b1: 0, x: 0 });
  });
});
