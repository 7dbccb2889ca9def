import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { openInside, pathOf, SubPathError } from './openInside.ts';

describe('openInside', () => {
  let folder: string;
  let root: string;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'wheelhouse-inside-')));
    root = join(folder, 'volume');
    await mkdir(root);
    await chmod(root, 0o2777);
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** What the path leads to, relative to the volume. */
  const found = async (path: string, create = false): Promise<string> => {
    const handle = await openInside(root, path, { create });
    try {
      return (await readlink(pathOf(handle))).replace(`${root}/`, '');
    } finally {
      await handle.close();
    }
  };

  it('makes directories that are not there, as open as the volume', async () => {
    assert.equal(await found('a/b', true), 'a/b');
    for (const path of ['a', 'a/b']) assert.equal((await stat(join(root, path))).mode & 0o7777, 0o2777);
  });

  it('makes nothing where it may not', async () => {
    await assert.rejects(found('none'), SubPathError);
    assert.deepEqual(await readdir(root), []);
  });

  it('follows links inside the volume: chains, ways up, and whole paths of the volume itself', async () => {
    await mkdir(join(root, 'd/e'), { recursive: true });
    await writeFile(join(root, 'd/file'), '');
    await symlink('d/e', join(root, 'one'));
    await symlink('one/../file', join(root, 'two'));
    await symlink(join(root, 'd'), join(root, 'whole'));
    assert.equal(await found('one'), 'd/e');
    assert.equal(await found('two'), 'd/file');
    assert.equal(await found('whole/e'), 'd/e');
    assert.equal(await found('one/new', true), 'd/e/new');
    assert.equal(await found('.'), root);
  });

  for (const [target, path] of [
    ['/etc', 'out'],
    ['/etc', 'out/new'],
    ['..', 'out'],
    ['../../../../../../etc', 'out/passwd'],
    ['../volume2', 'out'],
    ['out', 'out'],
  ] as const) {
    it(`refuses ${path} where out leads to ${target}`, async () => {
      await mkdir(join(folder, 'volume2'));
      await symlink(target, join(root, 'out'));
      await assert.rejects(found(path, true), SubPathError);
      assert.deepEqual(await readdir(root), ['out']);
    });
  }

  it('refuses a directory below a file', async () => {
    await writeFile(join(root, 'file'), '');
    await assert.rejects(found('file/x', true), SubPathError);
  });

  it('names a FIFO without waiting for its other end', async () => {
    await promisify(execFile)('mkfifo', [join(root, 'fifo')]);
    assert.equal(await found('fifo'), 'fifo');
  });

  it('never leaves the volume while somebody exchanges a directory for a link', async () => {
    await mkdir(join(folder, 'outside/target'), { recursive: true });
    await mkdir(join(root, 'd/target'), { recursive: true });
    await symlink(join(folder, 'outside'), join(root, 'l'));
    const swap = `const fs = require('node:fs');
      for (;;) { fs.renameSync('d', 'x'); fs.renameSync('l', 'd'); fs.renameSync('d', 'l'); fs.renameSync('x', 'd'); }`;
    const attacker = spawn(process.execPath, ['-e', swap], { cwd: root, stdio: 'ignore' });
    try {
      await once(attacker, 'spawn');
      const places = new Set<string>();
      let refused = 0;
      // As long as it takes to have seen both many times: the attacker starts when the machine lets it.
      for (const until = Date.now() + 8_000; Date.now() < until && (refused < 200 || places.size === 0);) {
        await found('d/target').then(
          (place) => places.add(place),
          (error: unknown) => {
            assert.ok(error instanceof SubPathError, String(error));
            refused++;
          },
        );
      }
      assert.ok(refused > 0, 'the attacker was never seen');
      for (const place of places) assert.match(place, /^[dx]\/target$/);
      assert.ok(places.size > 0);
    } finally {
      attacker.kill('SIGKILL');
      await once(attacker, 'exit');
    }
  });
});
