import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { systemProcesses } from '../../src/host/processes.ts';

const cli = path.resolve(import.meta.dirname, '../../dist/cli.cjs');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What users get wrong, and what goes wrong under them, through the real command. */
describe('wheelhouse with bad input and failures', () => {
  let home: string;

  before(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-bad-'));
  });
  after(() => rm(home, { recursive: true }));

  /** Runs the command to its end; SIGINT when a line of it matches. */
  async function wheelhouse(
    args: readonly string[],
    options: { readonly env?: Record<string, string>; readonly interruptAt?: RegExp } = {},
  ): Promise<Ended> {
    const child = systemProcesses.spawn(process.execPath, [cli, ...args], {
      env: { WHEELHOUSE_HOME: home, ...options.env },
    });
    const output = { stdout: '', stderr: '' };
    let interrupted = false;
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        output[name] += chunk.toString();
        if (interrupted || options.interruptAt?.test(output.stderr) !== true) return;
        interrupted = true;
        child.kill('SIGINT');
      });
    }
    child.stdin.end();
    return { code: await child.exited, ...output };
  }
  /** One line that says what and what to do, without a stack. */
  async function refused(
    expected: RegExp,
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<void> {
    const { code, stderr } = await wheelhouse(args, { env });
    assert.match(stderr, expected);
    assert.doesNotMatch(stderr, /\n +at /);
    assert.equal(code, 1);
  }
  /** All that there could be of a cluster: its folder, processes, containers and networks. */
  async function leftOf(name: string): Promise<readonly string[]> {
    const label = `label=io.wheelhouse.cluster=${name}`;
    const list = async (...args: string[]): Promise<string[]> =>
      (await systemProcesses.run('docker', args)).stdout.split('\n').filter((line) => line !== '');
    const folders = await readdir(path.join(home, 'clusters')).catch(() => []);
    return [
      ...folders.filter((folder) => folder === name),
      ...(await list('ps', '-a', '--filter', label, '--format', 'container {{.Names}}')),
      ...(await list('network', 'ls', '--filter', label, '--format', 'network {{.Name}}')),
    ];
  }
  /** Processes that were started with this home, the control planes among them. */
  async function processesOf(): Promise<readonly string[]> {
    const pids = (await readdir('/proc')).filter((pid) => /^\d+$/.test(pid));
    const found = await Promise.all(
      pids.map(async (pid) => {
        const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
        return environment.split('\0').includes(`WHEELHOUSE_HOME=${home}`) ? [pid] : [];
      }),
    );
    return found.flat();
  }

  /** A control plane answers the caller that stops it when all is closed; its process ends right after that. */
  async function nothingRuns(): Promise<void> {
    for (let look = 0; look < 50 && (await processesOf()).length > 0; look++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.deepEqual(await processesOf(), []);
  }

  describe('with no cluster there', () => {
    afterEach(async () => {
      await nothingRuns();
    });

    it('a cluster that is not there is named, with what to do', async () => {
      for (const args of [
        ['start', 'nothing'],
        ['stop', 'nothing'],
        ['delete', 'nothing'],
        ['kubeconfig', 'nothing'],
        ['node', 'add', 'nothing'],
        ['node', 'remove', 'nothing', 'n'],
        ['node', 'shell', 'nothing', 'n'],
        ['suspend', 'nothing'],
        ['status', 'nothing'],
        ['console', 'nothing', 'n'],
        ['resize', 'nothing', 'n', '--cpus', '1'],
        ['snapshot', 'save', 'nothing', 's'],
        ['snapshot', 'list', 'nothing'],
        ['snapshot', 'restore', 'nothing', 's'],
        ['snapshot', 'delete', 'nothing', 's'],
        ['load-image', 'nothing', 'image'],
      ]) {
        await refused(
          /^wheelhouse: there is no cluster "nothing"\. There are no clusters yet: create one\.$/m,
          args,
        );
      }
    });

    it('a name that no cluster may have is refused, and what it may be is said', async () => {
      await refused(/"Wrong_Name".*lower.?case/i, ['create', 'Wrong_Name', '--machines', 'simulated']);
      await refused(/"\.\.\/x".*lower.?case/i, ['delete', '../x']);
    });

    it('options out of range are refused with the range', async () => {
      await refused(/--nodes.*from 1 to 100/, ['create', 'x', '--nodes', '0']);
      await refused(/--machines.*docker, vagrant, simulated/, ['create', 'x', '--machines', 'cloud']);
      await refused(/--memory.*an amount such as 2Gi/, ['create', 'x', '--memory', 'much']);
      await refused(/--box says nothing to docker machines\. Add --machines vagrant/, [
        ...['create', 'x', '--box', 'debian'],
      ]);
      await refused(/node x-1 cannot have so little memory \(1 MiB\)\. It needs 512 MiB at least/, [
        ...['create', 'x', '--memory', '1Mi'],
      ]);
      await refused(/unknown command 'craete'/, ['craete', 'x']);
    });

    it('no Docker Engine: says so and leaves nothing', async () => {
      const dead = { DOCKER_HOST: `unix://${path.join(home, 'dead.sock')}` };
      await refused(/no Docker Engine answers\. Install Docker Engine.*start it/, ['create', 'x'], dead);
      assert.deepEqual(await leftOf('x'), []);
    });

    it('a port in use: says which and leaves nothing', async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      try {
        await refused(inUse(port), [...['create', 'x', '--machines', 'simulated', '--port', String(port)]]);
        assert.deepEqual(await leftOf('x'), []);
        await refused(inUse(port), [
          ...['serve', '--data', path.join(home, 'served'), '--port', String(port)],
        ]);
      } finally {
        taken.close();
      }
    });
  });

  describe('with a cluster', () => {
    before(async function () {
      this.timeout(60_000);
      const { code, stderr } = await wheelhouse([
        'create',
        'taken',
        '--machines',
        'simulated',
        '--nodes',
        '1',
      ]);
      assert.equal(code, 0, stderr);
    });
    after(async () => {
      const { code, stderr } = await wheelhouse(['delete', 'taken']);
      assert.equal(code, 0, stderr);
      await nothingRuns();
      assert.deepEqual(await leftOf('taken'), []);
    });

    it('a taken name is refused, and what has it stays as it is', async () => {
      const before = await readFile(path.join(home, 'clusters/taken/cluster.json'), 'utf8');
      await refused(/there is a cluster "taken" already\. Choose another name, or delete it first\./, [
        ...['create', 'taken', '--machines', 'simulated'],
      ]);
      assert.equal(await readFile(path.join(home, 'clusters/taken/cluster.json'), 'utf8'), before);
      assert.match((await wheelhouse(['list'])).stdout, /^taken +simulated +running +1\/1/m);
    });

    it('a wrong name is answered with the names that there are', async () => {
      await refused(/there is no cluster "takem"\. The clusters here are: taken\./, ['start', 'takem']);
      await refused(/cluster taken has no node "x"\. Its nodes are: \S+/, ['node', 'remove', 'taken', 'x']);
    });

    it('a second control plane over the same data is refused, and the first stays', async () => {
      await refused(/is in use by another process/, ['serve', '--data', path.join(home, 'clusters/taken')]);
      assert.match((await wheelhouse(['node', 'add', 'taken'])).stdout, /Node taken-2 is ready/);
    });

    it('snapshots that are not there, or cannot be named so, are refused', async () => {
      await refused(/there is no snapshot "x"\. The cluster has none yet\./, [
        ...['snapshot', 'restore', 'taken', 'x'],
      ]);
      await refused(/"\.\.\/x" cannot be a snapshot's name\. Use at most 63 lower-case/, [
        ...['snapshot', 'save', 'taken', '../x'],
      ]);
      await refused(/no size is given for taken-1\. Say how many CPUs/, ['resize', 'taken', 'taken-1']);
    });

    it('an image that is not there is named, with what to do', async () => {
      await refused(/image not\/there:1 could not be read.*Build or pull it first, or give a tar file/is, [
        ...['load-image', 'taken', 'not/there:1'],
      ]);
    });
  });

  describe('a creation that does not come to its end', () => {
    afterEach(async () => {
      await nothingRuns();
    });

    const steps = [
      ['while the control plane starts', /Starting the control plane/],
      ['while machines are created', /Creating 2 machines/],
      ['while nodes install', /Waiting for the nodes/],
    ] as const;
    for (const [when, interruptAt] of steps) {
      it(`is interrupted ${when}: nothing is left`, async () => {
        const { code, stderr } = await wheelhouse(['create', 'half', '--nodes', '2'], { interruptAt });
        assert.match(stderr, interruptAt);
        assert.doesNotMatch(stderr, /\n +at /);
        assert.equal(code, 130, stderr);
        assert.deepEqual(await leftOf('half'), []);
      });
    }

    /** Runs with a container of somebody else that has the name of a machine's. */
    async function withTaken(
      machine: string,
      use: (free: () => Promise<void>) => Promise<void>,
    ): Promise<void> {
      const image = (await systemProcesses.run('docker', ['images', '-q', 'wheelhouse-node'])).stdout;
      const { stdout } = await systemProcesses.run('docker', [
        ...['create', '--name', `wheelhouse-${machine}`, image.split('\n')[0] ?? ''],
      ]);
      let isFree = false;
      const free = async (): Promise<void> => {
        // What is not ours was left alone: it is there to be removed.
        if (!isFree) await systemProcesses.run('docker', ['rm', stdout.trim()]);
        isFree = true;
      };
      try {
        await use(free);
      } finally {
        await free();
      }
    }

    it('fails at its only machine: says which and why, and nothing is left', async () => {
      const name = `fails-${process.pid}`;
      await withTaken(`${name}-1`, async () => {
        await refused(new RegExp(`machine ${name}-1 could not be created.*remove or rename it`, 's'), [
          ...['create', name, '--nodes', '1'],
        ]);
        assert.deepEqual(await leftOf(name), []);
      });
    });

    it('fails at one of its machines: the others are there, and a start makes it', async () => {
      const name = `partial-${process.pid}`;
      await withTaken(`${name}-2`, async (free) => {
        const { code, stdout, stderr } = await wheelhouse(['create', name, '--nodes', '2']);
        try {
          assert.equal(code, 1);
          assert.match(stderr, new RegExp(`${name}-2: Failed, is tried once more: `));
          assert.match(
            stderr,
            new RegExp(
              `cluster ${name} runs without ${name}-2: machine ${name}-2 could not be created: .*remove or rename it\\. ` +
                `To try again: wheelhouse start ${name}\\.`,
              's',
            ),
          );
          assert.match(stdout, /Use it with:\n {2}export KUBECONFIG=/);
          assert.match((await wheelhouse(['status', name])).stdout, new RegExp(`^${name}-2 +missing`, 'm'));
          await free();
          const started = await wheelhouse(['start', name]);
          assert.equal(started.code, 0, started.stderr);
          assert.match(
            (await wheelhouse(['list'])).stdout,
            new RegExp(`^${name} +docker +running +2/2`, 'm'),
          );
        } finally {
          assert.equal((await wheelhouse(['delete', name])).code, 0);
        }
        assert.deepEqual(await leftOf(name), []);
      });
    });

    it('fails and is kept on demand, and what is kept can be deleted', async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      try {
        await refused(inUse(port), ['create', 'kept', '--nodes', '1', '--port', String(port), '--retain']);
      } finally {
        taken.close();
      }
      assert.deepEqual(await leftOf('kept'), ['kept', 'network wheelhouse-kept']);
      assert.equal((await wheelhouse(['delete', 'kept'])).code, 0);
      assert.deepEqual(await leftOf('kept'), []);
    });
  });

  it('a tar that is no image is refused by name', async () => {
    const file = path.join(home, 'image.tar');
    await writeFile(file, 'this is no tar');
    const created = await wheelhouse(['create', 'tar', '--nodes', '1']);
    assert.equal(created.code, 0, created.stderr);
    try {
      await refused(/the image could not be loaded into tar-1.*docker save/s, ['load-image', 'tar', file]);
      await refused(/image not\/there:1 could not be read.*Build or pull it first/s, [
        'load-image',
        'tar',
        'not/there:1',
      ]);
    } finally {
      assert.equal((await wheelhouse(['delete', 'tar'])).code, 0);
    }
    assert.deepEqual(await leftOf('tar'), []);
    await nothingRuns();
  });
});

function inUse(port: number): RegExp {
  return new RegExp(
    `:${port}: the port is in use by another program: stop that one \\(a new cluster can have another port\\)`,
  );
}
