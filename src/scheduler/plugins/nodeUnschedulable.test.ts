import assert from 'node:assert/strict';
import { makeNode, makePod } from '../../../test/harness/memoryCluster.ts';
import { PluginWorld } from '../../../test/harness/pluginWorld.ts';
import { hintOf } from '../clusterEvents.ts';
import { nodeUnschedulable } from './nodeUnschedulable.ts';

describe('NodeUnschedulable', () => {
  const cordoned = makeNode('cordoned', { spec: { unschedulable: true } });
  const world = new PluginWorld([makeNode('open'), cordoned]);

  it('filter rejects cordoned nodes', () => {
    assert.deepEqual(world.filter(nodeUnschedulable(), makePod('p')), {
      open: '',
      cordoned: 'node(s) were unschedulable',
    });
  });

  it('filter accepts a cordoned node for a pod that tolerates it', () => {
    const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }];
    assert.equal(world.filter(nodeUnschedulable(), makePod('p', { tolerations }))['cordoned'], '');
  });

  it('hint queues when a node is uncordoned and not when one is cordoned', () => {
    const registrations = nodeUnschedulable().events?.() ?? [];
    const event = { resource: 'Node', actions: ['UpdateTaints'] } as const;
    assert.equal(hintOf(registrations, makePod('p'), { event, current: makeNode('cordoned') }), 'Queue');
    assert.equal(hintOf(registrations, makePod('p'), { event, current: cordoned }), 'QueueSkip');
  });
});
