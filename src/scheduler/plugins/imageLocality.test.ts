import assert from 'node:assert/strict';
import { makeNode, makePod } from '../../../test/harness/memoryCluster.ts';
import { PluginWorld } from '../../../test/harness/pluginWorld.ts';
import { imageLocality } from './imageLocality.ts';

const MB = 1024 * 1024;
const node = (name: string, images: Record<string, number>): ReturnType<typeof makeNode> =>
  makeNode(name, {
    status: {
      images: Object.entries(images).map(([image, size]) => ({ names: [image], sizeBytes: size * MB })),
    },
  });
const using = (...images: string[]): ReturnType<typeof makePod> =>
  makePod('p', { containers: images.map((image, i) => ({ name: `c${i}`, image })) });

describe('ImageLocality', () => {
  it('score grows with the size of what is there already, counted by how many nodes have it', () => {
    const world = new PluginWorld([
      node('a', { 'big:1': 1000 }),
      node('b', { 'small:1': 40 }),
      node('c', {}),
    ]);
    // a: 1000 MB on one of three nodes is 333 MB: (333 - 23) / (1000 - 23).
    assert.deepEqual(world.score(imageLocality(world.context), using('big:1')), { a: 31, b: 0, c: 0 });
  });

  it('score is 0 below 23 MB and 100 at 1000 MB for each container', () => {
    const world = new PluginWorld([node('a', { 'huge:1': 5000, 'tiny:1': 10 })]);
    assert.deepEqual(world.score(imageLocality(world.context), using('huge:1')), { a: 100 });
    assert.deepEqual(world.score(imageLocality(world.context), using('tiny:1')), { a: 0 });
  });

  it('score takes an image without a tag for latest, also behind a registry with a port', () => {
    const world = new PluginWorld([node('a', { 'host:5000/app:latest': 2000 })]);
    assert.deepEqual(world.score(imageLocality(world.context), using('host:5000/app')), { a: 100 });
  });
});
