import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { writeWhole } from '../host/files.ts';
import { Clusters } from './clusters.ts';
import type { ControlPlaneLauncher, NodeAdmin } from './contract.ts';
import { createSimulatedMachines } from './machines/simulated.ts';
import type { Machine, MachineProvider, Progress } from './machines/contract.ts';
import { clusterPaths, clustersFolder } from './paths.ts';

/** A desk with a home of its own: simulated machines, and a control plane and an API that only say what was asked. */
class Desk {
  readonly home: string;
  readonly asked: string[] = [];
  readonly provider: MachineProvider;
  /** Makes the API's waiting for nodes fail. */
  neverReady = false;

  private constructor(home: string) {
    this.home = home;
    this.provider = createSimulatedMachines({
      folder: (cluster) => path.join(home, 'machines', cluster),
      clusters: () => Promise.resolve(['dev']),
    });
  }

  static async make(): Promise<Desk> {
    return new Desk(await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-desk-')));
  }

  readonly launcher: ControlPlaneLauncher = {
    launch: async (profile, paths) => {
      this.asked.push(`launch ${profile.name}`);
      await writeWhole(path.join(paths.pki, 'ca.crt'), 'CA');
      return {
        server: 'https://x',
        owned: true,
        stop: () => Promise.resolve(),
        exited: new Promise(() => undefined),
      };
    },
    stop: (profile) => {
      this.asked.push(`stop ${profile.name}`);
      return Promise.resolve();
    },
  };

  readonly admin: NodeAdmin = {
    issueToken: (node) => Promise.resolve(`token-${node}`),
    lastReports: () => Promise.resolve(new Map()),
    whenReady: (nodes, onReady) => {
      if (this.neverReady) return Promise.reject(new Error('the nodes are not ready'));
      nodes.forEach(onReady);
      return Promise.resolve();
    },
    drain: (node) => {
      this.asked.push(`drain ${node}`);
      return Promise.resolve();
    },
    forget: (node) => {
      this.asked.push(`forget ${node}`);
      return Promise.resolve();
    },
    close: () => undefined,
  };

  clusters(): Clusters {
    return new Clusters({
      home: this.home,
      providers: [this.provider],
      launcher: this.launcher,
      nodeAdmin: () => Promise.resolve(this.admin),
      clock: new FakeClock(),
      logger: silentLogger,
      bootstrap: () => Promise.resolve('bootstrap'),
    });
  }
}

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
  afterEach(() => rm(desk.home, { recursive: true, force: true }));

  const machines = async (): Promise<readonly string[]> =>
    (await desk.provider.list('dev')).map((machine: Machine) => `${machine.name} ${machine.state}`);

  it('create() makes machines for all nodes and notes that the cluster shall run', async () => {
    await clusters.create(dev, progress, never);
    assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running']);
    assert.deepEqual(await clusters.names(), ['dev']);
    assert.equal((await clusters.profile('dev')).running, true);
  });

  it('create() that fails leaves nothing behind', async () => {
    desk.neverReady = true;
    await assert.rejects(clusters.create(dev, progress, never), /not ready/);
    assert.deepEqual(await machines(), []);
    assert.deepEqual(await clusters.names(), []);
    assert.ok(desk.asked.includes('stop dev'));
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
    await rm(clusterPaths(path.join(clustersFolder(desk.home), 'dev')).folder, { recursive: true });
    await assert.rejects(clusters.create(dev, progress, never), /dev-1, dev-2.*WHEELHOUSE_HOME/);
    assert.deepEqual(await machines(), ['dev-1 running', 'dev-2 running']);
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
    assert.ok(!desk.asked.includes('stop dev'), 'the running control plane is left alone');
  });

  it('removeNode() drains, deletes the machine, then forgets the node', async () => {
    await clusters.create(dev, progress, never);
    await clusters.removeNode('dev', 'dev-1', progress, never);
    assert.deepEqual(await machines(), ['dev-2 running']);
    assert.deepEqual(desk.asked.slice(-2), ['drain dev-1', 'forget dev-1']);
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
});
