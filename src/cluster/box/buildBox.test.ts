import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ProcessRunner } from '../../host/processes.ts';
import { ClusterError } from '../errors.ts';
import { buildBoxes, type BoxHost, type BoxRequest, type BuiltBox } from './buildBox.ts';

const FOUND = { stdout: '', stderr: '' };
const DAY = Date.UTC(2026, 10, 22);

describe('buildBoxes()', () => {
  let folder: string;
  let commands: (readonly string[])[];
  let now: number;
  /** A command that fails. */
  let broken: string | undefined;
  let missing: readonly string[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-box-test-'));
    commands = [];
    now = DAY;
    broken = undefined;
    missing = [];
    const files = {
      'vagrant/provision.sh': 'provision',
      'vagrant/box/customize.sh': 'customize',
      'vagrant/box/packages': 'sudo\n',
      'vagrant/box/dpkg.cfg': 'path-exclude=/usr/share/doc/*\n',
      'vagrant/node/wheelhouse.service': 'unit',
      'resources/node/packages': 'containerd\nnodejs\n',
      'resources/node/containerd.toml': 'version = 2',
      'resources/node/make-pause.sh': 'pause',
      'grub/i386-pc/boot.img': 'boot',
    };
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), content);
    }
    await mkdir(path.join(folder, 'tmp'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Does what the tools would do to files, with a word instead of a system. */
  const processes: ProcessRunner = {
    async run(command, args) {
      if (args[0] === '-c' && args[1]?.includes('command -v') === true) {
        if (missing.includes(args[3] ?? '')) throw new Error('not found');
        return FOUND;
      }
      commands.push([command, ...args]);
      if (path.basename(command) === broken) throw new Error(`${command} broke`);
      const after = (option: string): string => args[args.indexOf(option) + 1] ?? '';
      if (command === 'grub-mkimage') await writeFile(after('-o'), 'core');
      if (command === 'qemu-img') await writeFile(args.at(-1) ?? '', after('-O'));
      if (command === 'tar') await writeFile(after('-cf'), args.slice(4).join(' '));
      if (command === 'mv') await writeFile(args[2] ?? '', await readFile(args[1] ?? ''));
      return FOUND;
    },
    spawn: () => assert.fail('nothing runs long'),
  };
  const host = (changes: Partial<BoxHost> = {}): BoxHost => ({
    processes,
    folders: { vagrant: path.join(folder, 'vagrant'), resources: path.join(folder, 'resources') },
    platform: 'linux',
    architecture: 'amd64',
    root: true,
    temporary: path.join(folder, 'tmp'),
    now: () => now,
    archives: () => Promise.resolve({ archive: 'http://mirror.example/debian' }),
    grub: path.join(folder, 'grub'),
    ...changes,
  });
  const build = (changes: Partial<BoxRequest> = {}, on = host()): Promise<readonly BuiltBox[]> =>
    buildBoxes(
      on,
      {
        providers: ['virtualbox', 'libvirt'],
        output: path.join(folder, 'boxes'),
        stock: false,
        again: false,
        ...changes,
      },
      { report: () => undefined },
      new AbortController().signal,
    );
  const ran = (command: string): (readonly string[])[] => commands.filter(([name]) => name === command);

  it('makes one disk for all providers, and leaves a file for each with their catalogue', async () => {
    const boxes = await build();
    assert.deepEqual(
      boxes.map(({ provider, name, built }) => [provider, name, built]),
      [
        ['libvirt', 'wheelhouse/node', true],
        ['virtualbox', 'wheelhouse/node', true],
      ],
    );
    assert.equal(ran('mmdebstrap').length, 1);
    const [version = ''] = boxes.map((box) => box.version);
    assert.match(version, /^20261122\.\d+$/);
    assert.deepEqual(await readdir(path.join(folder, 'boxes')), [
      `wheelhouse-node-${version}-libvirt-amd64.box`,
      `wheelhouse-node-${version}-virtualbox-amd64.box`,
      'wheelhouse-node.json',
    ]);
    assert.equal(await readFile(boxes[0]?.path ?? '', 'utf8'), 'metadata.json Vagrantfile box.img');
    const catalogue = JSON.parse(await readFile(boxes[0]?.catalogue ?? '', 'utf8')) as {
      name: string;
      versions: { version: string; providers: { name: string; url: string }[] }[];
    };
    assert.equal(catalogue.name, 'wheelhouse/node');
    assert.deepEqual(
      catalogue.versions.map((entry) => [entry.version, entry.providers.map(({ name }) => name)]),
      [[version, ['libvirt', 'virtualbox']]],
    );
    assert.deepEqual(await readdir(path.join(folder, 'tmp')), []);
  });

  it('does not build a box that is there, nor again for a provider that has its box', async () => {
    await build({ providers: ['libvirt'] });
    commands = [];
    now += 86_400_000;
    const [kept] = await build({ providers: ['libvirt'] });
    assert.equal(kept?.built, false);
    assert.match(kept.version, /^20261122\./);
    assert.deepEqual(commands, []);
    const both = await build();
    assert.deepEqual(
      both.map(({ provider, built, version }) => [provider, built, version.slice(0, 8)]),
      [
        ['libvirt', false, '20261122'],
        ['virtualbox', true, '20261123'],
      ],
    );
  });

  it('builds a box whose recipe has changed, which takes the older one’s place', async () => {
    const [before] = await build({ providers: ['libvirt'] });
    await writeFile(path.join(folder, 'vagrant/provision.sh'), 'provision better');
    now += 86_400_000;
    const [after] = await build({ providers: ['libvirt'] });
    assert.notEqual(after?.version.split('.')[1], before?.version.split('.')[1]);
    assert.deepEqual(
      (await readdir(path.join(folder, 'boxes'))).filter((name) => name.endsWith('.box')),
      [path.basename(after?.path ?? '')],
    );
  });

  it('builds again where that is asked, or where the file is gone', async () => {
    const [before] = await build({ providers: ['libvirt'] });
    assert.equal((await build({ providers: ['libvirt'], again: true }))[0]?.built, true);
    await rm(before?.path ?? '');
    assert.equal((await build({ providers: ['libvirt'] }))[0]?.built, true);
  });

  it('leaves neither a box nor anything half made where a step fails, and keeps what was there', async () => {
    const [before] = await build({ providers: ['libvirt'] });
    // mke2fs is run by the shell that unpacks its files.
    for (const step of ['mmdebstrap', 'sh', 'qemu-img', 'tar', 'mv']) {
      broken = step;
      await assert.rejects(build({ again: true, providers: ['libvirt'] }), /broke/);
      assert.deepEqual(await readdir(path.join(folder, 'tmp')), []);
      assert.deepEqual(await readdir(path.join(folder, 'boxes')), [
        path.basename(before?.path ?? ''),
        'wheelhouse-node.json',
      ]);
    }
  });

  it('has the packages of a node and its files, unless the box is to stay stock', async () => {
    await build({ providers: ['libvirt'] });
    const [node = []] = ran('mmdebstrap');
    assert.ok(node.includes('--include=linux-image-cloud-amd64,sudo,containerd,nodejs'));
    assert.ok(node.some((arg) => arg.endsWith('customize.sh /tmp/wheelhouse')));
    commands = [];
    const [box] = await build({ providers: ['libvirt'], stock: true });
    const [stock = []] = ran('mmdebstrap');
    assert.ok(stock.includes('--include=linux-image-cloud-amd64,sudo'));
    assert.ok(stock.some((arg) => arg.endsWith('customize.sh /tmp/wheelhouse stock')));
    assert.equal(box?.name, 'wheelhouse/debian');
  });

  it('lets files belong to root on the disk of a box that a user builds', async () => {
    await build({ providers: ['libvirt'] }, host({ root: false }));
    assert.equal(ran('fakeroot').length, 1);
  });

  it('says what is missing with the line that installs it', async () => {
    missing = ['mmdebstrap', path.join(folder, 'grub/i386-pc/boot.img'), 'qemu-img'];
    await assert.rejects(build(), (error) => {
      assert.ok(error instanceof ClusterError);
      assert.equal(error.remedy, 'Run: sudo apt-get install grub-pc-bin mmdebstrap qemu-utils');
      return true;
    });
    assert.deepEqual(commands, []);
  });

  it('says where boxes can be built, and what to do elsewhere', async () => {
    await assert.rejects(
      build({}, host({ platform: 'darwin' })),
      /copy its file here, and run: wheelhouse box add FILE/,
    );
    await assert.rejects(build({ architecture: 'arm64' }), /a box for arm64 cannot be built here/);
    await assert.rejects(build({}, host({ architecture: undefined })), /this processor cannot be built/);
  });
});
