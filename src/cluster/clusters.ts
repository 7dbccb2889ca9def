import path from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { listNames, removeAll } from '../host/files.ts';
import { runActions, type Action, type ActionContext } from './actions/action.ts';
import { createMachines } from './actions/createMachines.ts';
import { declare } from './actions/declare.ts';
import { describeEnvironment } from './actions/describeEnvironment.ts';
import { preflight } from './actions/preflight.ts';
import { noLeftovers } from './actions/noLeftovers.ts';
import { prepareMachines } from './actions/prepareMachines.ts';
import { recreateMachines } from './actions/recreateMachines.ts';
import { pauseMachines } from './actions/pauseMachines.ts';
import { startControlPlane } from './actions/startControlPlane.ts';
import { startMachines } from './actions/startMachines.ts';
import { waitForNodes } from './actions/waitForNodes.ts';
import type { ControlPlaneLauncher, NodeAdminFactory, RunningControlPlane, StoreFiles } from './contract.ts';
import { assertFree, untilFree, whileBusy } from './busy.ts';
import { ClusterError, IncompleteClusterError } from './errors.ts';
import type {
  Machine,
  MachinePlan,
  MachineProvider,
  MachineShell,
  MachineSize,
  PreflightProblem,
  Progress,
} from './machines/contract.ts';
import { newProfile, type CreateOptions } from './newProfile.ts';
import { type HostEnvironment, NO_HOST_ENVIRONMENT } from './machines/hostEnvironment.ts';
import { addNode, nodeOf, removeNode, resizeNode } from './nodeChanges.ts';
import { sizedNode, type NodeSize } from './nodeSize.ts';
import { onEach } from './onEach.ts';
import { readLivingOwner, type Owner } from './owner.ts';
import { clusterPaths, clustersFolder, type ClusterPaths } from './paths.ts';
import {
  checkClusterName,
  newNodeNames,
  readProfile,
  writeProfile,
  type ClusterProfile,
  type MachinesKind,
} from './profile.ts';
import { deleteSnapshot } from './snapshots/deleteSnapshot.ts';
import { restoreSnapshot } from './snapshots/restoreSnapshot.ts';
import { saveSnapshot } from './snapshots/saveSnapshot.ts';
import { readSnapshots, type ClusterSnapshot } from './snapshots/snapshot.ts';

export type { CreateOptions } from './newProfile.ts';

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
  /** What of the desktop its nodes need to reach the world alike. Default: nothing. */
  readonly environment?: () => Promise<HostEnvironment>;
}

export interface ClusterSummary {
  readonly profile: ClusterProfile;
  readonly paths: ClusterPaths;
  readonly machines: readonly Machine[];
  /** Who runs its control plane; undefined where nobody does. */
  readonly owner?: Owner;
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
    const paths = this.paths(name);
    const [machines, owner] = await Promise.all([
      this.#provider(profile.machines).list(name),
      readLivingOwner(paths),
    ]);
    return { profile, paths, machines, ...(owner === undefined ? {} : { owner }) };
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
    const profile = await newProfile(options, this.#options.hostCpus);
    const context = this.#context(profile, progress, signal);
    const actions: Action[] = [
      preflight,
      noLeftovers,
      declare,
      prepareMachines,
      describeEnvironment,
      startControlPlane,
      createMachines(profile.nodes),
      waitForNodes(),
    ];
    await runActions(actions, context, { retain: options.retain ?? false });
    await this.#want(options.name, true);
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
      [
        preflight,
        prepareMachines,
        describeEnvironment,
        startControlPlane,
        startMachines,
        recreateMachines,
        waitForNodes(),
      ],
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
    // What the owner has said of its desktop holds.
    const isOwned = (await readLivingOwner(context.paths)) !== undefined;
    await runActions(isOwned ? [startControlPlane] : [describeEnvironment, startControlPlane], context, {
      retain: true,
    });
    return assertComplete(context);
  }

  /** Stops machines and control plane; everything is kept. */
  async stop(name: string, signal: AbortSignal): Promise<void> {
    await assertFree(this.paths(name));
    const profile = await this.#want(name, false);
    const provider = this.#provider(profile.machines);
    const machines = await provider.list(name);
    await onEach(machines, (machine) => provider.stop(machine, signal));
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
    await assertFree(this.paths(name));
    // Before its control plane goes, so that no window takes it over.
    const profile = await this.#want(name, false);
    const provider = this.#provider(profile.machines);
    await this.#options.launcher.stop(profile, this.paths(name));
    const machines = await provider.list(name);
    await onEach(machines, (machine) => provider.delete(machine, signal));
    await provider.cleanUp(name);
    await removeAll(this.paths(name).folder);
  }

