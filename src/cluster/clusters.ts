import path from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { listNames, removeAll } from '../host/files.ts';
import { freePort } from '../host/ports.ts';
import { runActions, type Action, type ActionContext } from './actions/action.ts';
import { createMachines } from './actions/createMachines.ts';
import { declare } from './actions/declare.ts';
import { preflight } from './actions/preflight.ts';
import { noLeftovers } from './actions/noLeftovers.ts';
import { prepareMachines } from './actions/prepareMachines.ts';
import { recreateMachines } from './actions/recreateMachines.ts';
import { drainNode } from './actions/drainNode.ts';
import { pauseMachines } from './actions/pauseMachines.ts';
import { removeMachine } from './actions/removeMachine.ts';
import { resizeMachine } from './actions/resizeMachine.ts';
import { needControlPlane, startControlPlane } from './actions/startControlPlane.ts';
import { startMachines } from './actions/startMachines.ts';
import { waitForNodes } from './actions/waitForNodes.ts';
import type { ControlPlaneLauncher, NodeAdminFactory, RunningControlPlane, StoreFiles } from './contract.ts';
import { assertFree, untilFree, whileBusy } from './busy.ts';
import { ClusterError, IncompleteClusterError } from './errors.ts';
import type {
  Machine,
  MachinePlan,
  MachineProvider,
  MachineSettings,
  MachineSize,
  PreflightProblem,
  Progress,
} from './machines/contract.ts';
import { checkSize, sizedNode, sizeText, type NodeSize } from './nodeSize.ts';
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
  type PodNetworkKind,
} from './profile.ts';
import { forgetMachineSnapshots } from './snapshots/machineSnapshots.ts';
import { restoreSnapshot } from './snapshots/restoreSnapshot.ts';
import { removeHalfMade, saveSnapshot } from './snapshots/saveSnapshot.ts';
import { readSnapshot, readSnapshots, snapshotPaths, type ClusterSnapshot } from './snapshots/snapshot.ts';

export interface ClustersOptions {
  readonly home: string;
  readonly providers: readonly MachineProvider[];
  readonly launcher: ControlPlaneLauncher;
  readonly nodeAdmin: NodeAdminFactory;
  readonly store: StoreFiles;
  /** Cores of this desktop: a VM gets no more by default. */
  readonly hostCpus: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bootstrap: () => Promise<string>;
}

