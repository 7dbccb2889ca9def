import path from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { listNames, removeAll } from '../host/files.ts';
import { freePort } from '../host/ports.ts';
import { adminOf, runActions, type Action, type ActionContext } from './actions/action.ts';
import { createMachines } from './actions/createMachines.ts';
import { declare } from './actions/declare.ts';
import { preflight } from './actions/preflight.ts';
import { noLeftovers } from './actions/noLeftovers.ts';
import { prepareMachines } from './actions/prepareMachines.ts';
import { recreateMachines } from './actions/recreateMachines.ts';
import { startControlPlane } from './actions/startControlPlane.ts';
import { startMachines } from './actions/startMachines.ts';
import { waitForNodes } from './actions/waitForNodes.ts';
import type { ControlPlaneLauncher, NodeAdminFactory, RunningControlPlane } from './contract.ts';
import { ClusterError } from './errors.ts';
import type { Machine, MachineProvider, PreflightProblem, Progress } from './machines/contract.ts';
import { clusterPaths, clustersFolder, type ClusterPaths } from './paths.ts';
import {
  checkClusterName,
  DEFAULT_CLUSTER_CIDR,
  DEFAULT_SERVICE_CIDR,
  newNodeNames,
  readProfile,
  writeProfile,
  type ClusterProfile,
  type MachinesKind,
  type NodeProfile,
} from './profile.ts';

export interface ClustersOptions {
  readonly home: string;
  readonly providers: readonly MachineProvider[];
  readonly launcher: ControlPlaneLauncher;
  readonly nodeAdmin: NodeAdminFactory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bootstrap: () => Promise<string>;
}

export interface CreateOptions {
  readonly name: string;
  readonly machines: MachinesKind;
  readonly nodes: number | readonly NodeProfile[];
  /** 0 or missing for any free one. */
  readonly port?: number;
  /** Keeps what is there when it fails, to look at. */
  readonly retain?: boolean;
}

export interface ClusterSummary {
  readonly profile: ClusterProfile;
  readonly paths: ClusterPaths;
  readonly machines: readonly Machine[];
}

/** The life of all clusters on this desktop: the one place from which they are made, started, stopped and deleted. */
export class Clusters {
  readonly #options: ClustersOptions;

  constructor(options: ClustersOptions) {
    this.#options = options;
  }

