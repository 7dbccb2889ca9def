import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RotatingFile } from './rotatingFile.ts';

describe('RotatingFile', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rotating-'));
  });
  after(() => rm(folder, { recursive: true }));

  let time = 0;
  const open = (name: string, maxBytes: number, errors: unknown[] = []): RotatingFile =>
    new RotatingFile({
      path: path.join(folder, name),
      maxBytes,
      maxBackups: 2,
      now: () => (time += 1000),
      onError: (error) => errors.push(error),
    });

  it('adds lines in order, also to what was there, for its owner alone', async () => {
    for (const lines of [['a', 'b'], ['c']]) {
      const file = open('a.log', 1000);
      for (const line of lines) file.append(line);
      await file.close();
    }
    assert.equal(await readFile(path.join(folder, 'a.log'), 'utf8'), 'a\nb\nc\n');
    assert.equal((await stat(path.join(folder, 'a.log'))).mode & 0o777, 0o600);
  });

  it('puts a full file aside and keeps the newest of those', async () => {
    const file = open('b/b.log', 4);
    for (const line of ['111', '222', '333', '444']) {
      file.append(line);
      await file.flushed();
    }
    await file.close();
    assert.deepEqual((await readdir(path.join(folder, 'b'))).sort(), [
      'b-1970-01-01T00-00-02.000.log',
      'b-1970-01-01T00-00-03.000.log',
      'b.log',
    ]);
    assert.equal(await readFile(path.join(folder, 'b/b.log'), 'utf8'), '444\n');
  });

  it('tells once that it cannot write', async () => {
    const errors: unknown[] = [];
    const file = open('a.log/x.log', 100, errors);
    for (let i = 0; i < 3; i += 1) {
      file.append('x');
      await file.flushed();
    }
    await file.close();
    assert.equal(errors.length, 1);
  });
});
