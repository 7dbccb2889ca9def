import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemProcesses } from '../../host/processes.ts';
import { importImage } from './importImage.ts';

describe('importImage', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-import-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Runs the line in a real shell that finds these programs first; each notes how it was called. */
  const importWith = async (programs: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, body] of Object.entries(programs)) {
      const file = path.join(folder, name);
      await writeFile(file, `#!/bin/sh\necho "${name} $*" >> ${folder}/calls\n${body}\n`);
      await chmod(file, 0o755);
    }
    await importImage(async (line) => {
      const child = systemProcesses.spawn('sh', ['-c', line], {
        env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
      });
      let output = '';
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      // A program that ends at once reads nothing.
      child.stdin.on('error', () => undefined);
      child.stdin.end('TAR');
      return { code: await child.exited, output: output.trim() };
    });
  };
  const calls = async (): Promise<readonly string[]> =>
    (await readFile(path.join(folder, 'calls'), 'utf8')).trim().split('\n');

  it('has the image on the disk when it resolves', async () => {
    await importWith({ ctr: `cat > ${folder}/imported`, sync: '' });
    assert.equal(await readFile(path.join(folder, 'imported'), 'utf8'), 'TAR');
    assert.deepEqual(await calls(), [
      'ctr --namespace k8s.io images import -',
      'sync --file-system /var/lib/containerd',
    ]);
  });

  it('rejects with what ctr said, or with how it ended', async () => {
    await assert.rejects(
      importWith({ ctr: 'echo "no such layer" >&2; exit 1', sync: '' }),
      /^Error: no such layer$/,
    );
    await assert.rejects(importWith({ ctr: 'exit 3' }), /^Error: ctr ended with 3$/);
    assert.ok(!(await calls()).some((call) => call.startsWith('sync')));
  });

  it('rejects where the disk does not take it', async () => {
    await assert.rejects(importWith({ ctr: '', sync: 'echo "I/O error" >&2; exit 1' }), /I\/O error/);
  });
});
