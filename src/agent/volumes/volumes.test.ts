import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Payload, writeAtomically } from './atomicWriter.ts';

describe('volumes on disk', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'wheelhouse-volume-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  const payloadOf = (files: Record<string, string>, mode = 0o644): Payload =>
    new Map(Object.entries(files).map(([path, text]) => [path, { data: Buffer.from(text), mode }]));
  const options = { mode: 0o777, group: undefined, now: Date.parse('2026-01-02T03:04:05Z') };
  const visible = async (): Promise<string[]> =>
    (await readdir(root)).filter((name) => !name.startsWith('..')).sort();

  describe('writeAtomically', () => {
    it('links every name through ..data to a directory with the time in its name', async () => {
      await writeAtomically(root, payloadOf({ a: '1', 'deep/b': '2' }), options);
      assert.deepEqual(await visible(), ['a', 'deep']);
      assert.equal(await readlink(join(root, 'a')), '..data/a');
      assert.match(await readlink(join(root, '..data')), /^\.\.2026_01_02_03_04_05\.\d+$/);
      assert.equal(await readFile(join(root, 'deep/b'), 'utf8'), '2');
    });

    it('switches ..data and takes away what is gone', async () => {
      const first = await writeAtomically(root, payloadOf({ a: '1', b: '2' }), options);
      const before = await readlink(join(root, '..data'));
      await writeAtomically(root, payloadOf({ b: '3', c: '4' }), options, first);
      assert.deepEqual(await visible(), ['b', 'c']);
      assert.notEqual(await readlink(join(root, '..data')), before);
      assert.equal((await readdir(root)).includes(before), false);
      assert.equal(await readFile(join(root, 'b'), 'utf8'), '3');
    });

    it('does nothing where nothing has changed', async () => {
      const first = await writeAtomically(root, payloadOf({ a: '1' }), options);
      const before = await readlink(join(root, '..data'));
      assert.equal(await writeAtomically(root, payloadOf({ a: '1' }), options, first), first);
      assert.equal(await readlink(join(root, '..data')), before);
    });

    it('keeps modes exactly, whatever the umask', async () => {
      await writeAtomically(root, payloadOf({ a: '1' }, 0o466), options);
      assert.equal((await stat(join(root, 'a'))).mode & 0o777, 0o466);
      assert.equal((await stat(root)).mode & 0o7777, 0o777);
    });

    it('ends with exactly the last payload after any sequence', async () => {
      const path = fc.constantFrom('a', 'b', 'd/e', 'd/f', 'g/h/i');
      const files = fc.dictionary(path, fc.string({ maxLength: 4 }));
      await fc.assert(
        fc.asyncProperty(fc.array(files, { minLength: 1, maxLength: 5 }), async (sequence) => {
          let last: Payload | undefined;
          for (const each of sequence) last = await writeAtomically(root, payloadOf(each), options, last);
          const wanted = sequence.at(-1) ?? {};
          for (const [name, text] of Object.entries(wanted)) {
            assert.equal(await readFile(join(root, name), 'utf8'), text);
          }
          assert.deepEqual(
            await visible(),
            [...new Set(Object.keys(wanted).map((name) => name.split('/')[0]))].sort(),
          );
        }),
        { numRuns: 30 },
      );
    });
  });
});
