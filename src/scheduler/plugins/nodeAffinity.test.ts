import assert from 'node:assert/strict';
import type { NodeSelectorTerm, Pod } from '../../api/types.ts';
import { makeNode, makePod } from '../../../test/harness/memoryCluster.ts';
import { PluginWorld } from '../../../test/harness/pluginWorld.ts';
import { nodeAffinity } from './nodeAffinity.ts';

const node = (name: string, labels: Record<string, string>): ReturnType<typeof makeNode> =>
  makeNode(name, { metadata: { labels } });
const world = new PluginWorld([
  node('ssd', { disk: 'ssd', size: '8' }),
  node('hdd', { disk: 'hdd', size: '16' }),
  node('bare', {}),
]);

const requiring = (...nodeSelectorTerms: NodeSelectorTerm[]): Pod =>
  makePod('p', {
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
const expression = (key: string, operator: string, ...values: string[]): NodeSelectorTerm => ({
  matchExpressions: [{ key, operator, values }],
});
const byName = (operator: string, ...values: string[]): NodeSelectorTerm => ({
  matchFields: [{ key: 'metadata.name', operator, values }],
});

const fitting = (pod: Pod): readonly string[] =>
  Object.entries(world.filter(nodeAffinity(), pod))
    .filter(([, reason]) => reason === '')
    .map(([name]) => name);

describe('NodeAffinity', () => {
  const cases: readonly [name: string, pod: Pod, nodes: readonly string[]][] = [
    ['nothing asked', makePod('p'), ['ssd', 'hdd', 'bare']],
    ['nodeSelector', makePod('p', { nodeSelector: { disk: 'ssd' } }), ['ssd']],
    ['In', requiring(expression('disk', 'In', 'ssd', 'nvme')), ['ssd']],
    ['NotIn matches nodes without the label', requiring(expression('disk', 'NotIn', 'ssd')), ['hdd', 'bare']],
    ['Exists', requiring(expression('disk', 'Exists')), ['ssd', 'hdd']],
    ['DoesNotExist', requiring(expression('disk', 'DoesNotExist')), ['bare']],
    ['Gt compares as integers', requiring(expression('size', 'Gt', '9')), ['hdd']],
    ['Lt compares as integers', requiring(expression('size', 'Lt', '9')), ['ssd']],
    ['Gt of something that is no integer', requiring(expression('disk', 'Gt', '1')), []],
    [
      'terms are alternatives',
      requiring(expression('disk', 'In', 'ssd'), expression('size', 'Gt', '9')),
      ['ssd', 'hdd'],
    ],
    ['an empty term matches nothing', requiring({}), []],
    ['matchFields by name', requiring(byName('In', 'hdd')), ['hdd']],
    ['names of several terms', requiring(byName('In', 'hdd'), byName('In', 'bare')), ['hdd', 'bare']],
    [
      'a term without names keeps all nodes open',
      requiring(byName('In', 'bare'), expression('disk', 'In', 'ssd')),
      ['ssd', 'bare'],
    ],
  ];
  for (const [name, pod, nodes] of cases) it(`filter: ${name}`, () => assert.deepEqual(fitting(pod), nodes));

  it("filter gives upstream's reason", () => {
    const reasons = world.filter(nodeAffinity(), makePod('p', { nodeSelector: { disk: 'ssd' } }));
    assert.equal(reasons['hdd'], "node(s) didn't match Pod's node affinity/selector");
  });

  it('preFilter rejects the pod where a term asks for two names at once', () => {
    const both: NodeSelectorTerm = {
      matchFields: [
        { key: 'metadata.name', operator: 'In', values: ['ssd'] },
        { key: 'metadata.name', operator: 'In', values: ['hdd'] },
      ],
    };
    assert.equal(world.filter(nodeAffinity(), requiring(both))['ssd'], 'pod affinity terms conflict');
  });

  it('score sums the weights of the preferred terms that match, up to 100 for the best', () => {
    const pod = makePod('p', {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 3, preference: expression('disk', 'Exists') },
            { weight: 1, preference: expression('size', 'Gt', '9') },
          ],
        },
      },
    });
    assert.deepEqual(world.score(nodeAffinity(), pod), { ssd: 75, hdd: 100, bare: 0 });
  });
});
