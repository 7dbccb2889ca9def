import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeProcesses } from '../../../../test/harness/fakeProcesses.ts';
import { fakeTerminals, type PlayedProgram } from '../../../../test/harness/fakeTerminals.ts';
import { FakeClock } from '../../../base/clock.ts';
import { MachineError, type MachineProvider, type MachineSpec, type Progress } from '../contract.ts';
import { BootGate } from './bootGate.ts';
import type { Boxes } from './boxes.ts';
import { readCluster } from './clusterFile.ts';
import type { VagrantContext } from './context.ts';
import { FirstGoesAlone } from './firstGoesAlone.ts';
import { vagrantFolder, type VagrantFolder } from './folder.ts';
import type { Hypervisor, VirtualMachine } from './hypervisors/contract.ts';
import { parseSubnet } from './subnets.ts';
import { Turns } from './turns.ts';
import { VagrantCommand } from './vagrantCommand.ts';
import { createVagrantMachines } from './vagrantMachines.ts';

const never = new AbortController().signal;
const quiet: Progress = { report: () => undefined };
const SECRET = '{"token":"S3CRET"}';

/** A hypervisor that keeps its machines in a map, and a Vagrant that makes them there. */
class World {
  readonly machines = new Map<string, VirtualMachine['state']>();
  readonly networks = new Set<string>();
  readonly calls: string[] = [];
  sharesReady = true;
  /** Vagrant cannot take machines away, as where another one of it works on them. */
  locked = false;
  /** The port of loopback that is forwarded to machines. */
  forwarded: number | undefined;
  readonly carries = { podAddresses: true };
  /** Whether machines that were suspended go on well. */
  suspendIsSafe = true;
  /** Whether machines answer over SSH. */
  answers = true;
  /** What `vagrant up` does beside: fail, hang … */
  onUp: (program: PlayedProgram, finish: () => void) => void = (_program, finish) => finish();
  readonly folder: VagrantFolder;
  readonly home: string;
  readonly provider: MachineProvider;
  terminals: ReturnType<typeof fakeTerminals> = fakeTerminals(() => undefined);

