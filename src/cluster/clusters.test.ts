import assert from 'node:assert/strict';
import { rm, stat, writeFile } from 'node:fs/promises';
import { Desk } from '../../test/harness/desk.ts';
import { createDeferred } from '../base/deferred.ts';
import type { Clusters } from './clusters.ts';
import { IncompleteClusterError } from './errors.ts';
import type { Progress } from './machines/contract.ts';
import { NO_HOST_ENVIRONMENT, readHostFiles } from './machines/hostEnvironment.ts';
import { clearOwner, writeOwner } from './owner.ts';

describe('Clusters', () => {
  const never = new AbortController().signal;
  const progress: Progress = { report: () => undefined };
  const dev = { name: 'dev', machines: 'simulated' as const, nodes: 2, port: 7000 };
  let desk: Desk;
  let clusters: Clusters;

  beforeEach(async () => {
    desk = await Desk.make();
    clusters = desk.clusters();
  });
  afterEach(() => desk.dispose());

  const machines = (): Promise<readonly string[]> => desk.machines();

  it('create() makes machines for all nodes and notes that the cluster is to run', async () => {
    await clusters.create(dev, progress, never);
    assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running']);
    assert.deepEqual(await clusters.names(), ['dev']);
    assert.equal((await clusters.profile('dev')).running, true);
  });

  it('create() and start() tell of the control plane before they begin with machines', async () => {
    const answers: (readonly string[])[] = [];
    const onAnswers = (): void => void answers.push([...desk.asked]);
    await clusters.create(dev, progress, never, onAnswers);
    await clusters.stop('dev', never);
    desk.asked.length = 0;
    await clusters.start('dev', progress, never, onAnswers);
    assert.deepEqual(answers, [['launch dev'], ['launch dev', 'note down dev-1 dev-2']]);
    assert.ok(desk.asked.includes('start dev-1'));
  });

  it('create() that fails leaves nothing behind', async () => {
    desk.neverReady = true;
    await assert.rejects(clusters.create(dev, progress, never), /not ready/);
    assert.deepEqual(await machines(), []);
    assert.deepEqual(await clusters.names(), []);
    assert.ok(desk.asked.includes('stop control plane of dev'));
  });

  it('create() tells where to look when a node takes long', async () => {
    const told: string[] = [];
    const listening: Progress = { report: ({ machine, message }) => told.push(`${machine}: ${message}`) };
    desk.boot = async (onReady) => {
      onReady('dev-1');
      await desk.clock.advance(119_000);
      assert.equal(told.at(-1), 'dev-1: Ready');
      await desk.clock.advance(1_000);
    };
    await clusters.create(dev, listening, never);
    assert.equal(told.at(-3), 'dev-2: Not Ready yet. What it does: wheelhouse console dev dev-2');
    assert.equal(desk.clock.pending, 0);
  });

  it('create() refuses a taken name, a bad one, and machines of that name that are not its own', async () => {
    await clusters.create(dev, progress, never);
    await assert.rejects(
      clusters.create(dev, progress, never),
      /there is a cluster "dev" already\. Choose another name/,
    );
    await assert.rejects(
      clusters.create({ ...dev, name: 'Dev_1' }, progress, never),
      /cannot be a cluster's name/,
    );
    await rm(desk.paths.folder, { recursive: true });
    await assert.rejects(clusters.create(dev, progress, never), /dev-1, dev-2.*WHEELHOUSE_HOME/);
    assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running']);
  });

  it('of two create() at once one makes it, and the other takes nothing of it away', async () => {
    const [one, other] = await Promise.allSettled([
      clusters.create(dev, progress, never),
      desk.clusters().create({ ...dev, port: 7001 }, progress, never),
    ]);
    const failed = [one, other].filter(({ status }) => status === 'rejected');
    assert.equal(failed.length, 1);
    assert.match(
      String((failed[0] as PromiseRejectedResult).reason),
      /there is a cluster (of that name|"dev") already/,
    );
    assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running']);
    assert.deepEqual(await clusters.names(), ['dev']);
    assert.ok(!desk.asked.includes('stop control plane of dev'));
  });

  it('of two start() at once one starts the machines, and the other waits and finds them running', async () => {
    await clusters.create(dev, progress, never);
    await clusters.stop('dev', never);
    desk.asked.length = 0;
    const waits = createDeferred<string>();
    desk.boot = async () => {
      desk.boot = undefined;
      const other = desk
        .clusters()
        .start(
          'dev',
          { report: ({ message }) => message.startsWith('Waiting: ') && waits.resolve(message) },
          never,
        );
      void other.then(
        () => second.resolve(undefined),
        (error: unknown) => second.reject(error),
      );
      assert.match(await waits.promise, /process \d+ is starting it \(if/);
    };
    const second = createDeferred<undefined>();
    await clusters.start('dev', progress, never);
    while (desk.clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    await desk.clock.advance(1_000);
    await second.promise;
    assert.equal(desk.asked.filter((asked) => asked === 'start dev-1').length, 1);
    assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running']);
  });

  it('stop() and suspend() say who is just starting the cluster, and leave that alone', async () => {
    await clusters.create(dev, progress, never);
    desk.asked.length = 0;
    await writeFile(desk.paths.starting, JSON.stringify({ pid: process.ppid, doing: 'starting it' }));
    const says = new RegExp(`process ${process.ppid} is starting it\\. Wait until it is done`);
    await assert.rejects(clusters.stop('dev', never), says);
    await assert.rejects(clusters.suspend('dev', progress, never), says);
    assert.deepEqual(desk.asked, []);
    assert.equal((await clusters.profile('dev')).running, true);
    await rm(desk.paths.starting);
    await clusters.stop('dev', never);
  });

  it('stop() keeps everything; start() brings it back, machines that were removed included', async () => {
    await clusters.create(dev, progress, never);
    await clusters.stop('dev', never);
    assert.deepEqual(await machines(), ['dev-1 stopped', 'dev-2 stopped']);
    assert.equal((await clusters.profile('dev')).running, false);
    const [first] = await desk.provider.list('dev');
    await desk.provider.delete(first!, never);
    await clusters.start('dev', progress, never);
    assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running']);
    assert.equal((await clusters.profile('dev')).running, true);
  });

  it('startNode() starts one machine, or recreates it, and leaves the others', async () => {
    await clusters.create(dev, progress, never);
    for (const machine of await desk.provider.list('dev')) await desk.provider.stop(machine, never);
    await clusters.startNode('dev', 'dev-2', progress, never);
    assert.deepEqual(await machines(), ['dev-1 stopped', 'dev-2 running']);
    const [first] = await desk.provider.list('dev');
    await desk.provider.delete(first!, never);
    await clusters.startNode('dev', 'dev-1', progress, never);
    assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running']);
    await assert.rejects(clusters.startNode('dev', 'dev-9', progress, never), /has no node "dev-9"/);
  });

  it('the process that starts a cluster notes the desktop’s proxies for its nodes, others do not', async () => {
    const proxy = async (): Promise<string | undefined> =>
      /HTTPS_PROXY='([^']*)'/.exec((await readHostFiles(desk.paths))?.proxy ?? '')?.[1];
    const isAt = (where: string): void => {
      desk.environment = { ...NO_HOST_ENVIRONMENT, httpsProxy: `http://${where}:3128` };
    };
    isAt('office');
    await clusters.create(dev, progress, never);
    assert.equal(await proxy(), 'http://office:3128');
    isAt('home');
    await clusters.start('dev', progress, never);
    assert.equal(await proxy(), 'http://home:3128');
    isAt('cafe');
    await writeOwner(desk.paths, { pid: process.pid, kind: 'editor', since: '' });
    await clusters.attach('dev', progress, never);
    assert.equal(await proxy(), 'http://home:3128');
    await clearOwner(desk.paths);
    await clusters.attach('dev', progress, never);
    assert.equal(await proxy(), 'http://cafe:3128');
    assert.equal((await stat(desk.paths.environment)).mode & 0o777, 0o600);
  });

  it('stop(), suspend() and delete() note it before the control plane goes: no window takes it over', async () => {
    await clusters.create(dev, progress, never);
    for (const takeDown of [
      () => clusters.stop('dev', never),
      () => clusters.suspend('dev', progress, never),
      () => clusters.delete('dev', never),
    ]) {
      await clusters.start('dev', progress, never);
      desk.wantedAtStop = undefined;
      await takeDown();
      assert.equal(desk.wantedAtStop, false);
    }
  });

  it('addNode() takes the next free number, and takes everything back where it fails', async () => {
    await clusters.create(dev, progress, never);
    assert.equal(await clusters.addNode('dev', progress, never), 'dev-3');
    desk.neverReady = true;
    await assert.rejects(clusters.addNode('dev', progress, never));
    assert.deepEqual(
      (await clusters.profile('dev')).nodes.map((node) => node.name),
      ['dev-1', 'dev-2', 'dev-3'],
    );
    assert.equal((await machines()).length, 3);
    assert.ok(!desk.asked.includes('stop control plane of dev'), 'the running control plane is left alone');
  });

  it('removeNode() drains, deletes the machine, then forgets the node', async () => {
    await clusters.create(dev, progress, never);
    await clusters.removeNode('dev', 'dev-1', progress, never);
    assert.deepEqual(await machines(), ['dev-2 running']);
    assert.deepEqual(desk.asked.slice(-4), ['cordon dev-1', 'drain dev-1', 'delete dev-1', 'forget dev-1']);
    await assert.rejects(clusters.removeNode('dev', 'dev-1', progress, never), /Its nodes are: dev-2/);
  });

  it('delete() leaves nothing; what is not there is said with what is', async () => {
    await clusters.create(dev, progress, never);
    await clusters.delete('dev', never);
    assert.deepEqual(await machines(), []);
    await assert.rejects(
      clusters.start('dev', progress, never),
      /there is no cluster "dev"\. There are no clusters yet/,
    );
  });

  it('removeNode() tells what the drain waits for', async () => {
    await clusters.create(dev, progress, never);
    desk.pods = ['default/a', 'default/b', 'default/c', 'default/d'];
    const told: string[] = [];
    const listening: Progress = { report: ({ machine, message }) => told.push(`${machine}: ${message}`) };
    await clusters.removeNode('dev', 'dev-1', listening, never);
    assert.ok(told.includes('dev-1: Waits for 4 pods to move: default/a, default/b, default/c, and 1 more'));
  });

  it('removeNode() that fails leaves the node open to pods', async () => {
    await clusters.create(dev, progress, never);
    desk.fail('delete', 'dev-1');
    await assert.rejects(clusters.removeNode('dev', 'dev-1', progress, never), /cannot delete dev-1/);
    assert.equal(desk.asked.at(-1), 'uncordon dev-1');
    assert.equal((await clusters.profile('dev')).nodes.length, 2);
  });

  describe('suspend()', () => {
    it('freezes the machines, then stops the control plane; start() wakes them and waits until they answer', async () => {
      await clusters.create(dev, progress, never);
      await clusters.suspend('dev', progress, never);
      assert.deepEqual(await machines(), ['dev-1 paused', 'dev-2 paused']);
      assert.deepEqual(desk.asked.slice(-3), ['pause dev-1', 'pause dev-2', 'stop control plane of dev']);
      assert.equal((await clusters.profile('dev')).running, false);
      await clusters.start('dev', progress, never);
      assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running']);
      assert.deepEqual(desk.earlierReports, {
        reports: new Map(),
        woken: new Set(['dev-1', 'dev-2']),
      });
    });

    it('that fails leaves the cluster running', async () => {
      await clusters.create(dev, progress, never);
      desk.fail('pause', 'dev-2');
      await assert.rejects(clusters.suspend('dev', progress, never), /cannot pause dev-2/);
      assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running']);
      assert.ok(!desk.asked.includes('stop control plane of dev'));
      assert.equal((await clusters.profile('dev')).running, true);
    });

    it('says to stop where machines cannot be frozen', async () => {
      await clusters.create(dev, progress, never);
      desk.provider = { ...desk.provider, capabilities: { ...desk.provider.capabilities, pause: false } };
      await assert.rejects(
        desk.clusters().suspend('dev', progress, never),
        /cannot be suspended\. Stop the cluster instead: wheelhouse stop dev\./,
      );
      assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running']);
    });
  });

  describe('machines that cannot be made', () => {
    const three = { ...dev, nodes: 3 };

    it('one that fails is tried once more, alone, when what was left of it is gone', async () => {
      const whole = desk.provider;
      let failures = 0;
      desk.provider = {
        ...whole,
        async create(spec, ...rest) {
          const machine = await whole.create(spec, ...rest);
          if (spec.name !== 'dev-2' || failures > 0) return machine;
          failures += 1;
          throw new Error('half of it is there');
        },
      };
      const told: string[] = [];
      const listening: Progress = { report: ({ machine, message }) => told.push(`${machine}: ${message}`) };
      await desk.clusters().create(three, listening, never);
      assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running', 'dev-3 running']);
      assert.deepEqual(desk.asked.filter((line) => /^(create|delete|forget)/.test(line)).slice(3), [
        'delete dev-2',
        'forget dev-2',
        'create dev-2',
      ]);
      assert.ok(told.includes('dev-2: Failed, is tried once more: half of it is there'));
    });

    it('one that fails twice is left out: the cluster stays, and start() makes it', async () => {
      desk.fail('create', 'dev-2', 2);
      await assert.rejects(clusters.create(three, progress, never), (error) => {
        assert.ok(error instanceof IncompleteClusterError);
        assert.deepEqual(error.nodes, ['dev-2']);
        assert.equal(error.controlPlane.server, 'https://x');
        assert.equal(
          error.message,
          'cluster dev runs without dev-2: cannot create dev-2. To try again: wheelhouse start dev. To do without: ' +
            `wheelhouse node remove dev dev-2. The control plane's log is ${desk.paths.log}.`,
        );
        return true;
      });
      assert.deepEqual(await machines(), ['dev-1 running', 'dev-3 running']);
      assert.equal((await clusters.profile('dev')).running, true);
      await clusters.start('dev', progress, never);
      assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running', 'dev-3 running']);
    });

    it('removeNode() does without the one that failed', async () => {
      desk.fail('create', 'dev-2', 2);
      await assert.rejects(clusters.create(three, progress, never));
      await clusters.removeNode('dev', 'dev-2', progress, never);
      await clusters.start('dev', progress, never);
      assert.deepEqual(await machines(), ['dev-1 running', 'dev-3 running']);
    });

    it('where all fail, nothing is left', async () => {
      for (const node of ['dev-1', 'dev-2', 'dev-3']) desk.fail('create', node, 2);
      await assert.rejects(clusters.create(three, progress, never), /cannot create dev-1/);
      assert.deepEqual(await machines(), []);
      assert.deepEqual(await clusters.names(), []);
    });

    it('a creation that is cancelled while one is tried again leaves nothing', async () => {
      const abort = new AbortController();
      desk.fail('create', 'dev-2');
      const stopping: Progress = {
        report: ({ message }) => {
          if (message.startsWith('Failed')) abort.abort(new Error('enough'));
        },
      };
      await assert.rejects(clusters.create(three, stopping, abort.signal), /^Error: enough$/);
      assert.deepEqual(await machines(), []);
      assert.deepEqual(await clusters.names(), []);
    });

    it('a node that is added and fails twice is taken back, and its name is free', async () => {
      await clusters.create(dev, progress, never);
      desk.fail('create', 'dev-3', 2);
      await assert.rejects(clusters.addNode('dev', progress, never), /cannot create dev-3/);
      assert.equal((await clusters.profile('dev')).nodes.length, 2);
      assert.equal(await clusters.addNode('dev', progress, never), 'dev-3');
    });

    it('start() goes on without a machine that does not start, and says so', async () => {
      await clusters.create(dev, progress, never);
      await clusters.stop('dev', never);
      desk.fail('start', 'dev-1');
      await assert.rejects(
        clusters.start('dev', progress, never),
        (error) =>
          error instanceof IncompleteClusterError && /without dev-1: cannot start dev-1/.test(error.message),
      );
      assert.deepEqual(await machines(), ['dev-1 stopped', 'dev-2 running']);
    });

    it('start() rejects with the failure where no machine starts', async () => {
      await clusters.create(dev, progress, never);
      await clusters.stop('dev', never);
      desk.fail('start', 'dev-1');
      desk.fail('start', 'dev-2');
      await assert.rejects(clusters.start('dev', progress, never), /^Error: cannot start dev-1$/);
    });
  });

  describe('sizes', () => {
    const GIB = 2 ** 30;

    it('create() and addNode() give nodes the size that is asked for', async () => {
      await clusters.create({ ...dev, nodes: 1, size: { cpus: 3, memoryBytes: 3 * GIB } }, progress, never);
      await clusters.addNode('dev', progress, never, { cpus: 1 });
      assert.deepEqual((await clusters.profile('dev')).nodes, [
        { cpus: 3, memoryBytes: 3 * GIB, name: 'dev-1' },
        { cpus: 1, name: 'dev-2' },
      ]);
    });

    it('what no machine can be is refused before anything is made', async () => {
      for (const [size, problem] of [
        [{ cpus: 1.5 }, /node dev-1 cannot have 1\.5 CPUs\. Use a whole number/],
        [{ memoryBytes: 2 ** 20 }, /node dev-1 cannot have so little memory \(1 MiB\)\. It needs 512 MiB/],
        [{ diskBytes: GIB }, /node dev-1 cannot have so small a disk \(1 GiB\)\. It needs 4 GiB/],
      ] as const) {
        await assert.rejects(clusters.create({ ...dev, size }, progress, never), problem);
      }
      assert.deepEqual(await clusters.names(), []);
    });

    it('resizeNode() drains, stops, resizes and starts the node, and opens it to pods again', async () => {
      await clusters.create({ ...dev, size: { cpus: 2, memoryBytes: GIB } }, progress, never);
      const size = { cpus: 4, memoryBytes: 2 * GIB };
      await clusters.resizeNode('dev', 'dev-1', size, progress, never);
      assert.deepEqual(desk.asked.slice(-7), [
        'launch dev',
        'cordon dev-1',
        'drain dev-1',
        'stop dev-1',
        'resize dev-1',
        'start dev-1',
        'uncordon dev-1',
      ]);
      assert.deepEqual(desk.earlierReports, { reports: new Map([['dev-1', 'before']]) });
      assert.deepEqual((await clusters.profile('dev')).nodes, [
        { ...size, name: 'dev-1' },
        { cpus: 2, memoryBytes: GIB, name: 'dev-2' },
      ]);
      assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running']);
    });

    for (const verb of ['stop', 'resize', 'start'] as const) {
      it(`resizeNode() that fails to ${verb} leaves the node running with its size, open to pods`, async () => {
        await clusters.create({ ...dev, size: { cpus: 2 } }, progress, never);
        desk.fail(verb, 'dev-1');
        await assert.rejects(clusters.resizeNode('dev', 'dev-1', { cpus: 4 }, progress, never), /cannot/);
        assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running']);
        assert.equal(desk.asked.at(-1), 'uncordon dev-1');
        assert.deepEqual((await clusters.profile('dev')).nodes[0], { cpus: 2, name: 'dev-1' });
      });
    }

    it('resizeNode() takes itself back where the node comes up with another size, or not at all', async () => {
      await clusters.create({ ...dev, size: { cpus: 2 } }, progress, never);
      await assert.rejects(
        clusters.resizeNode('dev', 'dev-1', { cpus: 3 }, progress, never),
        /came up with 4 CPUs, 2 GiB instead of 3 CPUs\. It has its old size again/,
      );
      desk.neverReady = true;
      await assert.rejects(clusters.resizeNode('dev', 'dev-1', { cpus: 4 }, progress, never), /not ready/);
      assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running']);
      assert.deepEqual((await clusters.profile('dev')).nodes[0], { cpus: 2, name: 'dev-1' });
      assert.equal(desk.asked.at(-1), 'uncordon dev-1');
    });

    it('resizeNode() says what it needs', async () => {
      await clusters.create(dev, progress, never);
      const resize = (node: string, size: object): Promise<void> =>
        desk.clusters().resizeNode('dev', node, size, progress, never);
      await assert.rejects(resize('x', { cpus: 2 }), /has no node "x"\. Its nodes are: dev-1, dev-2/);
      await assert.rejects(resize('dev-1', {}), /no size is given for dev-1/);
      await clusters.stop('dev', never);
      await assert.rejects(resize('dev-1', { cpus: 2 }), /dev-1 does not run.*wheelhouse start dev/);
      desk.provider = { ...desk.provider, capabilities: { ...desk.provider.capabilities, resize: false } };
      await assert.rejects(resize('dev-1', { cpus: 2 }), /cannot be resized\. Add a node of the size/);
    });
  });
});
