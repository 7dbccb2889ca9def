import assert from 'node:assert/strict';
import path from 'node:path';
import { readFile, stat } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { Command } from 'commander';
import { Desk } from '../../../test/harness/desk.ts';
import { ClusterError, IncompleteClusterError } from '../../cluster/errors.ts';
import type { BuiltBox } from '../../cluster/box/buildBox.ts';
import type { BoxShelf, CliContext } from '../command.ts';
import { commands } from './index.ts';

describe('wheelhouse', () => {
  let desk: Desk;
  let printed: string[];
  let code: number | undefined;
  let output: PassThrough;
  let stop: AbortController;
  let boxes: BoxShelf | undefined;

  beforeEach(async () => {
    desk = await Desk.make();
    printed = [];
    code = undefined;
    output = new PassThrough();
    stop = new AbortController();
  });
  afterEach(() => desk.dispose());

  /** Runs a command line; rejects with what it fails with. */
  async function wheelhouse(...args: string[]): Promise<readonly string[]> {
    printed = [];
    // Only the parts that the commands here need.
    const context: Partial<CliContext> = {
      clusters: desk.clusters(),
      ...(boxes === undefined ? {} : { boxes }),
      progress: { report: () => undefined },
      signal: stop.signal,
      print: (line) => void printed.push(line),
      terminal: { input: new PassThrough(), output, errors: new PassThrough() },
      now: () => desk.clock.now(),
      exitWith: (given) => (code = given),
      saveImage: () => assert.fail('no saveImage here'),
      report: () => Promise.resolve('## Computer\n'),
    };
    const program = new Command('wheelhouse').exitOverride().configureOutput({ writeErr: () => undefined });
    for (const command of commands) command(program, context as CliContext);
    // The checks of one command's input stand for those of all commands.
    for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
    await program.parseAsync(args, { from: 'user' });
    return printed;
  }
  const create = (...args: string[]): Promise<readonly string[]> =>
    wheelhouse('create', 'dev', '--machines', 'simulated', ...args);

  it('create says how long it took and how the cluster is used', async () => {
    assert.deepEqual(
      await create('--nodes', '2', '--cpus', '3', '--memory', '4Gi', '--pod-network', 'vxlan'),
      [
        'Cluster dev is ready after 0.0 s. Use it with:',
        `  export KUBECONFIG=${desk.paths.kubeconfig}`,
        '  kubectl get nodes',
      ],
    );
    const { nodes, podNetwork } = await desk.clusters().profile('dev');
    assert.deepEqual(nodes[1], { name: 'dev-2', cpus: 3, memoryBytes: 4 * 2 ** 30 });
    assert.equal(podNetwork, 'vxlan');
  });

  it('create without one of the nodes fails, and says how the others are used', async () => {
    desk.fail('create', 'dev-2', 2);
    await assert.rejects(create('--nodes', '2'), IncompleteClusterError);
    assert.equal(printed[0], 'Cluster dev runs, but not with all of its nodes. Use it with:');
    assert.deepEqual((await wheelhouse('status', 'dev')).slice(-5), [
      'NODE   MACHINE  ADDRESS    SIZE',
      'dev-1  running  127.0.0.1  -',
      'dev-2  missing  -          -',
      '',
      'Machines that are missing are made again by: wheelhouse start dev',
    ]);
  });

  it('create refuses amounts and settings that mean nothing', async () => {
    await assert.rejects(create('--memory', '2'), /It must be an amount such as 2Gi/);
    await assert.rejects(create('--disk', 'big'), /It must be an amount such as 2Gi/);
    await assert.rejects(create('--cpus', '0'), /a whole number from 1 to 256/);
    await assert.rejects(create('--provider', 'libvirt'), /--provider says nothing to simulated machines/);
    await assert.rejects(create('--pod-network', 'none'), /Allowed choices are routes, vxlan/);
  });

  it('suspend, list and start tell where the cluster is', async () => {
    await create('--nodes', '1', '--port', '7000');
    assert.deepEqual(await wheelhouse('suspend', 'dev'), [
      'Cluster dev is suspended. To go on: wheelhouse start dev',
    ]);
    assert.deepEqual(await wheelhouse('list'), [
      'NAME  MACHINES   STATE      RUNNING  SERVER',
      'dev   simulated  suspended  0/1      https://127.0.0.1:7000',
    ]);
    assert.deepEqual(await wheelhouse('start', 'dev'), ['Cluster dev is ready after 0.0 s.']);
    assert.deepEqual(await wheelhouse('list'), [
      'NAME  MACHINES   STATE    RUNNING  SERVER',
      'dev   simulated  running  1/1      https://127.0.0.1:7000',
    ]);
  });

  it('list and status say of a cluster without a control plane that it is down, and what brings it back', async () => {
    await create('--nodes', '1', '--port', '7000');
    await desk.killControlPlane();
    assert.deepEqual(await wheelhouse('list'), [
      'NAME  MACHINES   STATE               RUNNING  SERVER',
      'dev   simulated  control plane down  1/1      https://127.0.0.1:7000',
      'Nobody runs the control plane of dev; its pods go on. To bring it back: wheelhouse start dev',
    ]);
    assert.ok(
      (await wheelhouse('status', 'dev')).includes(
        'Control plane  down; to bring it back: wheelhouse start dev',
      ),
    );
    await wheelhouse('start', 'dev');
    assert.match((await wheelhouse('list'))[1]!, /^dev +simulated +running /);
    await desk.killControlPlane();
    await wheelhouse('stop', 'dev');
    assert.match((await wheelhouse('list'))[1]!, /^dev +simulated +stopped /);
  });

  it('what lists something gives it as JSON too', async () => {
    const json = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await wheelhouse(...args, '--json')).join('\n'));
    assert.deepEqual(await json('list'), []);
    await create('--nodes', '1', '--port', '7000', '--cpus', '2');
    await wheelhouse('snapshot', 'save', 'dev', 'clean');
    const cluster = {
      name: 'dev',
      machines: 'simulated',
      state: 'running',
      server: 'https://127.0.0.1:7000',
      kubeconfig: desk.paths.kubeconfig,
      controlPlane: { pid: process.pid, kind: 'process', since: new Date(desk.clock.now()).toISOString() },
      nodes: [{ name: 'dev-1', state: 'running', address: '127.0.0.1', cpus: 2 }],
    };
    const time = new Date(desk.clock.now()).toISOString();
    const snapshot = { name: 'clean', time, nodes: ['dev-1'] };
    assert.deepEqual(await json('list'), [cluster]);
    assert.deepEqual(await json('snapshot', 'list', 'dev'), [snapshot]);
    assert.deepEqual(await json('status', 'dev'), { ...cluster, snapshots: [snapshot] });
    assert.deepEqual(await json('preflight', '--machines', 'simulated'), []);
  });

  it('node add and remove on a cluster that does not run refuse before anything is done', async () => {
    await create('--nodes', '1');
    await wheelhouse('stop', 'dev');
    const asked = desk.asked.length;
    for (const args of [
      ['node', 'add', 'dev'],
      ['node', 'remove', 'dev', 'dev-1'],
    ]) {
      await assert.rejects(
        wheelhouse(...args),
        /cluster dev is stopped\. Start it first: wheelhouse start dev\./,
      );
    }
    assert.deepEqual(desk.asked.slice(asked), []);
    assert.equal((await desk.clusters().profile('dev')).nodes.length, 1);
    await wheelhouse('start', 'dev');
    await wheelhouse('suspend', 'dev');
    await assert.rejects(wheelhouse('node', 'add', 'dev'), /cluster dev is suspended/);
  });

  it('load-image says which file is missing, and asks the engine for what is no file', async () => {
    await create('--nodes', '1');
    for (const file of ['missing.tar', './image', '/tmp/none/x.tgz', 'C:\\images\\x.tar']) {
      await assert.rejects(wheelhouse('load-image', 'dev', file), (error) => {
        assert.ok(error instanceof ClusterError);
        assert.equal(error.message.split('. ')[0], `there is no file ${file}`);
        return true;
      });
    }
    await assert.rejects(wheelhouse('load-image', 'dev', 'registry.local:5000/app:1'), /no saveImage here/);
  });

  it('doctor --report writes down what others need, for its owner alone', async () => {
    const file = path.join(desk.home, 'report.md');
    assert.deepEqual(await wheelhouse('doctor', '--report', file), [
      `${file} holds what others need to know. Read it before you send it.`,
    ]);
    assert.equal(await readFile(file, 'utf8'), '## Computer\n');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('__complete gives the words that fit', async () => {
    await create('--nodes', '2');
    const words = (...line: string[]): Promise<readonly string[]> => wheelhouse('__complete', '--', ...line);
    assert.deepEqual(await words('st'), ['start', 'status', 'stop']);
    assert.deepEqual(await words('node', ''), ['add', 'remove', 'shell']);
    assert.deepEqual(await words('stop', ''), ['dev']);
    assert.deepEqual(await words('node', 'shell', 'dev', ''), ['dev-1', 'dev-2']);
    assert.deepEqual(await words('create', 'x', '--machines', 'v'), ['vagrant']);
    assert.deepEqual(await words('create', 'x', '--machines', 'vagrant', '--ne'), ['--network']);
    assert.deepEqual(await words('load-image', 'dev', ''), [':files']);
    assert.deepEqual(await words('completion', ''), ['bash', 'fish', 'powershell', 'zsh']);
    assert.deepEqual(await words('node', 'shell', 'nobody', ''), []);
    assert.ok(!(await words('')).includes('__complete'));
  });

  it('node add and resize give sizes; status shows them', async () => {
    await create('--nodes', '1', '--cpus', '2');
    assert.deepEqual(await wheelhouse('node', 'add', 'dev', '--memory', '1.5Gi'), ['Node dev-2 is ready.']);
    assert.deepEqual(await wheelhouse('resize', 'dev', 'dev-1', '--cpus', '4'), [
      'Node dev-1 has its new size.',
    ]);
    assert.deepEqual(await wheelhouse('status', 'dev'), [
      'Cluster dev of simulated machines',
      `API            https://127.0.0.1:${(await desk.clusters().profile('dev')).port}`,
      `Kubeconfig     ${desk.paths.kubeconfig}`,
      `Control plane  runs in process ${process.pid} since ${new Date(desk.clock.now()).toISOString()}`,
      'Snapshots      none',
      '',
      'NODE   MACHINE  ADDRESS    SIZE',
      'dev-1  running  127.0.0.1  4 CPUs',
      'dev-2  running  127.0.0.1  1.5 GiB',
    ]);
  });

  it('snapshot saves, lists, restores and deletes', async () => {
    await create('--nodes', '2');
    assert.deepEqual(await wheelhouse('snapshot', 'list', 'dev'), [
      'dev has no snapshots. Save one: wheelhouse snapshot save dev NAME',
    ]);
    assert.deepEqual(await wheelhouse('snapshot', 'save', 'dev', 'clean'), [
      'Snapshot clean of dev is saved after 0.0 s.',
    ]);
    assert.deepEqual(await wheelhouse('snapshot', 'list', 'dev'), [
      'NAME   SAVED                     NODES',
      `clean  ${new Date(desk.clock.now()).toISOString()}  dev-1, dev-2`,
    ]);
    assert.deepEqual(await wheelhouse('snapshot', 'restore', 'dev', 'clean'), [
      'Cluster dev is as it was in clean, after 0.0 s.',
    ]);
    assert.deepEqual(await wheelhouse('snapshot', 'delete', 'dev', 'clean'), [
      'Snapshot clean of dev is deleted.',
    ]);
  });

  it('start --recover goes on with what is whole, and export writes it', async () => {
    await create();
    await wheelhouse('stop', 'dev');
    desk.recovery = { kept: '/kept.db', damaged: ['core/pods/default/a'] };
    const file = path.join(desk.home, 'objects.json');
    assert.deepEqual(await wheelhouse('export', 'dev', file), [
      `2 objects of dev are in ${file}.`,
      'These are damaged. They are in it as they were before, or not at all:',
      '  core/pods/default/a',
    ]);
    desk.asked.length = 0;
    await wheelhouse('start', 'dev', '--recover');
    assert.equal(desk.asked[0], 'recover store');
    await assert.rejects(wheelhouse('export', 'no-such', file), /no-such/);
  });

  it('console shows what the machine says until it is stopped; a shell needs a machine that has one', async () => {
    await create('--nodes', '1');
    const shown = new Promise<string>((resolve) =>
      output.once('data', (chunk: Buffer) => {
        stop.abort();
        resolve(chunk.toString());
      }),
    );
    await wheelhouse('console', 'dev', 'dev-1');
    assert.equal(await shown, 'dev-1: runs\n');
    await assert.rejects(wheelhouse('node', 'shell', 'dev', 'dev-1'), /simulated machines have no shell/);
    await assert.rejects(wheelhouse('console', 'dev', 'dev-9'), /has no node "dev-9"\. Its nodes are: dev-1/);
  });

  it('ssh runs a command as root on a node, fed with what is piped, and ends as it does', async () => {
    await create('--nodes', '1');
    const lines: string[] = [];
    desk.provider = {
      ...desk.provider,
      capabilities: { ...desk.provider.capabilities, shell: true },
      run: (machine, line, streams) => {
        lines.push(`${machine.name}: ${line}`);
        streams.output.write('done');
        return Promise.resolve(7);
      },
    };
    await wheelhouse('ssh', 'dev', 'dev-1', '--', 'ls', '-l', 'a b');
    assert.deepEqual([code, String(output.read())], [7, 'done']);
    await wheelhouse('ssh', 'dev', 'dev-1', 'ps | wc -l');
    assert.deepEqual(lines, ["dev-1: 'ls' '-l' 'a b'", 'dev-1: ps | wc -l']);
    await wheelhouse('stop', 'dev');
    await assert.rejects(
      wheelhouse('ssh', 'dev', 'dev-1', 'ls'),
      /the machine of dev-1 does not run\. Start/,
    );
  });

  it('cp wants a node on one side alone, and one that is there', async () => {
    await create('--nodes', '1');
    await assert.rejects(
      wheelhouse('cp', 'dev', 'a', 'C:\\b'),
      /neither path is on a node\. .*dev are: dev-1/,
    );
    await assert.rejects(wheelhouse('cp', 'dev', 'dev-1:/a', 'dev-1:/b'), /both paths are on nodes/);
    await assert.rejects(wheelhouse('cp', 'dev', 'dev-1:/a', '.'), /simulated machines have no shell/);
  });

  it('preflight tells what is in the way of a plan, and ends with 1', async () => {
    assert.deepEqual(await wheelhouse('preflight', '--machines', 'simulated', '--nodes', '1'), [
      'Nothing stands in the way of 1 simulated machine.',
    ]);
    assert.equal(code, undefined);
    const plans: unknown[] = [];
    desk.provider = {
      ...desk.provider,
      preflight: (_signal, plan) => {
        plans.push(plan?.machines);
        return Promise.resolve([{ what: 'the desk is too small', remedy: 'Buy another.' }]);
      },
    };
    assert.deepEqual(
      await wheelhouse('preflight', '--machines', 'simulated', '--nodes', '1', '--memory', '64Gi'),
      ['- the desk is too small. Buy another.'],
    );
    assert.equal(code, 1);
    assert.deepEqual(plans, [[{ memoryBytes: 2 ** 36, name: 'preflight-1' }]]);
  });

  it('box add takes a box over and makes it known to Vagrant', async () => {
    const taken: BuiltBox = {
      name: 'wheelhouse/node',
      version: '1.2',
      provider: 'libvirt',
      architecture: 'amd64',
      file: 'x.box',
      checksum: '',
      path: '/boxes/x.box',
      catalogue: '/boxes/c.json',
      built: false,
    };
    const asked: string[] = [];
    boxes = {
      build: () => Promise.resolve([]),
      take: (file) => {
        asked.push(file);
        return Promise.resolve(taken);
      },
      add: (box) => {
        asked.push(box.version);
        return Promise.resolve();
      },
    };
    assert.deepEqual(await wheelhouse('box', 'add', '/usb/x.box'), [
      'wheelhouse/node 1.2 for libvirt: /boxes/x.box',
    ]);
    assert.deepEqual(asked, ['/usb/x.box', '1.2']);
  });
});
