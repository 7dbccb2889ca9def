import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { makeFolder, readText, writeWhole } from './files.ts';

describe('files', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-files-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('makes folders above a file, for the user alone', async () => {
    const file = path.join(folder, 'a/b/c.txt');
    await Promise.all([writeWhole(file, 'text'), makeFolder(path.join(folder, 'a/b'))]);
    assert.equal(await readFile(file, 'utf8'), 'text');
    assert.equal((await stat(path.join(folder, 'a'))).mode & 0o777, 0o700);
    await makeFolder(path.join(folder, 'a/b'));
  });

  it('takes what is below a file for missing', async () => {
    await writeFile(path.join(folder, 'file'), '');
    assert.equal(await readText(path.join(folder, 'file/below')), undefined);
  });

  it('makes folders that others are making at the same time', async () => {
    for (let round = 0; round < 20; round++) {
      const deep = path.join(folder, `round-${round}/a/b`);
      await Promise.all(Array.from({ length: 8 }, (_, i) => makeFolder(path.join(deep, `${i % 2}`))));
    }
  });

  it('says which folder cannot be made, and why', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    const cases: readonly (readonly [string, string])[] = [
      [file, `${file}: a file of that name is there`],
      [path.join(file, 'x/y'), `${file}: a file of that name is there`],
      ['/proc/wheelhouse/x', '/proc/wheelhouse: its file system takes no folders'],
    ];
    for (const [target, what] of cases) {
      await assert.rejects(makeFolder(target), { message: `cannot make the folder ${what}` });
    }
  });
});