  async names(): Promise<readonly string[]> {
    const folder = clustersFolder(this.#options.home);
    const names = await listNames(folder);
    const known = await Promise.all(
      names.map(async (name) =>
        (await readProfile(clusterPaths(path.join(folder, name)).profile)) ? [name] : [],
      ),
    );
    return known.flat();
  }

  paths(name: string): ClusterPaths {
    checkClusterName(name);
    return clusterPaths(path.join(clustersFolder(this.#options.home), name));
  }

  async profile(name: string): Promise<ClusterProfile> {
    const profile = await readProfile(this.paths(name).profile);
    if (profile !== undefined) return profile;
    const names = await this.names();
    throw new ClusterError(
      `there is no cluster "${name}"`,
      names.length === 0
        ? 'There are no clusters yet: create one.'
        : `The clusters here are: ${names.join(', ')}.`,
    );
  }

  async get(name: string): Promise<ClusterSummary> {
    const profile = await this.profile(name);
    const machines = await this.#provider(profile.machines).list(name);
    return { profile, paths: this.paths(name), machines };
  }

  async create(
    options: CreateOptions,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<RunningControlPlane> {
    const paths = this.paths(options.name);
    if ((await readProfile(paths.profile)) !== undefined) {
      throw new ClusterError(
        `there is a cluster "${options.name}" already`,
        'Choose another name, or delete it first.',
      );
    }
    const nodes =
      typeof options.nodes === 'number'
        ? newNodeNames(options.name, options.nodes, []).map((name) => ({ name }))
        : options.nodes;
    const profile: ClusterProfile = {
      name: options.name,
      machines: options.machines,
      port: options.port === undefined || options.port === 0 ? await freePort() : options.port,
      nodeAddresses: [],
      nodes,
      clusterCIDR: DEFAULT_CLUSTER_CIDR,
      serviceCIDR: DEFAULT_SERVICE_CIDR,
    };
    const context = this.#context(profile, progress, signal);
    const actions: Action[] = [
      preflight,
      noLeftovers,
      declare,
      prepareMachines,
      startControlPlane,
      createMachines(nodes),
      waitForNodes(),
    ];
    await runActions(actions, context, { retain: options.retain ?? false });
    await this.#want(options.name, true);
    return controlPlaneOf(context);
  }

  /** Starts the control plane and the machines. What runs already stays as it is. */
  async start(name: string, progress: Progress, signal: AbortSignal): Promise<RunningControlPlane> {
    const context = this.#context(await this.profile(name), progress, signal);
    // A failed start leaves the cluster as it is: there is nothing to roll back that the user did not have before.
    await runActions(
      [preflight, prepareMachines, startControlPlane, startMachines, recreateMachines, waitForNodes()],
      context,
      { retain: true },
    );
    await this.#want(name, true);
    return controlPlaneOf(context);
  }

  /** Brings up the control plane alone, or attaches to it. */
  async attach(name: string, progress: Progress, signal: AbortSignal): Promise<RunningControlPlane> {
    const context = this.#context(await this.profile(name), progress, signal);
    await runActions([startControlPlane], context, { retain: true });
    return controlPlaneOf(context);
  }

  /** Stops machines and control plane; everything is kept. */
  async stop(name: string, signal: AbortSignal): Promise<void> {
    const profile = await this.#want(name, false);
    const provider = this.#provider(profile.machines);
    const machines = await provider.list(name);
    await Promise.all(machines.map((machine) => provider.stop(machine, signal)));
    await this.#options.launcher.stop(profile, this.paths(name));
  }

  /** Deletes the cluster with all that belongs to it. */
  async delete(name: string, signal: AbortSignal): Promise<void> {
    const profile = await this.profile(name);
    const provider = this.#provider(profile.machines);
    await this.#options.launcher.stop(profile, this.paths(name));
    const machines = await provider.list(name);
    await Promise.all(machines.map((machine) => provider.delete(machine, signal)));
    await provider.cleanUp(name);
    await removeAll(this.paths(name).folder);
  }

  async addNode(name: string, progress: Progress, signal: AbortSignal): Promise<string> {
    const before = await this.profile(name);
    const [node = ''] = newNodeNames(
      name,
      1,
      before.nodes.map((n) => n.name),
    );
    const context = this.#context({ ...before, nodes: [...before.nodes, { name: node }] }, progress, signal);
    const declareNode: Action = {
      title: `Adding ${node}`,
      run: ({ paths, profile }) => writeProfile(paths.profile, profile),
      undo: ({ paths }) => writeProfile(paths.profile, before),
    };
    await runActions(
      [
        preflight,
        { ...startControlPlane, undo: () => Promise.resolve() },
        declareNode,
        createMachines([{ name: node }]),
        waitForNodes([node]),
      ],
      context,
    );
    return node;
  }

  /** Drains the node, then takes it out of the cluster and deletes its machine. */
  async removeNode(name: string, node: string, progress: Progress, signal: AbortSignal): Promise<void> {
    const profile = await this.profile(name);
    if (!profile.nodes.some((n) => n.name === node)) {
      throw new ClusterError(
        `cluster ${name} has no node "${node}"`,
        `Its nodes are: ${profile.nodes.map((n) => n.name).join(', ')}.`,
      );
    }
    const provider = this.#provider(profile.machines);
    const context = this.#context(profile, progress, signal);
    const drain: Action = {
      title: `Draining ${node}`,
      run: async () => (await adminOf(context)).drain(node, signal),
    };
    const remove: Action = {
      title: `Removing ${node}`,
      async run({ paths }) {
        const machine = (await provider.list(name)).find((m) => m.name === node);
        if (machine !== undefined) await provider.delete(machine, signal);
        await (await adminOf(context)).forget(node);
        await writeProfile(paths.profile, {
          ...profile,
          nodes: profile.nodes.filter((n) => n.name !== node),
        });
      },
    };
    await runActions([startControlPlane, drain, remove], context, { retain: true });
  }

  /** Brings an image (a tar in `docker save` format) to all machines of the cluster. */
  async loadImage(
    name: string,
    tar: () => AsyncIterable<Uint8Array>,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    const { profile, machines } = await this.get(name);
    const provider = this.#provider(profile.machines);
    await Promise.all(
      machines
        .filter((machine) => machine.state === 'running')
        .map(async (machine) => {
          await provider.loadImage(machine, tar(), signal);
          progress.report({ machine: machine.name, message: 'Image loaded' });
        }),
    );
  }

  /** What stands in the way of machines of a kind; empty when all is well. */
  preflight(kind: MachinesKind, signal: AbortSignal): Promise<readonly PreflightProblem[]> {
    return this.#provider(kind).preflight(signal);
  }

  provider(name: string): Promise<MachineProvider> {
    return this.profile(name).then((profile) => this.#provider(profile.machines));
  }

  /** Notes whether the cluster shall run, for the next window that opens. */
  async #want(name: string, running: boolean): Promise<ClusterProfile> {
    const profile = { ...(await this.profile(name)), running };
    await writeProfile(this.paths(name).profile, profile);
    return profile;
  }

  #provider(kind: MachinesKind): MachineProvider {
    const provider = this.#options.providers.find((p) => p.name === kind);
    if (provider !== undefined) return provider;
    throw new ClusterError(
      `machines of the kind "${kind}" are not known`,
      `Use one of: ${this.#options.providers.map((p) => p.name).join(', ')}.`,
    );
  }

  #context(profile: ClusterProfile, progress: Progress, signal: AbortSignal): ActionContext {
    const { launcher, nodeAdmin, clock, logger, bootstrap } = this.#options;
    return {
      profile,
      paths: this.paths(profile.name),
      provider: this.#provider(profile.machines),
      launcher,
      nodeAdmin,
      progress,
      signal,
      clock,
      logger,
      bootstrap,
    };
  }
}

function controlPlaneOf(context: ActionContext): RunningControlPlane {
  if (context.controlPlane === undefined) throw new Error('the control plane was not started');
  return context.controlPlane;
}
