import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvFile, variableIn } from './envFile.ts';

const FILE = [
  '# a comment',
  '',
  "  A='one'",
  "B='two words' # said",
  "C='line 1",
  "# line 2 = 'still'",
  "D= 'nothing'",
  "E='$A \\n'",
  "E='later'",
].join('\n');

describe('variables of files', () => {
  for (const [name, value] of [
    ['A', 'one'],
    ['B', 'two words'],
    ['none', undefined],
  ] as const) {
    it(`reads ${name}`, () =>
      assert.equal(variableIn("# c\n\n  A='one'\nB='two words' # said\n", name), value));
  }

  it('takes what is in quotes as it is, over lines too, and the first of several', () => {
    const text = "C='line 1\n# line 2'\nD= 'nothing'\nE='$A \\n'\nE='later'";
    assert.deepEqual(
      ['C', 'D', 'E'].map((name) => variableIn(text, name)),
      ['line 1\n# line 2', '', '$A \\n'],
    );
  });

  for (const [text, why] of [
    ['A', "at line 1: missing '='"],
    ["\n='x'", 'at line 2: empty variable name'],
    ["A ='x'", "at line 1: whitespace before '=' is not allowed"],
    ['A=x', 'at line 1: value must be enclosed in single quotes'],
    ["A='x' y", 'at line 1: unexpected content after closing quote'],
    ["B='y'\nA='x", 'starting at line 2: unclosed single quote'],
    [FILE, 'at line 6: unexpected content after closing quote'],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => variableIn(text, 'Z'), { message: `invalid environment variable format ${why}` });
    });
  }

  describe('in a volume', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'wheelhouse-env-'));
      await mkdir(join(folder, 'volume'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    it('are read through links, but not out of it', async () => {
      const volume = join(folder, 'volume');
      await writeFile(join(folder, 'secret'), "A='stolen'");
      await writeFile(join(volume, 'own'), "A='own'");
      await symlink('own', join(volume, 'link'));
      await symlink('../secret', join(volume, 'out'));
      assert.equal(await readEnvFile(volume, 'link'), "A='own'");
      assert.equal(await readEnvFile(volume, 'out'), undefined);
      assert.equal(await readEnvFile(volume, 'none'), undefined);
      await assert.rejects(readEnvFile(volume, '.'), /is no file/);
      await writeFile(join(volume, 'large'), Buffer.alloc(65 * 1024));
      await assert.rejects(readEnvFile(volume, 'large'), /larger than 65536 bytes/);
    });
  });
});
