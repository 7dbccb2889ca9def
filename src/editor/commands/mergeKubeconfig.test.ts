import assert from 'node:assert/strict';
import { workspace } from 'vscode';
import { commandWorld, type CommandWorld } from '../../../test/harness/vscode/commandWorld.ts';
import { shown } from '../../../test/harness/vscode/fakeModule.ts';
import { mergeKubeconfig } from './mergeKubeconfig.ts';
import { takeFromKubeconfig } from './takeFromKubeconfig.ts';

describe('the user’s own kubeconfig', () => {
  let world: CommandWorld;
  let merged: (readonly [string, boolean])[];
  let taken: string[];

  beforeEach(async () => {
    merged = [];
    taken = [];
    const kubeconfig = {
      merge: (text: string, use: boolean) => {
        merged.push([text, use]);
        return Promise.resolve('/home/me/.kube/config');
      },
      take: (name: string) => Promise.resolve(taken.push(name) === 1),
    };
    world = await commandWorld({ context: { kubeconfig } });
    Object.assign(world.context.model, { clusters: { paths: () => ({ kubeconfig: '/dev/kubeconfig' }) } });
    Object.assign(workspace.fs, { readFile: () => Promise.resolve(Buffer.from('of dev')) });
  });
  afterEach(() => world.stop());

  it('takes a cluster in when the user says so, and makes it the current one only then', async () => {
    world.answer('Add Only');
    await mergeKubeconfig.run(world.context);
    world.answer('Add and Use');
    await mergeKubeconfig.run(world.context, { cluster: 'dev' });
    world.answer(undefined);
    await mergeKubeconfig.run(world.context);
    assert.deepEqual(merged, [
      ['of dev', false],
      ['of dev', true],
    ]);
    assert.match(world.asked[0]?.text ?? '', /It becomes the context wheelhouse-dev/);
    assert.equal(shown.statusBar[0], '$(check) wheelhouse-dev is in /home/me/.kube/config');
  });

  it('gives it back', async () => {
    await takeFromKubeconfig.run(world.context);
    await takeFromKubeconfig.run(world.context);
    assert.deepEqual(taken, ['wheelhouse-dev', 'wheelhouse-dev']);
    assert.deepEqual(shown.statusBar, [
      '$(check) wheelhouse-dev is no longer in your kubeconfig',
      'wheelhouse-dev is not in your kubeconfig',
    ]);
  });
});
