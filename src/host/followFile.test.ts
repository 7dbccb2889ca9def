import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { followFile } from './followFile.ts';

describe('followFile', () => {
  let folder: string;
  let file: string;
  let abort: AbortController;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-follow-'));
    file = path.join(folder, 'console.log');
    abort = new AbortController();
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** Reads until `enough` is there; what the file is to do then; the whole that was read when it ends. */
  const follow = async (
    tail: number,
    steps: readonly (readonly [enough: string, then: () => Promise<void>])[],
  ) => {
    let text = '';
    const rest = [...steps];
    for await (const chunk of followFile(file, tail, abort.signal)) {
      text += chunk;
      const [next] = rest;
      if (next === undefined || !text.endsWith(next[0])) continue;
      rest.shift();
      await next[1]();
    }
    assert.deepEqual(rest, []);
    return text;
  };
  const end = () => {
    abort.abort();
    return Promise.resolve();
  };

  it('tells the last lines, then what is added', async () => {
    await writeFile(file, 'first\nsecond\nthird\n');
    const text = await follow(9, [
      ['third\n', () => appendFile(file, 'fourth\n')],
      ['fourth\n', end],
    ]);
    assert.equal(text, 'third\nfourth\n');
  });

  it('waits for a file that is missing, and reads all of it', async () => {
    setImmediate(() => void writeFile(file, 'there\n'));
    assert.equal(await follow(100, [['there\n', end]]), 'there\n');
  });

  it('reads one from its beginning that was started over, shorter or another', async () => {
    await writeFile(file, 'a long first boot\n');
    const other = path.join(folder, 'other');
    const text = await follow(100, [
      ['first boot\n', () => writeFile(file, 'short\n')],
      ['short\n', () => writeFile(other, 'a file of its own\n').then(() => rename(other, file))],
      ['own\n', end],
    ]);
    assert.equal(text, 'a long first boot\nshort\na file of its own\n');
  });

  it('keeps characters whole that come in pieces', async () => {
    const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
    await writeFile(file, Buffer.concat([Buffer.from('x'), first]));
    assert.equal(
      await follow(100, [
        ['x', () => appendFile(file, second)],
        ['é', end],
      ]),
      'xé',
    );
  });

  it('ends at once where it is aborted before', async () => {
    await writeFile(file, 'text');
    abort.abort();
    assert.equal(await follow(100, []), '');
  });
});
