import assert from 'node:assert/strict';
import fc from 'fast-check';
import { selectorFromMap } from '../api/labels.ts';
import type { Pod } from '../api/types.ts';
import { makeNode, makePod } from '../../test/harness/memoryCluster.ts';
import { SchedulerCache } from './cache.ts';
import { podSelector } from './podSelector.ts';

const web = podSelector(selectorFromMap({ app: 'web' }));

const zoned = (name: string, zone: string): ReturnType<typeof makeNode> =>
  makeNode(name, { metadata: { labels: { 'topology.kubernetes.io/zone': zone } } });

describe('SchedulerCache', () => {
  it('counts an assumed pod at once and the same pod once when the informer confirms it', () => {
    const cache = new SchedulerCache();
    cache.addNode(makeNode('a'));
    const assumed = cache.assume(makePod('p'), 'a');
    assert.equal(cache.get('a')?.requested.cpu, 100);
    assert.equal(cache.isAssumed(assumed), true);
    cache.setPod(assumed);
    assert.equal(cache.get('a')?.requested.cpu, 100);
    assert.equal(cache.get('a')?.requested.pods, 1);
    assert.equal(cache.isAssumed(assumed), false);
  });

  it('forgets an assumption, but not a pod that the informer has confirmed', () => {
    const cache = new SchedulerCache();
    cache.addNode(makeNode('a'));
    const one = cache.assume(makePod('one'), 'a');
    cache.forget(one);
    assert.equal(cache.get('a')?.requested.cpu, 0);
    const two = cache.assume(makePod('two'), 'a');
    cache.setPod(two);
    cache.forget(two);
    assert.equal(cache.get('a')?.requested.cpu, 100);
  });

  it('moves a pod to the node where the informer shows it', () => {
    const cache = new SchedulerCache();
    cache.addNode(makeNode('a'));
    cache.addNode(makeNode('b'));
    const pod = makePod('p');
    cache.assume(pod, 'a');
    cache.setPod({ ...pod, spec: { ...pod.spec, nodeName: 'b' } });
    assert.equal(cache.get('a')?.pods.length, 0);
    assert.equal(cache.get('b')?.pods.length, 1);
  });

  it('counts pods that were there before their node, and again when a node comes back', () => {
    const cache = new SchedulerCache();
    cache.setPod(makePod('p', { nodeName: 'a' }));
    cache.addNode(makeNode('a'));
    assert.equal(cache.get('a')?.requested.pods, 1);
    cache.removeNode('a');
    assert.equal(cache.nodes.length, 0);
    cache.addNode(makeNode('a'));
    assert.equal(cache.get('a')?.requested.pods, 1);
  });

  it('takes one node of each zone in turn', () => {
    const cache = new SchedulerCache();
    for (const [name, zone] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['a3', 'a'],
      ['b1', 'b'],
      ['c1', 'c'],
    ] as const) {
      cache.addNode(zoned(name, zone));
    }
    const order = cache.nodes.map((info) => info.node.metadata.name);
    assert.deepEqual(order, ['a1', 'b1', 'c1', 'a2', 'a3']);
    cache.updateNode(zoned('a2', 'd'));
    assert.deepEqual(
      cache.nodes.map((info) => info.node.metadata.name),
      ['a1', 'a2', 'b1', 'c1', 'a3'],
    );
  });

  it('counts on how many nodes an image is', () => {
    const cache = new SchedulerCache();
    const images = [{ names: ['app:1'], sizeBytes: 1 }];
    cache.addNode(makeNode('a', { status: { images } }));
    cache.addNode(makeNode('b', { status: { images } }));
    assert.equal(cache.nodesWithImage('app:1'), 2);
    cache.updateNode(makeNode('a'));
    cache.removeNode('b');
    assert.equal(cache.nodesWithImage('app:1'), 0);
  });

  it('keeps selector counters equal to a recount, whatever pods and nodes do', () => {
    const names = ['a', 'b', 'c'];
    const step = fc.oneof(
      fc.record({
        op: fc.constant('pod' as const),
        uid: fc.integer({ min: 0, max: 8 }),
        node: fc.constantFrom(...names),
        app: fc.constantFrom('web', 'db'),
        leaving: fc.boolean(),
      }),
      fc.record({ op: fc.constant('remove' as const), uid: fc.integer({ min: 0, max: 8 }) }),
      fc.record({
        op: fc.constant('node' as const),
        node: fc.constantFrom(...names),
        zone: fc.constantFrom('x', 'y'),
      }),
      fc.record({ op: fc.constant('removeNode' as const), node: fc.constantFrom(...names) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cache = new SchedulerCache();
        for (const name of names) cache.addNode(zoned(name, 'x'));
        const counter = cache.counter('default', web);
        counter.byTopology('topology.kubernetes.io/zone');
        for (const s of steps) {
          if (s.op === 'pod') {
            const metadata: Partial<Pod['metadata']> = {
              uid: String(s.uid),
              labels: { app: s.app },
              ...(s.leaving ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
            };
            cache.setPod(makePod('p', { nodeName: s.node }, metadata));
          } else if (s.op === 'remove') cache.removePod(makePod('p', {}, { uid: String(s.uid) }));
          else if (s.op === 'node') cache.updateNode(zoned(s.node, s.zone));
          else cache.removeNode(s.node);

          const perNode: Record<string, number> = {};
          const perZone: Record<string, number> = {};
          for (const { node, pods } of cache.nodes) {
            const count = pods.filter(
              (pod) => pod.metadata.labels?.['app'] === 'web' && pod.metadata.deletionTimestamp === undefined,
            ).length;
            if (count === 0) continue;
            const zone = node.metadata.labels?.['topology.kubernetes.io/zone'] ?? '';
            perNode[node.metadata.name] = count;
            perZone[zone] = (perZone[zone] ?? 0) + count;
          }
          assert.deepEqual(Object.fromEntries(counter.perNode), perNode);
          assert.deepEqual(Object.fromEntries(counter.byTopology('topology.kubernetes.io/zone')), perZone);
        }
      }),
    );
  });
});
