import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pack } from 'tar-stream';
import { Desk } from '../../../test/harness/desk.ts';
import { systemProcesses } from '../../host/processes.ts';
import type { Clusters } from '../clusters.ts';
import { fedUntilEnd } from '../machines/commandInput.ts';
import type { MachineProvider } from '../machines/contract.ts';

/** What nodes are asked to run is run here, by this system's shell and tar. */
describe('copying files to and from nodes', () => {
  const never = new AbortController().signal;
  let desk: Desk;
  let clusters: Clusters;
  let here: string;
  let there: string;
  let reports: string[];

  const run: MachineProvider['run'] = async (_machine, line, { input, output, errors }, signal) => {
    const child = systemProcesses.spawn('sh', ['-c', line], { signal });
    child.stdout.pipe(output, { end: false });
    child.stderr.pipe(errors, { end: false });
    const told = [child.stdout, child.stderr].map(
      (stream) => new Promise((resolve) => stream.once('close', resolve)),
    );
    const ended = Promise.all([child.exited, ...told]).then(([code]) => code);
    return fedUntilEnd(input, child.stdin, ended, signal);
  };

  beforeEach(async () => {
    desk = await Desk.make();
    desk.provider = { ...desk.provider, capabilities: { ...desk.provider.capabilities, shell: true }, run };
    clusters = desk.clusters();
    const progress = { report: ({ message }: { message: string }) => void reports.push(message) };
    reports = [];
    await clusters.create({ name: 'dev', machines: 'simulated', nodes: 1, port: 7000 }, progress, never);
    here = await mkdtemp(path.join(desk.home, "it's here "));
    there = await mkdtemp(path.join(desk.home, 'there "$(x)" '));
    reports = [];
  });
  afterEach(() => desk.dispose());

  const copy = (from: string, to: string, way: 'to' | 'from'): Promise<void> => {
    const onNode = (file: string) => ({ node: 'dev-1', path: file });
    const progress = { report: ({ message }: { message: string }) => void reports.push(message) };
    return way === 'to'
      ? clusters.copy('dev', from, onNode(to), progress, never)
      : clusters.copy('dev', onNode(from), to, progress, never);
  };

  it('a folder and a file go there and come back, with their bytes and modes', async () => {
    const bytes = Buffer.alloc(300_000, 'x');
    await mkdir(path.join(here, 'a/b'), { recursive: true });
    await writeFile(path.join(here, 'a/b/big'), bytes, { mode: 0o750 });
    await writeFile(path.join(here, 'a/-empty'), '');
    await copy(path.join(here, 'a'), there, 'to');
    assert.deepEqual(await readFile(path.join(there, 'a/b/big')), bytes);
    await copy(path.join(there, 'a'), path.join(here, 'back'), 'from');
    assert.deepEqual((await readdir(path.join(here, 'back'), { recursive: true })).sort(), [
      '-empty',
      'b',
      'b/big',
    ]);
    assert.deepEqual(await readFile(path.join(here, 'back/b/big')), bytes);
    assert.equal((await stat(path.join(here, 'back/b/big'))).mode & 0o777, 0o750);
    await copy(path.join(there, 'a/b/big'), here, 'from');
    assert.equal((await stat(path.join(here, 'big'))).size, bytes.length);
    await copy(path.join(here, 'big'), path.join(there, 'other name'), 'to');
    assert.deepEqual((await readdir(there)).sort(), ['a', 'other name']);
  });

  it('a folder that is there loses nothing', async () => {
    await mkdir(path.join(here, 'etc'));
    await writeFile(path.join(here, 'etc/new'), 'new');
    await mkdir(path.join(there, 'etc'));
    await writeFile(path.join(there, 'etc/old'), 'old');
    await copy(path.join(here, 'etc'), there, 'to');
    assert.deepEqual(await readdir(path.join(there, 'etc')), ['new', 'old']);
  });

  it('says what is missing, on either side, and leaves nothing', async () => {
    await assert.rejects(copy(path.join(here, 'none'), there, 'to'), /there is no .*none on this desktop/);
    await writeFile(path.join(here, 'a'), 'a');
    await assert.rejects(
      copy(path.join(here, 'a'), path.join(there, 'no/a'), 'to'),
      /there is no folder .*no/,
    );
    await assert.rejects(
      copy(path.join(there, 'none'), here, 'from'),
      /could not be copied: .*none.*No such file/,
    );
    await assert.rejects(
      copy(there, path.join(here, 'x/y/z'), 'from'),
      /there is no folder .* on this desktop/,
    );
    assert.deepEqual([await readdir(here), await readdir(there)], [['a'], []]);
  });

  it('links of a node are left out and told', async () => {
    await mkdir(path.join(there, 'a'));
    await symlink('/etc/passwd', path.join(there, 'a/link'));
    await writeFile(path.join(there, 'a/file'), '');
    await copy(path.join(there, 'a'), here, 'from');
    assert.deepEqual(await readdir(path.join(here, 'a')), ['file']);
    assert.deepEqual(reports, ['left out, it is a link: a/link']);
  });

  it('a node that sends names that lead elsewhere writes nothing', async () => {
    for (const name of ['a/../../evil', 'a/../..']) {
      desk.provider = {
        ...desk.provider,
        run: async (_machine, _line, { output }) => {
          const tar = pack();
          tar.entry({ name }, 'evil');
          tar.finalize();
          for await (const chunk of tar as AsyncIterable<Uint8Array>) output.write(chunk);
          return 0;
        },
      };
      clusters = desk.clusters();
      await assert.rejects(copy('/a', path.join(here, 'x'), 'from'), /which leads elsewhere/);
    }
    assert.ok(!(await readdir(desk.home)).includes('evil'));
  });

  it('a node that sends no archive is told so', async () => {
    desk.provider = {
      ...desk.provider,
      run: (_machine, _line, { output }) => {
        output.write(Buffer.alloc(2_000, 'z'));
        return Promise.resolve(0);
      },
    };
    clusters = desk.clusters();
    await assert.rejects(copy('/a', here, 'from'));
    await rm(here, { recursive: true });
  });
});
