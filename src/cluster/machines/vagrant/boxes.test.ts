import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeTerminals, type PlayedProgram } from '../../../../test/harness/fakeTerminals.ts';
import { FakeClock } from '../../../base/clock.ts';
import { MachineError } from '../contract.ts';
import { Boxes, type BoxesOptions, NODE_BOX, STOCK_BOX } from './boxes.ts';
import type { Hypervisor } from './hypervisors/contract.ts';
import { VagrantCommand } from './vagrantCommand.ts';

const never = new AbortController().signal;
const quiet = { report: () => undefined };

describe('boxes', () => {
  let home: string;
  let vagrantHome: string;
  let folder: string;
  let builder: BoxesOptions['build'];
  let cloudImage: BoxesOptions['cloudImage'];
  /** The command of Vagrant that fails. */
  let failing: string | undefined;

  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'wheelhouse-boxes-'));
    vagrantHome = path.join(home, 'vagrant.d');
    folder = path.join(home, 'boxes');
    await mkdir(folder);
    [builder, cloudImage, failing] = [undefined, undefined, undefined];
  });

  afterEach(() => rm(home, { recursive: true }));

  /** As Vagrant keeps a box; `place` is VERSION/PROVIDER, or VERSION/ARCHITECTURE/PROVIDER from 2.4 on. */
  const install = async (name: string, place: string, metadata: object = {}): Promise<void> => {
    const target = path.join(vagrantHome, 'boxes', name.replaceAll('/', '-VAGRANTSLASH-'), place);
    await mkdir(target, { recursive: true });
    await writeFile(path.join(target, 'metadata.json'), JSON.stringify(metadata));
  };
  /** Vagrant that installs what it is told to, version 0 unless it is named. */
  const boxes = (play?: (program: PlayedProgram) => void, hypervisors: BoxesOptions['hypervisors'] = []) => {
    const build = builder;
    const terminals = fakeTerminals((program) => {
      play?.(program);
      const { args } = program;
      const after = (option: string) => (args.includes(option) ? args[args.indexOf(option) + 1]! : undefined);
      if (args[0] !== 'box' || args[1] !== 'add') {
        program.exit(failing === args[0] ? 1 : 0);
        return;
      }
      void install(
        after('--name') ?? NODE_BOX,
        `${after('--box-version') ?? '0'}/${after('--provider')!}`,
      ).then(() => program.exit(0));
    });
    const provisioning = () =>
      Promise.resolve([
        { path: 'Vagrantfile', content: 'stock' },
        { path: 'provision/provision.sh', content: 'script' },
      ]);
    const vagrant = new VagrantCommand({ terminals, clock: new FakeClock(), platform: 'linux' });
    const made = new Boxes({
      vagrant,
      vagrantHome,
      folder,
      architecture: 'amd64',
      provisioning,
      hypervisors,
      ...(build === undefined ? {} : { build }),
      ...(cloudImage === undefined ? {} : { cloudImage }),
    });
    const lines = () => terminals.started.map(({ args }) => args.slice(0, -1).join(' '));
    return { boxes: made, lines, started: terminals.started };
  };

  it('the prepared one that is installed is taken, without asking Vagrant', async () => {
    await install(NODE_BOX, '0/libvirt');
    await install(NODE_BOX, '1.9.0/amd64/virtualbox');
    await install(NODE_BOX, '1.10.0/amd64/virtualbox');
    const { boxes: made, lines } = boxes();
    assert.deepEqual(await made.ensure('libvirt', undefined, quiet, never), { name: NODE_BOX });
    assert.deepEqual(await made.ensure('virtualbox', '', quiet, never), {
      name: NODE_BOX,
      version: '1.10.0',
    });
    assert.deepEqual(lines(), []);
    assert.deepEqual(
      [
        await made.architectureOf('virtualbox'),
        await made.architectureOf('libvirt'),
        await made.architectureOf('x'),
      ],
      ['amd64', undefined, undefined],
    );
  });

  it('for VirtualBox Debian’s image for clouds is prepared where none can be built', async () => {
    builder = () => Promise.reject(new Error('this is no Debian'));
    cloudImage = () => Promise.resolve({ box: '/boxes/debian-cloud.box', seed: '/boxes/seed.iso' });
    const seeds: (string | undefined)[] = [];
    const { boxes: made, lines } = boxes(({ args, options }) => {
      if (args[0] === 'up') seeds.push(options.env?.['WHEELHOUSE_SEED']);
    });
    assert.deepEqual(await made.ensure('virtualbox', undefined, quiet, never), { name: NODE_BOX });
    assert.deepEqual(seeds, ['/boxes/seed.iso']);
    const said = lines();
    assert.equal(
      said[0],
      'box add /boxes/debian-cloud.box --name wheelhouse/debian-cloud --provider virtualbox --force',
    );
    assert.match(said.join('\n'), /^up prepare --provider virtualbox$/m);
    assert.match(said.join('\n'), /^box add \S+package\.box --name wheelhouse\/node --provider virtualbox$/m);
    assert.equal(said.at(-1), 'box remove wheelhouse/debian-cloud --force');
    // Others have no such image.
    cloudImage = () => assert.fail('it is for VirtualBox');
    await made.ensure('parallels', undefined, quiet, never);
  });

  it('one that was built here is added, in its newest version', async () => {
    await install(NODE_BOX, '1.0.0/libvirt');
    const catalogue = path.join(folder, 'node.json');
    const versions = ['1.9.0', '1.10.0', '1.11.0'].map((version) => ({
      version,
      // The newest is for other computers.
      providers: [{ name: 'libvirt', architecture: version === '1.11.0' ? 'arm64' : 'amd64' }],
    }));
    await writeFile(catalogue, JSON.stringify({ name: NODE_BOX, versions }));
    await writeFile(path.join(folder, 'other.json'), JSON.stringify({ name: 'other/box', versions }));
    const { boxes: made, lines } = boxes();
    for (let time = 0; time < 2; time++) {
      assert.deepEqual(await made.ensure('libvirt', undefined, quiet, never), {
        name: NODE_BOX,
        version: '1.10.0',
      });
    }
    assert.deepEqual(lines(), [
      `box add ${catalogue} --provider libvirt --box-version 1.10.0`,
      'box remove wheelhouse/node --provider libvirt --box-version 1.0.0 --force',
    ]);
  });

  it('without one it is built where this computer can', async () => {
    builder = async (provider) => {
      const versions = [{ version: '1.3', providers: [{ name: provider, architecture: 'amd64' }] }];
      await writeFile(path.join(folder, 'node.json'), JSON.stringify({ name: NODE_BOX, versions }));
    };
    const { boxes: made, lines, started } = boxes();
    assert.deepEqual(await made.ensure('libvirt', undefined, quiet, never), {
      name: NODE_BOX,
      version: '1.3',
    });
    assert.ok(existsSync(started[0]!.options.cwd!));
    assert.deepEqual(lines(), [
      `box add ${path.join(folder, 'node.json')} --provider libvirt --box-version 1.3`,
    ]);
  });

  it('one that can neither be built nor downloaded: what to do', async () => {
    builder = () =>
      Promise.reject(new Error('building a box needs mmdebstrap. Run: sudo apt-get install mmdebstrap'));
    failing = 'up';
    const { boxes: made } = boxes((program) => {
      if (program.args[0] === 'up')
        program.say(
          "The box 'bento/debian-13' could not be found or\r\ncould not be accessed in the remote catalog.\r\n",
        );
    });
    const told: string[] = [];
    const progress = { report: ({ message }: { message: string }) => told.push(message) };
    await assert.rejects(made.ensure('libvirt', undefined, progress, never), (error) => {
      assert.ok(error instanceof MachineError);
      assert.match(
        error.message,
        /ends with 2026\. Build one on Debian or Ubuntu .* wheelhouse box add FILE\./,
      );
      assert.match(
        error.message,
        /Here none can be built: building a box needs mmdebstrap\. Run: sudo apt-get/,
      );
      return true;
    });
    assert.match(told[0] ?? '', /^No box is built here: building a box needs mmdebstrap/);
  });

  it('without one a stock Debian is prepared once, packaged and added; the throw-away machine goes', async () => {
    let files: string[] = [];
    const {
      boxes: made,
      lines,
      started,
    } = boxes(({ args, options }) => {
      if (args[0] === 'up')
        files = [...(existsSync(options.cwd!) ? [options.env!['WHEELHOUSE_STOCK_BOX']!] : [])];
    });
    const both = [1, 2].map(() => made.ensure('virtualbox', undefined, quiet, never));
    assert.deepEqual(await Promise.all(both), [{ name: NODE_BOX }, { name: NODE_BOX }]);
    assert.deepEqual(files, [STOCK_BOX]);
    const where = path.join(folder, `preparing-${process.pid}`);
    assert.deepEqual(lines(), [
      'up prepare --provider virtualbox',
      `package prepare --output ${where}/package.box`,
      `box add ${where}/package.box --name ${NODE_BOX} --provider virtualbox`,
      'destroy --force prepare',
    ]);
    assert.equal(started[0]!.options.cwd, where);
    assert.deepEqual(await readdir(folder), []);
  });

  it('one that a hypervisor packs by itself is stopped first', async () => {
    const packed: unknown[] = [];
    const pack: NonNullable<Hypervisor['pack']> = (id, work) => {
      packed.push([id, work]);
      return Promise.resolve();
    };
    const { boxes: made, lines } = boxes(
      ({ args, options }) => {
        if (args[0] !== 'up') return;
        mkdirSync(path.join(options.cwd!, '.vagrant/machines/prepare/libvirt'), { recursive: true });
        writeFileSync(path.join(options.cwd!, '.vagrant/machines/prepare/libvirt/id'), 'some-id\n');
      },
      [{ provider: 'libvirt', pack }],
    );
    // A Debian that is on this computer already is no node yet.
    await install('wheelhouse/debian', '1.0.0/libvirt');
    const box = await made.ensure('libvirt', 'wheelhouse/debian', quiet, never);
    assert.deepEqual(box, { name: 'wheelhouse/node-of-wheelhouse-debian' });
    const where = path.join(folder, `preparing-${process.pid}`);
    assert.deepEqual(packed, [['some-id', { folder: `${where}/box`, target: `${where}/package.box` }]]);
    assert.deepEqual(
      lines().map((line) => line.split(' ')[0]),
      ['up', 'halt', 'box', 'destroy'],
    );
  });

  it('a preparation that is aborted leaves nothing', async () => {
    const abort = new AbortController();
    let script = '';
    const terminals = fakeTerminals((program) => {
      if (program.args[0] !== 'up') {
        program.exit(0);
        return;
      }
      void readFile(path.join(program.options.cwd!, 'provision/provision.sh'), 'utf8').then((text) => {
        script = text;
        abort.abort(new Error('enough'));
        program.exit(130);
      });
    });
    const made = new Boxes({
      vagrant: new VagrantCommand({ terminals, clock: new FakeClock(), platform: 'linux' }),
      vagrantHome,
      folder,
      architecture: 'amd64',
      provisioning: () => Promise.resolve([{ path: 'provision/provision.sh', content: 'script' }]),
    });
    await assert.rejects(made.ensure('virtualbox', undefined, quiet, abort.signal), /^Error: enough$/);
    assert.equal(script, 'script');
    assert.deepEqual(
      terminals.started.map(({ args }) => args[0]),
      ['up', 'destroy'],
    );
    assert.deepEqual(await readdir(folder), []);
  });

  it('what the user chose: a file, a prepared box, another stock to prepare', async () => {
    const { boxes: made, lines } = boxes();
    assert.deepEqual(await made.ensure('libvirt', '/tmp/my box.box', quiet, never), {
      name: 'wheelhouse/my-box',
    });
    assert.deepEqual(await made.ensure('libvirt', 'wheelhouse/my-box', quiet, never), {
      name: 'wheelhouse/my-box',
    });
    await assert.rejects(
      made.ensure('libvirt', 'wheelhouse/none', quiet, never),
      /no box wheelhouse\/none for libvirt/,
    );
    assert.deepEqual(await made.ensure('libvirt', 'acme/debian', quiet, never), {
      name: 'wheelhouse/node-of-acme-debian',
    });
    assert.equal(lines()[0], 'box add /tmp/my box.box --name wheelhouse/my-box --provider libvirt');
    assert.equal(lines().length, 5);
  });
});
