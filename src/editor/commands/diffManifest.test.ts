import assert from 'node:assert/strict';
import { Uri, workspace } from 'vscode';
import { commandWorld, type CommandWorld } from '../../../test/harness/vscode/commandWorld.ts';
import { shown } from '../../../test/harness/vscode/fakeModule.ts';
import { configMaps } from '../../api/resources.ts';
import { Manifests } from '../documents/manifests.ts';
import { diffManifest } from './diffManifest.ts';

const TEXT = (colour: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: default}\ndata: {colour: ${colour}}\n`;

describe('Compare Manifest with Cluster', () => {
  let world: CommandWorld;
  let compared: (readonly string[])[];
  const { openTextDocument } = workspace;

  beforeEach(async () => {
    compared = [];
    const comparisons = { show: (...call: readonly string[]) => Promise.resolve(void compared.push(call)) };
    world = await commandWorld({
      context: { manifests: new Manifests(), comparisons: comparisons as never },
    });
  });
  afterEach(async () => {
    Object.assign(workspace, { openTextDocument });
    await world.stop();
  });

  const run = (text: string): Promise<void> => {
    Object.assign(workspace, { openTextDocument: () => Promise.resolve({ getText: () => text }) });
    return diffManifest.run(world.context, Uri.file('/c.yaml'));
  };

  it('shows an object that is not there yet beside nothing, and says when all is as declared', async () => {
    await run(TEXT('blue'));
    assert.equal(compared.length, 1);
    const [name, title, before, after] = compared[0] ?? [];
    assert.equal(name, 'configmaps/c');
    assert.equal(title, 'configmaps/c: dev ↔ after Apply');
    assert.equal(before, '');
    assert.match(after ?? '', /^data:\n {2}colour: blue$/m);
    await world.client.apply(
      configMaps,
      { metadata: { name: 'c', namespace: 'default' }, data: { colour: 'blue' } },
      { fieldManager: 'wheelhouse-editor' },
    );
    await run(TEXT('blue'));
    assert.equal(compared.length, 1);
    assert.deepEqual(shown.statusBar, ['$(check) dev is as the manifest says']);
    await run(TEXT('green'));
    assert.match(compared[1]?.[2] ?? '', /colour: blue/);
    assert.match(compared[1]?.[3] ?? '', /colour: green/);
  });

  it('says what the server refuses, and shows nothing', async () => {
    await assert.rejects(run(TEXT('blue').replace('\ndata', '\ndatta')), /datta/);
    assert.deepEqual(compared, []);
  });
});
