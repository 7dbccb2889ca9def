import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readRecipe } from './recipe.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const folders = { vagrant: path.join(root, 'vagrant'), resources: path.join(root, 'resources') };

describe('the recipe of a box', () => {
  it('has the packages of container nodes', async () => {
    const dockerfile = await readFile(path.join(root, 'resources/node/Dockerfile'), 'utf8');
    const [, list = ''] = /--no-install-recommends \\\n([^&]+)&&/.exec(dockerfile) ?? [];
    const inContainers = list.split(/[\s\\]+/).filter((name) => name !== '');
    assert.ok(inContainers.includes('containerd'));
    const { packages } = await readRecipe(folders, false);
    assert.deepEqual(
      inContainers.filter((name) => !packages.includes(name)),
      [],
    );
  });

  it('has every file that the provisioning installs, and nothing of a node where it is to stay stock', async () => {
    const { files } = await readRecipe(folders, false);
    const there = files.map((file) => file.path);
    const script = files.find((file) => file.path === 'provision.sh')?.content ?? '';
    const named = [
      ...[...script.matchAll(/\$from\/([\w.-]+)/g)].map(([, name]) => name),
      ...[...script.matchAll(/^put ([\w.-]+) /gm)].map(([, name]) => name),
      ...(/for unit in ([^;]+);/.exec(script)?.[1]?.split(/[\s\\]+/) ?? []),
    ];
    assert.ok(named.length >= 12);
    assert.deepEqual(
      named.filter((name) => !there.includes(`node/${name}`)),
      [],
    );
    assert.ok(files.every(({ content }) => content !== ''));
    const stock = await readRecipe(folders, true);
    assert.deepEqual(
      stock.files.filter((file) => file.path.startsWith('node/') || file.path === 'provision.sh'),
      [],
    );
  });
});