  /** Adds a node with the next free number, and resolves with its name when it is Ready. */
  async addNode(name: string, progress: Progress, signal: AbortSignal, size: NodeSize = {}): Promise<string> {
    const context = await this.#open(name, progress, signal);
    const { machines, nodes } = context.profile;
    const taken = nodes.map((node) => node.name);
    const [added = ''] = newNodeNames(name, 1, taken);
    await addNode(context, sizedNode({ ...size, name: added }, machines, this.#options.hostCpus));
    return added;
  }

  /** Drains the node, then takes it out of the cluster and deletes its machine. */
  async removeNode(name: string, node: string, progress: Progress, signal: AbortSignal): Promise<void> {
    await removeNode(await this.#open(name, progress, signal), node);
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
    await resizeNode(await this.#open(name, progress, signal), node, size);
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
    await whileBusy(context.paths, `deleting snapshot ${snapshot}`, () => deleteSnapshot(context, snapshot));
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

  /** An interactive shell on a node's machine. */
  async shell(
    name: string,
    node: string,
    size: { readonly columns: number; readonly rows: number },
  ): Promise<MachineShell> {
    const { provider, machine } = await this.#machine(name, node);
    if (provider.capabilities.shell) return provider.shell(machine, size);
    throw new ClusterError(`${provider.name} machines have no shell`, 'There is no system to log in to.');
  }

  /** What a node's machine says on its console: the last of it, then what comes, until aborted. */
  async console(name: string, node: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
    const { provider, machine } = await this.#machine(name, node);
    if (provider.capabilities.console && provider.console !== undefined) {
      return provider.console(machine, signal);
    }
    throw new ClusterError(
      `${provider.name} machines have no console`,
      `Look around in a shell instead: wheelhouse node shell ${name} ${node}.`,
    );
  }

  /** What stands in the way of machines of a kind, or of those that are planned; empty when all is well. */
  async preflight(
    kind: MachinesKind,
    signal: AbortSignal,
    plan?: MachinePlan,
  ): Promise<readonly PreflightProblem[]> {
    const provider = this.#provider(kind);
    if (plan === undefined) return provider.preflight(signal);
    const machines = plan.machines.map((machine) => sizedNode(machine, kind, this.#options.hostCpus));
    return provider.preflight(signal, { ...plan, machines });
  }

  provider(name: string): Promise<MachineProvider> {
    return this.profile(name).then((profile) => this.#provider(profile.machines));
  }

  /** Notes whether the cluster shall run, for windows that open later or lose its control plane. */
  async #want(name: string, running: boolean): Promise<ClusterProfile> {
    const profile = { ...(await this.profile(name)), running };
    await writeProfile(this.paths(name).profile, profile);
    return profile;
  }

  async #machine(
    name: string,
    node: string,
  ): Promise<{ readonly provider: MachineProvider; readonly machine: Machine }> {
    const { profile, machines } = await this.get(name);
    nodeOf(profile, node);
    const machine = machines.find((candidate) => candidate.name === node);
    if (machine !== undefined) return { provider: this.#provider(profile.machines), machine };
    throw new ClusterError(
      `${node} has no machine: it was removed, or could not be made`,
      `To make it again: wheelhouse start ${name}.`,
    );
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
    const { launcher, nodeAdmin, store, clock, logger, bootstrap, environment } = this.#options;
    // Read once for all machines: it takes a moment.
    let known: Promise<HostEnvironment> | undefined;
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
      environment: () => (known ??= environment?.() ?? Promise.resolve(NO_HOST_ENVIRONMENT)),
      oldNews: {},
      failed: new Map(),
    };
  }
}

/** The control plane, where all nodes are there too; rejects with IncompleteClusterError where some have failed. */
function assertComplete(context: ActionContext): RunningControlPlane {
  const { controlPlane, failed, profile, paths } = context;
  if (controlPlane === undefined) throw new Error('the control plane was not started');
  if (failed.size === 0) return controlPlane;
  throw new IncompleteClusterError({ cluster: profile.name, failed, log: paths.log, controlPlane });
}
