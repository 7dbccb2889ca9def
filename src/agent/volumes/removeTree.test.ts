import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from './removeTree.ts';

describe('removeTree', () => {
  let folder: string;
  let volume: string;
  let other: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelhouse-remove-'));
    volume = join(folder, 'volume');
    other = join(folder, 'other');
    await mkdir(join(other, 'deep'), { recursive: true });
    await writeFile(join(other, 'deep/file'), 'kept');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const isThere = (path: string): Promise<boolean> =>
    stat(path).then(
      () => true,
      () => false,
    );
  const otherIsWhole = async (): Promise<void> =>
    assert.equal(await readFile(join(other, 'deep/file'), 'utf8'), 'kept');

  it('takes everything away, hidden files and names that are taken too', async () => {
    await mkdir(join(volume, 'a/.1/b'), { recursive: true });
    for (const path of ['x', '.hidden', '.1', 'a/y', 'a/.1/z', 'a/.1/b/.2', 'a/\n \\x'])
      await writeFile(join(volume, path), '');
    await removeTree(volume);
    assert.deepEqual(await readdir(folder), ['other']);
  });

  it('does nothing where nothing is', async () => {
    await removeTree(volume);
    await removeTree(join(volume, 'no/such'));
    await otherIsWhole();
  });

  it('removes links and not what they lead to', async () => {
    await mkdir(join(volume, 'a'), { recursive: true });
    await symlink(other, join(volume, 'link'));
    await symlink(other, join(volume, 'a/link'));
    await symlink('nowhere', join(volume, 'a/dangling'));
    await removeTree(volume);
    assert.equal(await isThere(volume), false);
    await otherIsWhole();
  });

  it('takes a link in the place of the volume for what it is', async () => {
    await symlink(other, volume);
    await removeTree(volume);
    assert.deepEqual(await readdir(folder), ['other']);
    await otherIsWhole();
  });

  it('empties trees that are deeper than any path may be long', async () => {
    const name = 'd'.repeat(200);
    await mkdir(volume);
    const dig = `import os, sys
os.chdir(sys.argv[1])
for _ in range(60):
    os.mkdir(sys.argv[2]); os.chdir(sys.argv[2]); open('f', 'w').close()`;
    const [code] = (await once(spawn('python3', ['-c', dig, volume, name]), 'exit')) as [number];
    assert.equal(code, 0);
    await removeTree(volume);
    assert.equal(await isThere(volume), false);
  });

  it('never follows a directory that is exchanged for a link meanwhile', async () => {
    for (let round = 0; round < 5; round++) {
      await mkdir(volume);
      const swap = 'while :; do mkdir -p d/deep && mv -T d x; ln -sT "$1" d; rm -rf x d; done 2> /dev/null';
      const attacker = spawn('sh', ['-c', swap, 'sh', other], { cwd: volume });
      await new Promise((resolve) => setTimeout(resolve, 20));
      const removed = removeTree(volume).catch(() => undefined);
      setTimeout(() => attacker.kill('SIGKILL'), 50);
      await once(attacker, 'exit');
      await removed;
      await otherIsWhole();
      await removeTree(volume);
    }
  });
});