  constructor(home: string, natGateway?: string) {
    this.home = home;
    this.folder = vagrantFolder(path.join(home, 'c1'));
    this.provider = createVagrantMachines(this.#context(natGateway));
  }

  spec(name: string, more: Partial<MachineSpec> = {}): MachineSpec {
    const files = [{ path: '/etc/wheelhouse/bootstrap.json', content: SECRET, mode: 0o600 }];
    return { cluster: 'c1', name, files, ...more };
  }

  create(name: string, more: Partial<MachineSpec> = {}, signal = never) {
    return this.provider.create(this.spec(name, more), quiet, signal);
  }

  #context(natGateway: string | undefined): VagrantContext {
    const { machines, networks, calls, home, carries } = this;
    const hypervisor: Hypervisor = {
      provider: 'virtualbox',
      ...(natGateway === undefined ? {} : { natGateway }),
      version: () => Promise.resolve('7.1.4'),
      list: () =>
        Promise.resolve([...machines].map(([name, state]) => ({ name, state, id: `id of ${name}` }))),
      ensureNetwork: ({ name }) =>
        Promise.resolve(networks.has(name) ? undefined : (networks.add(name), name)),
      removeNetwork: (name) => Promise.resolve(void networks.delete(name)),
      takenSubnets: () => Promise.resolve([parseSubnet('192.168.57.0/24')!]),
      sharesReady: () => Promise.resolve(this.sharesReady),
      sharesMade: /Image is there/,
      discard: (name) => {
        if (machines.delete(name)) calls.push(`discard ${name}`);
        return Promise.resolve();
      },
      start: (name) => {
        machines.set(name, 'running');
        calls.push(`start ${name}`);
        return Promise.resolve();
      },
      get carriesPodAddresses() {
        return carries.podAddresses;
      },
      sshPort: () => Promise.resolve(this.forwarded),
      suspendIsSafe: () => Promise.resolve(this.suspendIsSafe),
      suspend: (name) => Promise.resolve(void machines.set(name, 'paused')),
      snapshots: () => Promise.resolve([]),
    };
    const terminals = fakeTerminals((program) => this.#vagrant(program));
    this.terminals = terminals;
    const vagrant = new VagrantCommand({ terminals, clock: new FakeClock(), platform: 'linux' });
    return {
      folderOf: (cluster) => path.join(home, cluster),
      clusters: () => Promise.resolve(['c1', 'c2']),
      hypervisors: [hypervisor],
      vagrant,
      boxes: {
        ensure: () => Promise.resolve({ name: 'wheelhouse/node', version: '1.0.0' }),
        architectureOf: () => Promise.resolve(undefined),
      } as unknown as Boxes,
      terminals,
      processes: fakeProcesses(() => ''),
      facts: {
        platform: 'linux',
        architecture: 'amd64',
        cpus: 4,
        totalBytes: 2 ** 34,
        availableBytes: () => 2 ** 33,
        interfaces: () => [
          { name: 'vboxnet0', subnet: parseSubnet('192.168.56.0/24')!, address: '192.168.56.1' },
        ],
        elsewhere: () => Promise.resolve(undefined),
        virtualization: () => Promise.resolve(true),
      },
      clock: new FakeClock(),
      vagrantfile: () => Promise.resolve('# ours'),
      vagrantHome: path.join(home, 'vagrant.d'),
      bootGate: new BootGate(4, () => 2 ** 33),
      firstGoesAlone: new FirstGoesAlone(),
      turns: new Turns(),
    };
  }

  #vagrant(program: PlayedProgram): void {
    const words = program.args.slice(0, -1);
    this.calls.push(words.join(' '));
    const [verb, ...rest] = words;
    const name = rest.find((word) => !word.startsWith('-')) ?? '';
    const full = `wheelhouse-c1_${name}`;
    const state = path.join(this.folder.node(name).vagrantState, 'virtualbox');
    if (verb === 'up') {
      // As it is while Vagrant works: the machine is known before it is done.
      mkdirSync(state, { recursive: true });
      writeFileSync(path.join(state, 'id'), full);
      this.machines.set(full, 'running');
      program.say(`==> ${name}: Booting VM...\n`);
      this.onUp(program, () => program.exit(0));
      return;
    }
    if (verb === 'destroy') {
      if (this.locked && this.machines.has(full)) {
        program.exit(1);
        return;
      }
      this.machines.delete(full);
      rmSync(state, { recursive: true, force: true });
    }
    if (verb === 'halt') {
      if (!this.answers && !rest.includes('--force')) {
        program.exit(1);
        return;
      }
      this.machines.set(full, 'stopped');
    }
    program.exit(0);
  }
}

