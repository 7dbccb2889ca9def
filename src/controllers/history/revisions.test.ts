import assert from 'node:assert/strict';
import { dataOf, type Revisioned } from './revisions.ts';

describe('what a revision keeps', () => {
  it('is the template as a patch, with the keys of every object in order', () => {
    const owner = {
      metadata: { name: 'a', namespace: 'b' },
      spec: {
        template: {
          spec: { containers: [{ name: 'c', image: 'd', args: undefined }], affinity: {} },
          metadata: { labels: { z: '1', a: '2' } },
        },
      },
    } as unknown as Revisioned;
    assert.equal(
      JSON.stringify(dataOf(owner)),
      '{"spec":{"template":{"$patch":"replace","metadata":{"labels":{"a":"2","z":"1"}},"spec":{"affinity":{},"containers":[{"image":"d","name":"c"}]}}}}',
    );
  });
});
