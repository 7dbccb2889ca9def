import assert from 'node:assert/strict';
import { makeNode, makePod } from '../../test/harness/memoryCluster.ts';
import { PluginWorld, steadyRandom } from '../../test/harness/pluginWorld.ts';
import type { NodeInfo, Plugin } from './framework.ts';
import { Cycle, type EnabledPlugin } from './runner.ts';
import { feasibleNodesToFind, NodeSelector } from './selectNode.ts';

describe('feasibleNodesToFind', () => {
  const cases: readonly [percentage: number | undefined, nodes: number, expected: number][] = [
    [undefined, 10, 10],
    [undefined, 99, 99],
    [undefined, 100, 100],
    [undefined, 1000, 420],
    [undefined, 5000, 500],
    [undefined, 6000, 300],
    [undefined, 50_000, 2500],
    [40, 10, 10],
    [40, 1000, 400],
    [5, 1000, 100],
    [100, 1000, 1000],
    [0, 5000, 500],
  ];
  for (const [percentage, nodes, expected] of cases) {
    it(`${percentage ?? 'no'} percent of ${nodes} nodes is ${expected}`, () => {
      assert.equal(feasibleNodesToFind(percentage, nodes), expected);
    });
  }
});

describe('NodeSelector', () => {
  const named = (count: number): ReturnType<typeof makeNode>[] =>
    Array.from({ length: count }, (_, i) => makeNode(`n${i}`));
  const selecting = (
    world: PluginWorld,
    plugins: readonly (Plugin | EnabledPlugin)[],
    random = steadyRandom,
  ): NodeSelector => new NodeSelector(world.cache, world.runner(...plugins), random, undefined);
  const number = (info: NodeInfo): number => Number(info.node.metadata.name.slice(1));

  it('takes the node with the highest weighted sum', () => {
    const world = new PluginWorld(named(3));
    const up: Plugin = { name: 'Up', score: (_s, _p, info) => number(info) * 10 };
    const down: Plugin = { name: 'Down', score: (_s, _p, info) => 20 - number(info) * 10 };
    const select = (weight: number): string | undefined =>
      selecting(world, [
        { plugin: up, weight: 1 },
        { plugin: down, weight },
      ]).select(new Cycle(), makePod('p')).node;
    assert.equal(select(0.5), 'n2');
    assert.equal(select(2), 'n0');
  });

  it('chooses among equals at random', () => {
    const world = new PluginWorld(named(3));
    const flat: Plugin = { name: 'Flat', score: () => 1 };
    const pick = (value: number): string | undefined =>
      selecting(world, [flat], { ...steadyRandom, number: () => value }).select(new Cycle(), makePod('p'))
        .node;
    assert.equal(pick(0), 'n2');
    assert.equal(pick(0.99), 'n0');
  });

  it('looks at a sample of a large cluster and goes on from there in the next cycle', () => {
    const world = new PluginWorld(named(200));
    const seen: number[] = [];
    const watching: Plugin = {
      name: 'Watching',
      filter: (_s, _p, info) => {
        seen.push(number(info));
        return undefined;
      },
    };
    const selector = selecting(world, [watching]);
    selector.select(new Cycle(), makePod('p'));
    assert.deepEqual(
      seen,
      Array.from({ length: 100 }, (_, i) => i),
    );
    seen.length = 0;
    selector.select(new Cycle(), makePod('q'));
    assert.deepEqual(
      seen,
      Array.from({ length: 100 }, (_, i) => i + 100),
    );
  });

  it('asks no further filter about a node that one has rejected', () => {
    const world = new PluginWorld(named(1));
    let asked = 0;
    const first: Plugin = { name: 'First', filter: () => ({ code: 'Unschedulable', reasons: ['no'] }) };
    const second: Plugin = {
      name: 'Second',
      filter: () => {
        asked++;
        return undefined;
      },
    };
    const selection = selecting(world, [first, second]).select(new Cycle(), makePod('p'));
    assert.equal(selection.node, undefined);
    assert.deepEqual([...selection.rejectedBy], ['First']);
    assert.equal(asked, 0);
  });

  it('looks only at the nodes that preFilter plugins agree on', () => {
    const world = new PluginWorld(named(4));
    const narrow = (name: string, ...nodes: string[]): Plugin => ({
      name,
      preFilter: () => ({ nodes: new Set(nodes) }),
    });
    const agreed = selecting(world, [narrow('A', 'n1', 'n2'), narrow('B', 'n2', 'n3')]);
    assert.equal(agreed.select(new Cycle(), makePod('p')).node, 'n2');
    const disjoint = selecting(world, [narrow('A', 'n1'), narrow('B', 'n2')]).select(
      new Cycle(),
      makePod('p'),
    );
    assert.equal(disjoint.node, undefined);
    assert.equal(disjoint.diagnosis.preFilter, "node(s) didn't satisfy plugin(s) [A B] simultaneously");
  });

  it('leaves out the filter of a plugin whose preFilter skips', () => {
    const world = new PluginWorld(named(1));
    const skipping: Plugin = {
      name: 'Skipping',
      preFilter: () => ({ status: { code: 'Skip', reasons: [] } }),
      filter: () => ({ code: 'Unschedulable', reasons: ['no'] }),
    };
    assert.equal(selecting(world, [skipping]).select(new Cycle(), makePod('p')).node, 'n0');
  });

  it('throws where a plugin errs', () => {
    const world = new PluginWorld(named(1));
    const broken: Plugin = { name: 'Broken', filter: () => ({ code: 'Error', reasons: ['boom'] }) };
    assert.throws(
      () => selecting(world, [broken]).select(new Cycle(), makePod('p')),
      /running plugin "Broken": boom/,
    );
  });

  it('takes the nominated node first, if it fits', () => {
    const world = new PluginWorld(named(3));
    const flat: Plugin = { name: 'Score', score: (_s, _p, info) => number(info) };
    const pod = makePod('p', {}, {}, { nominatedNodeName: 'n0' });
    assert.equal(selecting(world, [flat]).select(new Cycle(), pod).node, 'n0');
  });

  it('leaves room for pods of higher priority that are promised the node', () => {
    const world = new PluginWorld(named(1));
    const onePod: Plugin = {
      name: 'OnePod',
      filter: (_s, _p, info) =>
        info.pods.length === 0 ? undefined : { code: 'Unschedulable', reasons: ['full'] },
    };
    const selector = selecting(world, [onePod]);
    world.nominator.set(makePod('vip', { priority: 10 }), 'n0');
    assert.equal(selector.select(new Cycle(), makePod('low', { priority: 1 })).node, undefined);
    assert.equal(selector.select(new Cycle(), makePod('higher', { priority: 20 })).node, 'n0');
  });
});