describe('Vagrant machines', () => {
  let world: World;
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  beforeEach(async () => {
    world = new World(await mkdtemp(path.join(tmpdir(), 'wheelhouse-vagrant-machines-')));
    await world.provider.prepare('c1', quiet, never);
  });

  afterEach(() => rm(world.home, { recursive: true }));

  const nothingOf = async (name: string): Promise<void> => {
    assert.deepEqual(await world.provider.list('c1'), []);
    assert.ok(!world.machines.has(`wheelhouse-c1_${name}`));
    assert.ok(!existsSync(world.folder.node(name).folder));
    assert.ok(!existsSync(world.folder.node(name).vagrantState));
    assert.deepEqual((await readCluster(world.folder.clusterFile))?.nodes, []);
  };

  it('prepare() declares the cluster on a free network, with a key and our Vagrantfile', async () => {
    const declared = await readCluster(world.folder.clusterFile);
    assert.deepEqual(declared, {
      cluster: 'c1',
      provider: 'virtualbox',
      box: 'wheelhouse/node',
      box_version: '1.0.0',
      // 56 is the host's, 57 the hypervisor's.
      network: '192.168.58.0/24',
      nodes: [],
    });
    assert.deepEqual(await world.provider.hostAddress('c1'), {
      address: '192.168.58.1',
      loopback: false,
      network: '192.168.58.0/24',
    });
    assert.equal(await readFile(world.folder.vagrantfile, 'utf8'), '# ours');
    assert.equal((await stat(world.folder.privateKey)).mode & 0o777, 0o600);
    assert.match(
      await readFile(world.folder.publicKey, 'utf8'),
      /^ecdsa-sha2-nistp256 AAAAE2VjZHNh\S+ wheelhouse-c1\n$/,
    );
  });

  it('pods travel in VXLAN where the hypervisor’s networks may drop their addresses', async () => {
    assert.equal(await world.provider.podNetwork?.(undefined, never), 'routes');
    const { carries } = world;
    carries.podAddresses = false;
    assert.equal(await world.provider.podNetwork?.(undefined, never), 'vxlan');
  });

  it('nodes dial the hypervisor’s NAT where that ends at this desktop’s loopback', async () => {
    const nat = new World(world.home, '10.0.2.2');
    assert.deepEqual(await nat.provider.hostAddress('c1'), {
      address: '10.0.2.2',
      loopback: true,
      network: '192.168.58.0/24',
    });
  });

  it('prepare() of another cluster takes another network; repeated, each keeps its own', async () => {
    const key = await readFile(world.folder.privateKey, 'utf8');
    await Promise.all(['c2', 'c1'].map((cluster) => world.provider.prepare(cluster, quiet, never)));
    assert.equal((await world.provider.hostAddress('c1')).address, '192.168.58.1');
    assert.equal((await world.provider.hostAddress('c2')).address, '192.168.59.1');
    assert.equal(await readFile(world.folder.privateKey, 'utf8'), key);
    await world.provider.cleanUp('c1');
    assert.deepEqual([...world.networks], ['wheelhouse-c2']);
    await assert.rejects(world.provider.hostAddress('c1'), /not prepared/);
    await world.provider.cleanUp('c1');
  });

  it('prepare() refuses a provider that is not known', async () => {
    await assert.rejects(
      world.provider.prepare('c3', quiet, never, { provider: 'xen' }),
      (error) => error instanceof MachineError && error.remedy === 'Use one of: virtualbox.',
    );
  });

  it('create() gives each machine an address, and keeps its secret in a file of mode 0600 alone', async () => {
    const made = await Promise.all([
      world.create('m1'),
      world.create('m2', { cpus: 1.5, memoryBytes: 3 * 2 ** 30 }),
    ]);
    assert.deepEqual(
      made.map(({ name, state, address }) => [name, state, address]),
      [
        ['m1', 'running', '192.168.58.11'],
        ['m2', 'running', '192.168.58.12'],
      ],
    );
    const { files } = world.folder.node('m1');
    assert.equal((await stat(files)).mode & 0o777, 0o600);
    assert.deepEqual(JSON.parse(await readFile(files, 'utf8')), [
      { path: '/etc/wheelhouse/bootstrap.json', mode: '0600', content: SECRET },
    ]);
    const nodes = (await readCluster(world.folder.clusterFile))?.nodes;
    assert.deepEqual(
      nodes?.find(({ name }) => name === 'm2'),
      {
        name: 'm2',
        role: 'worker',
        cpus: 2,
        memory: 3072,
        address: '192.168.58.12',
      },
    );
    assert.ok(!world.calls.some((call) => call.includes('S3CRET')));
    assert.ok(!(await readFile(world.folder.clusterFile, 'utf8')).includes('S3CRET'));
  });

  it('create() refuses a name that Vagrant could take for the id of somebody’s machine', async () => {
    await assert.rejects(world.create('beef'), /could take the name beef for the id of another machine/);
    await assert.rejects(world.create('0'), (error) => error instanceof MachineError);
    assert.deepEqual(world.calls, []);
  });

  it('create() takes the address that is wished where it can be had', async () => {
    await world.create('m1', { address: '192.168.58.50' });
    const others = [
      await world.create('m2', { address: '192.168.58.50' }),
      await world.create('m4', { address: '10.0.0.1' }),
    ];
    assert.deepEqual(
      others.map(({ address }) => address),
      ['192.168.58.12', '192.168.58.14'],
    );
  });

  it('the first machine goes alone until it has made what the others share', async () => {
    world.sharesReady = false;
    let finish: () => void = () => undefined;
    const first: PlayedProgram[] = [];
    world.onUp = (program, done) => {
      if (first.length === 0) {
        first.push(program);
        finish = done;
      } else done();
    };
    const both = Promise.all([world.create('m1'), world.create('m2')]);
    while (first.length === 0) await settle();
    for (let i = 0; i < 20; i++) await settle();
    assert.deepEqual(world.calls.filter((call) => call.startsWith('up')).length, 1);
    world.sharesReady = true;
    first[0]!.say('==> m1: Image is there\n');
    while (world.calls.filter((call) => call.startsWith('up')).length < 2) await settle();
    finish();
    assert.equal((await both).length, 2);
  });

  it('create() that fails takes everything back, at Vagrant, at the hypervisor and in the folder', async () => {
    world.onUp = (program) => {
      program.say('The box does not boot\n');
      program.exit(1);
    };
    await assert.rejects(world.create('m1'), (error) => {
      assert.ok(error instanceof MachineError);
      assert.match(error.message, /^machine m1 could not be created: The box does not boot/);
      return true;
    });
    assert.ok(world.calls.includes('destroy --force m1'));
    await nothingOf('m1');
    assert.match(await readFile(world.folder.node('m1').log, 'utf8'), /The box does not boot/);
  });

  it('create() that is aborted in the midst leaves nothing, also where Vagrant has forgotten the machine', async () => {
    const abort = new AbortController();
    world.onUp = (program) => {
      rmSync(world.folder.node('m1').vagrantState, { recursive: true });
      abort.abort(new Error('enough'));
      program.exit(130);
    };
    await assert.rejects(world.create('m1', {}, abort.signal), /^Error: enough$/);
    assert.ok(world.calls.includes('discard wheelhouse-c1_m1'));
    await nothingOf('m1');
  });

  it('delete() leaves nothing where Vagrant cannot: it is made to forget what the hypervisor took away', async () => {
    const made = await world.create('m1');
    world.locked = true;
    await world.provider.delete(made, never);
    assert.deepEqual(world.calls.slice(-3), [
      'destroy --force m1',
      'discard wheelhouse-c1_m1',
      'destroy --force m1',
    ]);
    await nothingOf('m1');
  });

  it('one fails, the others go on; it can be tried again alone', async () => {
    world.onUp = (program, finish) => {
      if (program.args.includes('m2')) program.exit(1);
      else finish();
    };
    const outcomes = await Promise.allSettled(['m1', 'm2', 'm4'].map((name) => world.create(name)));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    world.onUp = (_program, finish) => finish();
    await world.create('m2');
    assert.deepEqual(
      (await world.provider.list('c1')).map(({ name, state }) => [name, state]),
      [
        ['m1', 'running'],
        ['m2', 'running'],
        ['m4', 'running'],
      ],
    );
  });

  it('a machine whose maker died is found as failed, and recreated from its specification', async () => {
    const made = await world.create('m1');
    const node = world.folder.node('m1');
    await rm(node.whole);
    assert.equal((await world.provider.list('c1'))[0]?.state, 'creating');
    // No process has this id.
    await writeFile(node.creator, '4194305');
    assert.equal((await world.provider.list('c1'))[0]?.state, 'failed');
    const again = await world.provider.start(made, quiet, never);
    assert.deepEqual([again.state, again.address], ['running', made.address]);
    assert.deepEqual(world.calls.slice(-2), ['destroy --force m1', 'up m1 --provider virtualbox']);
  });

  it('a machine that people made with plain vagrant is whole', async () => {
    world.machines.set('wheelhouse-c1_z', 'stopped');
    assert.deepEqual(
      (await world.provider.list('c1')).map(({ name, state }) => [name, state]),
      [['z', 'stopped']],
    );
  });

  it('list() of a cluster that is not known here finds what hypervisors have of that name', async () => {
    world.machines.set('wheelhouse-lost_n1', 'running');
    world.machines.set('somebody-else', 'running');
    assert.deepEqual(
      (await world.provider.list('lost')).map(({ name }) => name),
      ['n1'],
    );
    assert.deepEqual(await world.provider.list('c9'), []);
  });

  it('start() needs no Vagrant as long as nothing has changed, and tells Vagrant what has', async () => {
    const machine = await world.create('m1');
    await world.provider.stop(machine, never);
    await world.provider.start(machine, quiet, never);
    assert.deepEqual(world.calls.slice(-2), ['halt m1', 'start wheelhouse-c1_m1']);
    await world.provider.stop(machine, never);
    await world.provider.resize?.(machine, { cpus: 3, memoryBytes: 2 ** 30 }, never);
    await world.provider.start(machine, quiet, never);
    assert.deepEqual(world.calls.slice(-2), ['halt m1', 'up m1']);
    await world.provider.stop(machine, never);
    await world.provider.start(machine, quiet, never);
    assert.equal(world.calls.at(-1), 'start wheelhouse-c1_m1');
    const [node] = (await readCluster(world.folder.clusterFile))?.nodes ?? [];
    assert.deepEqual([node?.cpus, node?.memory], [3, 1024]);
  });

  it('stop() switches a machine off that does not answer', async () => {
    const machine = await world.create('m1');
    world.answers = false;
    await world.provider.stop(machine, never);
    assert.deepEqual(world.calls.slice(-2), ['halt m1', 'halt m1 --force']);
    assert.equal((await world.provider.list('c1'))[0]?.state, 'stopped');
  });

  it('a machine that would not go on well is stopped instead of paused, and shut down for a snapshot', async () => {
    world.suspendIsSafe = false;
    const machine = await world.create('n1');
    world.calls.length = 0;
    await world.provider.snapshots?.save(machine, 'clean', never);
    assert.deepEqual(world.calls, ['halt n1', 'snapshot save n1 clean', 'up n1 --no-provision']);
    await world.provider.pause(machine, never);
    assert.equal((await world.provider.list('c1'))[0]?.state, 'stopped');
  });

  it('shells and images go by the port that is forwarded, where there is one', async () => {
    const machine = await world.create('n1');
    const target = async (): Promise<string | undefined> => {
      const shell = await world.provider.shell(machine, { columns: 80, rows: 24 });
      shell.stream.destroy();
      const { args = [] } = world.terminals.started.at(-1) ?? {};
      return args
        .slice(
          args.findIndex((arg) => arg === '-p' || arg.startsWith('vagrant@')),
          -1,
        )
        .join(' ');
    };
    assert.equal(await target(), `vagrant@${machine.address}`);
    world.forwarded = 22011;
    assert.equal(await target(), '-p 22011 vagrant@127.0.0.1');
  });

  it('pause() and start() of what is paused need no Vagrant', async () => {
    const machine = await world.create('m1');
    await world.provider.pause(machine, never);
    assert.equal((await world.provider.list('c1'))[0]?.state, 'paused');
    await world.provider.start(machine, quiet, never);
    assert.equal(world.calls.at(-1), 'start wheelhouse-c1_m1');
  });

  it('delete() leaves the others; what is not there is fine', async () => {
    const [a] = await Promise.all(['m1', 'm2'].map((name) => world.create(name)));
    await world.provider.delete(a!, never);
    await world.provider.delete(a!, never);
    assert.deepEqual(
      (await world.provider.list('c1')).map(({ name }) => name),
      ['m2'],
    );
    assert.deepEqual(
      (await readCluster(world.folder.clusterFile))?.nodes.map(({ name }) => name),
      ['m2'],
    );
  });

  it('delete() takes away what a hypervisor has of a cluster without a folder', async () => {
    world.machines.set('wheelhouse-c9_m1', 'running');
    const [left] = await world.provider.list('c9');
    await world.provider.delete(left!, never);
    await world.provider.delete(left!, never);
    assert.deepEqual(world.calls, ['discard wheelhouse-c9_m1']);
  });

  it('a broken cluster.yaml is told about by name, and nothing is done', async () => {
    await writeFile(world.folder.clusterFile, 'nodes: [');
    await assert.rejects(world.create('m1'), /cluster\.yaml cannot be read/);
    await assert.rejects(world.provider.list('c1'), /cluster\.yaml cannot be read/);
    assert.deepEqual(world.calls, []);
  });

  it('a broken cluster.yaml stands in the way of no other cluster', async () => {
    await writeFile(world.folder.clusterFile, 'nodes: [');
    await world.provider.prepare('c2', quiet, never);
    world.machines.set('wheelhouse-c2_m1', 'running');
    assert.deepEqual(
      (await world.provider.list()).map(({ cluster, name }) => [cluster, name]),
      [['c2', 'm1']],
    );
  });
});
