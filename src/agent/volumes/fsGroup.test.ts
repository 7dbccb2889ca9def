import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyFsGroup } from './fsGroup.ts';

/** Only root may give files to a group that is not its own. */
const isRoot = process.getuid?.() === 0;
const OWN = process.getgid?.() ?? 0;
const GROUP = isRoot ? 54_321 : OWN;

describe('applyFsGroup', () => {
  let folder: string;
  let volume: string;
  let secret: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelhouse-fsgroup-'));
    volume = join(folder, 'volume');
    secret = join(folder, 'secret');
    await mkdir(join(volume, 'deep'), { recursive: true });
    await writeFile(join(volume, 'deep/file'), '', { mode: 0o600 });
    await writeFile(secret, '', { mode: 0o600 });
    for (const path of [volume, join(volume, 'deep')]) await chmod(path, 0o755);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const ofFile = async (path: string): Promise<[number, string]> => {
    const { gid, mode } = await stat(join(volume, path));
    return [gid, (mode & 0o7777).toString(8)];
  };
  const secretIsUntouched = async (): Promise<void> => {
    const { gid, mode } = await stat(secret);
    assert.deepEqual([gid, mode & 0o7777], [OWN, 0o600]);
  };

  it('gives all of it to the group, to read and to write, and what is made there later', async () => {
    await applyFsGroup(volume, GROUP, 'Always');
    assert.deepEqual(await ofFile('.'), [GROUP, '2775']);
    assert.deepEqual(await ofFile('deep'), [GROUP, '2775']);
    assert.deepEqual(await ofFile('deep/file'), [GROUP, '660']);
  });

  it('leaves links and what they lead to', async () => {
    await symlink(secret, join(volume, 'link'));
    await applyFsGroup(volume, GROUP, 'Always');
    assert.equal((await lstat(join(volume, 'link'))).gid, OWN);
    await secretIsUntouched();
  });

  it('changes nothing below a directory that is right, where only a mismatch counts', async () => {
    await applyFsGroup(volume, GROUP, 'OnRootMismatch');
    assert.deepEqual(await ofFile('deep/file'), [GROUP, '660']);
    await chmod(join(volume, 'deep/file'), 0o600);
    await applyFsGroup(volume, GROUP, 'OnRootMismatch');
    assert.deepEqual(await ofFile('deep/file'), [GROUP, '600']);
    await chmod(volume, 0o700);
    await applyFsGroup(volume, GROUP, 'OnRootMismatch');
    assert.deepEqual(await ofFile('deep/file'), [GROUP, '660']);
    const other = isRoot ? GROUP + 1 : GROUP;
    await applyFsGroup(volume, other, 'OnRootMismatch');
    assert.deepEqual(await ofFile('deep/file'), [other, '660']);
  });

  it('never leaves the volume while its files are exchanged', async () => {
    const swap = 'while :; do rm -f f; touch f; rm -f f; ln -s "$1" f; done 2> /dev/null';
    const attacker = spawn('sh', ['-c', swap, 'sh', secret], { cwd: volume });
    for (let round = 0; round < 100; round++)
      await applyFsGroup(volume, GROUP, 'Always').catch(() => undefined);
    attacker.kill('SIGKILL');
    await once(attacker, 'exit');
    await secretIsUntouched();
  });
});
