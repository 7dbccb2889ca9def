import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FakeClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { Clusters } from '../../src/cluster/clusters.ts';
import type {
  ControlPlaneLauncher,
  NodeAdmin,
  EarlierReports,
  Recovery,
} from '../../src/cluster/contract.ts';
import { NO_HOST_ENVIRONMENT, type HostEnvironment } from '../../src/cluster/machines/hostEnvironment.ts';
import type { MachineProvider } from '../../src/cluster/machines/contract.ts';
import { createSimulatedMachines, type SimulatedVerb } from '../../src/cluster/machines/simulated.ts';
import { clearOwner, writeOwner } from '../../src/cluster/owner.ts';
import { clusterPaths, clustersFolder, type ClusterPaths } from '../../src/cluster/paths.ts';
import { readProfile } from '../../src/cluster/profile.ts';
import { fileExists, writeWhole } from '../../src/host/files.ts';

/** No process has this id. */
const NOBODY = 2 ** 30;

/**
 * A desk with a home of its own: simulated machines, and a control plane, an API and a store that only note what was
 * asked of them. The cluster is called `dev`; its store is a file with a number.
 */
export class Desk {
  readonly home: string;
  readonly clock = new FakeClock();
  /** What was asked, in order. */
  readonly asked: string[] = [];
  provider: MachineProvider;
  /** Makes the API's waiting for nodes fail. */
  neverReady = false;
  /** What happens until the nodes are ready. */
  boot: ((onReady: (node: string) => void) => Promise<void>) | undefined;
  /** What `whenReady` was told not to take for news. */
  earlierReports: EarlierReports | undefined;
  /** How the desk reaches the world. */
  environment: HostEnvironment = NO_HOST_ENVIRONMENT;
  /** What nodes say that they have. */
  capacity = { cpus: 4, memoryBytes: 2 ** 31 };
  /** What comes of a damaged store; undefined: it is whole. */
  recovery: Recovery | undefined;
  /** What a drain waits for. */
  pods: readonly string[] = [];
  /** Whether the cluster was noted as one that is to run when its control plane was stopped last. */
  wantedAtStop: boolean | undefined;
  readonly #faults: { readonly verb: SimulatedVerb; readonly machine: string; times: number }[] = [];
  #running = false;

  private constructor(home: string) {
    this.home = home;
    this.provider = createSimulatedMachines({
      folder: (cluster) => path.join(home, 'machines', cluster),
      clusters: () => Promise.resolve(['dev']),
      fault: (verb, machine) => {
        this.asked.push(`${verb} ${machine}`);
        const fault = this.#faults.find((f) => f.verb === verb && f.machine === machine && f.times > 0);
        if (fault === undefined) return undefined;
        fault.times -= 1;
        return new Error(`cannot ${verb} ${machine}`);
      },
    });
  }

  static async make(): Promise<Desk> {
    return new Desk(await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-desk-')));
  }

  async dispose(): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }

  /** The next times that this is asked of this machine, it fails. */
  fail(verb: SimulatedVerb, machine: string, times = 1): void {
    this.#faults.push({ verb, machine, times });
  }

  get paths(): ClusterPaths {
    return clusterPaths(path.join(clustersFolder(this.home), 'dev'));
  }

  /** The process of the control plane is killed: nobody takes back what it had noted. */
  async killControlPlane(): Promise<void> {
    this.#running = false;
    await writeOwner(this.paths, { pid: NOBODY, kind: 'process', since: new Date(0).toISOString() });
  }

  async machines(): Promise<readonly string[]> {
    return (await this.provider.list('dev')).map((machine) => `${machine.name} ${machine.state}`);
  }

  readonly launcher: ControlPlaneLauncher = {
    launch: async (profile, paths, signal) => {
      signal.throwIfAborted();
      this.asked.push(`launch ${profile.name}`);
      await writeWhole(path.join(paths.pki, 'ca.crt'), 'CA');
      if (!(await fileExists(paths.store))) await writeWhole(paths.store, '5');
      this.#running = true;
      await writeOwner(paths, {
        pid: process.pid,
        kind: 'process',
        since: new Date(this.clock.now()).toISOString(),
      });
      return {
        server: 'https://x',
        owned: true,
        stop: () => Promise.resolve(),
        exited: new Promise(() => undefined),
      };
    },
    stop: async (profile, paths) => {
      this.asked.push(`stop control plane of ${profile.name}`);
      this.wantedAtStop = (await readProfile(paths.profile))?.running;
      this.#running = false;
      await clearOwner(paths);
    },
  };

  readonly admin: NodeAdmin = {
    issueToken: (node) => Promise.resolve(`token-${node}`),
    lastReports: (nodes) => Promise.resolve(new Map(nodes.map((node) => [node, 'before']))),
    noteDown: (nodes) => {
      this.asked.push(`note down ${nodes.join(' ')}`);
      return Promise.resolve();
    },
    whenReady: async (nodes, onReady, _signal, before) => {
      this.earlierReports = before;
      await this.boot?.(onReady);
      if (this.neverReady) throw new Error('the nodes are not ready');
      nodes.forEach(onReady);
    },
    cordon: (node) => {
      this.asked.push(`cordon ${node}`);
      return Promise.resolve(true);
    },
    uncordon: (node) => {
      this.asked.push(`uncordon ${node}`);
      return Promise.resolve();
    },
    drain: (node, signal, onLeft) => {
      this.asked.push(`drain ${node}`);
      if (this.pods.length > 0) onLeft(this.pods);
      signal.throwIfAborted();
      return Promise.resolve();
    },
    capacity: () => Promise.resolve(this.capacity),
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
      store: {
        revision: async (file) => Number(await readFile(file, 'utf8')),
        save: async (from, to) => {
          this.asked.push('save store');
          if (this.#running) throw new Error('the store is in use');
          await copyFile(from, to);
          return Number(await readFile(to, 'utf8'));
        },
        restore: async (copy, to) => {
          this.asked.push('restore store');
          if (this.#running) throw new Error('the store is in use');
          await copyFile(copy, to);
          return 100;
        },
        recover: () => {
          this.asked.push('recover store');
          if (this.#running) throw new Error('the store is in use');
          return Promise.resolve(this.recovery);
        },
        export: async (from, to) => {
          this.asked.push('export store');
          await copyFile(from, to);
          return { objects: 2, damaged: this.recovery?.damaged ?? [] };
        },
      },
      hostCpus: 8,
      environment: () => Promise.resolve(this.environment),
      clock: this.clock,
      logger: silentLogger,
      bootstrap: () => Promise.resolve('bootstrap'),
    });
  }
}
