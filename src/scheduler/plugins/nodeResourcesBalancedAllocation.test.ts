import assert from 'node:assert/strict';
import { makeNode, makePod } from '../../../test/harness/memoryCluster.ts';
import { PluginWorld } from '../../../test/harness/pluginWorld.ts';
import { nodeResourcesBalancedAllocation } from './nodeResourcesBalancedAllocation.ts';

describe('NodeResourcesBalancedAllocation', () => {
  const node = (name: string, cpu: string, memory: string): ReturnType<typeof makeNode> =>
    makeNode(name, { status: { allocatable: { cpu, memory, pods: '10' } } });
  const world = new PluginWorld([node('even', '4', '4Gi'), node('odd', '2', '8Gi')]);

  it('score prefers the node whose shares of cpu and memory would be closest', () => {
    const pod = makePod('p', {
      containers: [{ name: 'c', resources: { requests: { cpu: '1', memory: '1Gi' } } }],
    });
    // even: 1/4 and 1/4; odd: 1/2 and 1/8, half the difference of 0.375 off.
    assert.deepEqual(world.score(nodeResourcesBalancedAllocation(), pod), { even: 100, odd: 81 });
  });

  it('preScore leaves out pods that request nothing', () => {
    const pod = makePod('p', { containers: [{ name: 'c' }] });
    assert.deepEqual(world.score(nodeResourcesBalancedAllocation(), pod), { even: 0, odd: 0 });
  });
});