export interface CreateOptions {
  readonly name: string;
  readonly machines: MachinesKind;
  readonly nodes: number | readonly NodeProfile[];
  /** Of each node that has none of its own. */
  readonly size?: NodeSize;
  readonly settings?: MachineSettings;
  readonly podNetwork?: PodNetworkKind;
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
    const { name, machines, settings, podNetwork, size = {} } = options;
    const named =
      typeof options.nodes === 'number'
        ? newNodeNames(name, options.nodes, []).map((node) => ({ name: node }))
        : options.nodes;
    const nodes = named.map((node) => sizedNode({ ...size, ...node }, machines, this.#options.hostCpus));
    const profile: ClusterProfile = {
      name,
      machines,
      port: options.port === undefined || options.port === 0 ? await freePort() : options.port,
      nodeAddresses: [],
      nodes,
      clusterCIDR: DEFAULT_CLUSTER_CIDR,
      serviceCIDR: DEFAULT_SERVICE_CIDR,
      ...(settings === undefined ? {} : { settings }),
      ...(podNetwork === undefined ? {} : { podNetwork }),
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
    await this.#want(name, true);
    return assertComplete(context);
  }

  /**
   * Starts the control plane and the machines, makes those that are missing anew and wakes those that are suspended.
   * What runs already stays as it is. Rejects with IncompleteClusterError where some of the nodes failed.
   */
  async start(name: string, progress: Progress, signal: AbortSignal): Promise<RunningControlPlane> {
    const context = await this.#open(name, progress, signal);
    // A failed start leaves the cluster as it is: there is nothing to roll back that the user did not have before.
    await runActions(
      [preflight, prepareMachines, startControlPlane, startMachines, recreateMachines, waitForNodes()],
      context,
      { retain: true },
    );
    await this.#want(name, true);
    return assertComplete(context);
  }

  /** Brings up the control plane alone, or attaches to it; waits while something is done to the cluster as a whole. */
  async attach(name: string, progress: Progress, signal: AbortSignal): Promise<RunningControlPlane> {
    await untilFree(this.paths(name), this.#options.clock, signal);
    const context = this.#context(await this.profile(name), progress, signal);
    await runActions([startControlPlane], context, { retain: true });
    return assertComplete(context);
  }

  /** Stops machines and control plane; everything is kept. */
  async stop(name: string, signal: AbortSignal): Promise<void> {
    await assertFree(this.paths(name));
    const profile = await this.#want(name, false);
    const provider = this.#provider(profile.machines);
    const machines = await provider.list(name);
    await Promise.all(machines.map((machine) => provider.stop(machine, signal)));
    await this.#options.launcher.stop(profile, this.paths(name));
  }

  /** Freezes the machines with all that runs on them, then stops the control plane; `start` wakes them. */
  async suspend(name: string, progress: Progress, signal: AbortSignal): Promise<void> {
    const context = await this.#open(name, progress, signal);
    const { provider, profile, paths } = context;
    if (!provider.capabilities.pause) {
      throw new ClusterError(
        `${provider.name} machines cannot be suspended`,
        `Stop the cluster instead: wheelhouse stop ${name}.`,
      );
    }
    await runActions([pauseMachines], context);
    await this.#want(name, false);
    await this.#options.launcher.stop(profile, paths);
  }

  /** Deletes the cluster with all that belongs to it. */
  async delete(name: string, signal: AbortSignal): Promise<void> {
    const profile = await this.profile(name);
    await assertFree(this.paths(name));
    const provider = this.#provider(profile.machines);
    await this.#options.launcher.stop(profile, this.paths(name));
    const machines = await provider.list(name);
    await Promise.all(machines.map((machine) => provider.delete(machine, signal)));
    await provider.cleanUp(name);
    await removeAll(this.paths(name).folder);
  }

  /** Adds a node with the next free number, and resolves with its name when it is Ready. */
  async addNode(name: string, progress: Progress, signal: AbortSignal, size: NodeSize = {}): Promise<string> {
    const context = await this.#open(name, progress, signal);
    const before = context.profile;
    const taken = before.nodes.map((n) => n.name);
    const [node = ''] = newNodeNames(name, 1, taken);
    const added = sizedNode({ ...size, name: node }, before.machines, this.#options.hostCpus);
    context.profile = { ...before, nodes: [...before.nodes, added] };
    const declareNode: Action = {
      title: `Adding ${node}`,
      run: ({ paths, profile }) => writeProfile(paths.profile, profile),
      undo: ({ paths }) => writeProfile(paths.profile, before),
    };
    await runActions(
      [preflight, needControlPlane, declareNode, createMachines([added]), waitForNodes([node])],
      context,
    );
    return node;
  }

  /** Drains the node, then takes it out of the cluster and deletes its machine. */
  async removeNode(name: string, node: string, progress: Progress, signal: AbortSignal): Promise<void> {
    const context = await this.#open(name, progress, signal);
    nodeOf(context.profile, node);
    await runActions([needControlPlane, drainNode(node), removeMachine(node)], context);
  }

  /**
   * Gives a node's machine another size: drained, stopped, resized, started and Ready with the new capacity, then open
   * to pods again. Where it fails, the node goes on with the size that it had.
   */
  async resizeNode(
    name: string,
    node: string,
    size: MachineSize,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    const context = await this.#open(name, progress, signal);
    const { provider, profile } = context;
    const before = nodeOf(profile, node);
    if (!provider.capabilities.resize || provider.resize === undefined) {
      throw new ClusterError(
        `${provider.name} machines cannot be resized`,
        `Add a node of the size you want (wheelhouse node add ${name}), then remove ${node}.`,
      );
    }
    if (sizeText(size) === '')
      throw new ClusterError(`no size is given for ${node}`, 'Say CPUs, memory, or both.');
    checkSize(size, node);
    const machine = (await provider.list(name)).find((m) => m.name === node);
    if (machine?.state !== 'running') {
      throw new ClusterError(
        `${node} does not run`,
        `It is drained before it is resized: wheelhouse start ${name} brings it up.`,
      );
    }
    await runActions([needControlPlane, ...resizeMachine(machine, before, { ...before, ...size })], context);
  }

  /** Oldest first. */
  async snapshots(name: string): Promise<readonly ClusterSnapshot[]> {
    await this.profile(name);
    return readSnapshots(this.paths(name));
  }

  /** Keeps the cluster as it is now, machines and objects of one moment, under a name. */
  async saveSnapshot(name: string, snapshot: string, progress: Progress, signal: AbortSignal): Promise<void> {
    const context = await this.#open(name, progress, signal);
    await whileBusy(context.paths, `saving snapshot ${snapshot}`, () => saveSnapshot(context, snapshot));
  }

  /** Puts the whole cluster back to a snapshot; resolves when its nodes are Ready. What came later is lost. */
  async restoreSnapshot(
    name: string,
    snapshot: string,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    const context = await this.#open(name, progress, signal);
    await whileBusy(context.paths, `restoring snapshot ${snapshot}`, () =>
      restoreSnapshot(context, snapshot),
    );
    await this.#want(name, true);
    assertComplete(context);
  }

  async deleteSnapshot(name: string, snapshot: string, signal: AbortSignal): Promise<void> {
    const context = await this.#open(name, { report: () => undefined }, signal);
    const { paths, provider } = context;
    await readSnapshot(paths, snapshot);
    await whileBusy(paths, `deleting snapshot ${snapshot}`, async () => {
      await removeHalfMade(context);
      await forgetMachineSnapshots(provider, name, snapshot);
      await removeAll(snapshotPaths(paths, snapshot).folder);
    });
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

  /** What stands in the way of machines of a kind, or of those that are planned; empty when all is well. */
  preflight(
    kind: MachinesKind,
    signal: AbortSignal,
    plan?: MachinePlan,
  ): Promise<readonly PreflightProblem[]> {
    return this.#provider(kind).preflight(signal, plan);
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

  /** For what changes the cluster: nobody else may be at it as a whole. */
  async #open(name: string, progress: Progress, signal: AbortSignal): Promise<ActionContext> {
    const profile = await this.profile(name);
    await assertFree(this.paths(name));
    return this.#context(profile, progress, signal);
  }

  #context(profile: ClusterProfile, progress: Progress, signal: AbortSignal): ActionContext {
    const { launcher, nodeAdmin, store, clock, logger, bootstrap } = this.#options;
    return {
      profile,
      paths: this.paths(profile.name),
      provider: this.#provider(profile.machines),
      launcher,
      nodeAdmin,
      store,
      progress,
      signal,
      clock,
      logger,
      bootstrap,
      oldNews: {},
      failed: new Map(),
    };
  }
}

function nodeOf({ name, nodes }: ClusterProfile, node: string): NodeProfile {
  const found = nodes.find((n) => n.name === node);
  if (found !== undefined) return found;
  throw new ClusterError(
    `cluster ${name} has no node "${node}"`,
    `Its nodes are: ${nodes.map((n) => n.name).join(', ')}.`,
  );
}

/** The control plane, where all nodes are there too; rejects with IncompleteClusterError where some have failed. */
function assertComplete(context: ActionContext): RunningControlPlane {
  const { controlPlane, failed, profile, paths } = context;
  if (controlPlane === undefined) throw new Error('the control plane was not started');
  if (failed.size === 0) return controlPlane;
  throw new IncompleteClusterError({ cluster: profile.name, failed, log: paths.log, controlPlane });
}
