import assert from 'node:assert/strict';
import { makeNode, makePod } from '../../../test/harness/memoryCluster.ts';
import { PluginWorld } from '../../../test/harness/pluginWorld.ts';
import { nodeName } from './nodeName.ts';

describe('NodeName', () => {
  const world = new PluginWorld([makeNode('a'), makeNode('b')]);

  it('filter accepts only the node that spec.nodeName names', () => {
    assert.deepEqual(world.filter(nodeName(), makePod('p', { nodeName: 'a' })), {
      a: '',
      b: "node(s) didn't match the requested node name",
    });
  });

  it('filter accepts every node where none is named', () => {
    assert.deepEqual(world.filter(nodeName(), makePod('p')), { a: '', b: '' });
  });
});
