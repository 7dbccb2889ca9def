import assert from 'node:assert/strict';
import type { Taint, Toleration } from '../../api/types.ts';
import { makeNode, makePod } from '../../../test/harness/memoryCluster.ts';
import { PluginWorld } from '../../../test/harness/pluginWorld.ts';
import { taintToleration } from './taintToleration.ts';
import { tolerates } from '../../api/tolerations.ts';

const taint = (key: string, value: string | undefined, effect: string): Taint => ({
  key,
  effect,
  ...(value === undefined ? {} : { value }),
});

describe('tolerates', () => {
  const ab = taint('a', 'b', 'NoSchedule');
  const cases: readonly [name: string, toleration: Toleration, taint: Taint, expected: boolean][] = [
    [
      'Equal with the same value',
      { key: 'a', operator: 'Equal', value: 'b', effect: 'NoSchedule' },
      ab,
      true,
    ],
    ['no operator means Equal', { key: 'a', value: 'b' }, ab, true],
    ['Equal with another value', { key: 'a', value: 'c' }, ab, false],
    ['Exists with the key', { key: 'a', operator: 'Exists' }, ab, true],
    ['Exists without a key tolerates everything', { operator: 'Exists' }, ab, true],
    ['another effect', { key: 'a', operator: 'Exists', effect: 'NoExecute' }, ab, false],
    [
      'no effect means every effect',
      { key: 'a', operator: 'Exists' },
      taint('a', undefined, 'NoExecute'),
      true,
    ],
    [
      'a missing value equals an empty one',
      { key: 'a', value: '' },
      taint('a', undefined, 'NoSchedule'),
      true,
    ],
    ['Equal without a key tolerates nothing', { operator: 'Equal', value: 'b' }, ab, false],
  ];
  for (const [name, toleration, against, expected] of cases) {
    it(name, () => assert.equal(tolerates(toleration, against), expected));
  }
});

describe('TaintToleration', () => {
  const node = (name: string, ...taints: Taint[]): ReturnType<typeof makeNode> =>
    makeNode(name, { spec: { taints } });

  it('filter names the first taint that is not tolerated', () => {
    const world = new PluginWorld([
      node('plain'),
      node('hard', taint('a', 'b', 'NoSchedule')),
      node('evicting', taint('down', undefined, 'NoExecute')),
      node('soft', taint('s', undefined, 'PreferNoSchedule')),
    ]);
    assert.deepEqual(world.filter(taintToleration(), makePod('p')), {
      plain: '',
      hard: 'node(s) had untolerated taint {a: b}',
      evicting: 'node(s) had untolerated taint {down: }',
      soft: '',
    });
  });

  it('score prefers nodes with fewer soft taints that the pod does not tolerate', () => {
    const soft = (key: string): Taint => taint(key, undefined, 'PreferNoSchedule');
    const world = new PluginWorld([
      node('none'),
      node('one', soft('x')),
      node('two', soft('x'), soft('y')),
      node('tolerated', soft('z')),
    ]);
    const pod = makePod('p', { tolerations: [{ key: 'z', operator: 'Exists' }] });
    assert.deepEqual(world.score(taintToleration(), pod), { none: 100, one: 50, two: 0, tolerated: 100 });
  });
});
