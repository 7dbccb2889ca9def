import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { ActionContext } from './actions/action.ts';
import { describeEnvironment } from './actions/describeEnvironment.ts';
import { assertFree, firstOfAll, inTurn, removing, takingDown, whileBusy } from './busy.ts';
import type { ControlPlaneLauncher, Exported, NodeAdminFactory, OnAnswers, StoreFiles } from './contract.ts';
import { ClusterError } from './errors.ts';
import { ClusterHome } from './home.ts';
import type {
  CommandStreams,
  Machine,
  MachinePlan,
  MachineProvider,
  MachineShell,
  MachineSize,
  PreflightProblem,
  Progress,
} from './machines/contract.ts';
import { type HostEnvironment, NO_HOST_ENVIRONMENT } from './machines/hostEnvironment.ts';
import { newProfile, type CreateOptions } from './newProfile.ts';
import { sizedNode, type NodeSize } from './nodeSize.ts';
import { readLivingOwner, type Owner } from './owner.ts';
import type { ClusterPaths } from './paths.ts';
import { newNodeNames, readProfile, type ClusterProfile, type MachinesKind } from './profile.ts';
import type { RunningControlPlane } from './runningControlPlane.ts';
import { deleteSnapshot } from './snapshots/deleteSnapshot.ts';
import { restoreSnapshot } from './snapshots/restoreSnapshot.ts';
import { saveSnapshot } from './snapshots/saveSnapshot.ts';
import { readSnapshots, type ClusterSnapshot } from './snapshots/snapshot.ts';
import { assertComplete } from './verbs/assertComplete.ts';
import { addNode, removeNode, resizeNode, startNode } from './verbs/changeNodes.ts';
import { copyFromNode, copyToNode, type NodePath } from './verbs/copyFiles.ts';
import { createCluster } from './verbs/create.ts';
import { deleteCluster } from './verbs/delete.ts';
import { loadImage } from './verbs/loadImage.ts';
import { openConsole, openShell, runOnNode } from './verbs/machineTerminals.ts';
import { attachToCluster, startCluster } from './verbs/start.ts';
import { stopCluster, suspendCluster } from './verbs/stop.ts';
import { rememberRunning } from './verbs/rememberRunning.ts';

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
  /** The settings of the desktop that nodes need to reach the world as the desktop does. Default: nothing. */
  readonly environment?: () => Promise<HostEnvironment>;
}

export interface ClusterSummary {
  readonly profile: ClusterProfile;
  readonly paths: ClusterPaths;
  readonly machines: readonly Machine[];
  /** The owner of its control plane; undefined if nobody runs it. */
  readonly owner?: Owner;
}

const NEVER = new AbortController().signal;
const QUIET: Progress = { report: () => undefined };

/**
 * The life of all clusters on this desktop: the one place from which they are made, started, stopped and deleted. What
 * each verb does is in `verbs/` and `snapshots/`.
 */
export class Clusters {
  readonly #options: ClustersOptions;
  readonly #home: ClusterHome;

  constructor(options: ClustersOptions) {
    this.#options = options;
    this.#home = new ClusterHome(options.home);
  }

  names(): Promise<readonly string[]> {
    return this.#home.names();
  }

  paths(name: string): ClusterPaths {
    return this.#home.paths(name);
  }

  profile(name: string): Promise<ClusterProfile> {
    return this.#home.profile(name);
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
    onAnswers?: OnAnswers,
  ): Promise<RunningControlPlane> {
    await this.#assertNew(options.name);
    const { machines, settings } = options;
    const podNetwork = options.podNetwork ?? (await this.#provider(machines).podNetwork?.(settings, signal));
    const chosen = podNetwork === 'vxlan' ? { ...options, podNetwork } : options;
    const profile = await newProfile(chosen, this.#options.hostCpus);
    const context = this.#context(profile, progress, signal);
    return firstOfAll(context.paths, 'creating it', async () => {
      await this.#assertNew(options.name);
      return createCluster({ ...context, ...(onAnswers && { onAnswers }) }, options.retain ?? false);
    });
  }

  /**
   * Starts the control plane and the machines, recreates those that are missing and wakes those that are suspended.
   * What runs already stays as it is. Rejects with IncompleteClusterError where some of the nodes failed.
   */
  async start(
    name: string,
    progress: Progress,
    signal: AbortSignal,
    onAnswers?: OnAnswers,
  ): Promise<RunningControlPlane> {
    return this.#inTurn(name, 'starting it', progress, signal, (context) =>
      startCluster({ ...context, ...(onAnswers && { onAnswers }) }),
    );
  }

  /**
   * As `start`, for a cluster whose store is damaged: it goes on with what is whole of it, and the damaged one is kept.
   * `progress` hears what is lost.
   */
  async recover(
    name: string,
    progress: Progress,
    signal: AbortSignal,
    onAnswers?: OnAnswers,
  ): Promise<RunningControlPlane> {
    return this.#inTurn(name, 'starting it', progress, signal, (context) =>
      startCluster({ ...context, ...(onAnswers && { onAnswers }) }, true),
    );
  }

  /**
   * Writes the objects of a cluster that does not run to a file that is not there yet (mode 0600): a `List`, as they are
   * stored. Of a damaged store those that are whole.
   */
  async export(name: string, file: string): Promise<Exported> {
    await this.profile(name);
    return this.#options.store.export(this.paths(name).store, file);
  }

  /** Brings up the control plane alone, or attaches to it; waits while something is done to the cluster as a whole. */
  async attach(name: string, progress: Progress, signal: AbortSignal): Promise<RunningControlPlane> {
    return attachToCluster(await this.#known(name, progress, signal));
  }

  /** Stops machines and control plane; everything is kept. */
  async stop(name: string, signal: AbortSignal): Promise<void> {
    const context = await this.#open(name, QUIET, signal);
    await takingDown(context.paths, 'stopping it', () => stopCluster(context));
  }

  /** Freezes the machines with all that runs on them, then stops the control plane; `start` wakes them. */
  async suspend(name: string, progress: Progress, signal: AbortSignal): Promise<void> {
    const context = await this.#open(name, progress, signal);
    await takingDown(context.paths, 'suspending it', () => suspendCluster(context));
  }

  /** Deletes the cluster with all that belongs to it. */
  async delete(name: string, signal: AbortSignal): Promise<void> {
    const context = await this.#open(name, QUIET, signal);
    await removing(context.paths, 'deleting it', () => deleteCluster(context));
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

  /** Starts the machine of one node of a cluster that runs, or recreates it where it is gone. */
  async startNode(name: string, node: string, progress: Progress, signal: AbortSignal): Promise<void> {
    await this.#inTurn(name, `starting ${node}`, progress, signal, (context) => startNode(context, node));
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
    await rememberRunning(context.paths, true);
    assertComplete(context);
  }

  async deleteSnapshot(name: string, snapshot: string, signal: AbortSignal): Promise<void> {
    const context = await this.#open(name, QUIET, signal);
    await whileBusy(context.paths, `deleting snapshot ${snapshot}`, () => deleteSnapshot(context, snapshot));
  }

  /** Brings an image (a tar in `docker save` format) to the machines that run: of all nodes, or of some. */
  async loadImage(
    name: string,
    tar: () => AsyncIterable<Uint8Array>,
    progress: Progress,
    signal: AbortSignal,
    nodes?: readonly string[],
  ): Promise<void> {
    await loadImage(await this.#known(name, progress, signal), tar, nodes);
  }

  /** Tells the nodes of a cluster that runs how this desktop reaches the world now. `progress` hears what they go without. */
  async tellEnvironment(name: string, progress: Progress): Promise<void> {
    await describeEnvironment.run(await this.#known(name, progress, NEVER));
  }

  /** An interactive shell on a node's machine. */
  async shell(
    name: string,
    node: string,
    size: { readonly columns: number; readonly rows: number },
  ): Promise<MachineShell> {
    return openShell(await this.#known(name, QUIET, NEVER), node, size);
  }

  /** Runs a line of shell as root on a node's machine, without a terminal; resolves with its exit code. */
  async run(
    name: string,
    node: string,
    line: string,
    streams: CommandStreams,
    signal: AbortSignal,
  ): Promise<number> {
    return runOnNode(await this.#known(name, QUIET, signal), node, line, streams);
  }

  /** Copies a file or folder to a node's machine, or from one. `progress` hears what is left out. */
  async copy(
    name: string,
    from: string | NodePath,
    to: string | NodePath,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    const context = await this.#known(name, progress, signal);
    if (typeof from === 'string' && typeof to !== 'string') await copyToNode(context, from, to);
    else if (typeof from !== 'string' && typeof to === 'string') await copyFromNode(context, from, to);
    else {
      const nodes = context.profile.nodes.map((node) => node.name).join(', ');
      throw new ClusterError(
        typeof from === 'string' ? 'neither path is on a node' : 'both paths are on nodes',
        `Write one of them as NODE:PATH, and the other as a path of this desktop. The nodes of ${name} are: ${nodes}.`,
      );
    }
  }

  /** What a node's machine says on its console: the last of it, then what comes, until aborted. */
  async console(name: string, node: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
    return openConsole(await this.#known(name, QUIET, signal), node);
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
    return this.profile(name).then(({ machines }) => this.#provider(machines));
  }

  #provider(kind: MachinesKind): MachineProvider {
    const provider = this.#options.providers.find((p) => p.name === kind);
    if (provider !== undefined) return provider;
    throw new ClusterError(
      `machines of the kind "${kind}" are not known`,
      `Use one of: ${this.#options.providers.map((p) => p.name).join(', ')}.`,
    );
  }

  async #assertNew(name: string): Promise<void> {
    if ((await readProfile(this.paths(name).profile)) === undefined) return;
    throw new ClusterError(
      `there is a cluster "${name}" already`,
      'Choose another name, or delete it first.',
    );
  }

  /** For what changes the cluster: nobody else may be at it as a whole. */
  async #open(name: string, progress: Progress, signal: AbortSignal): Promise<ActionContext> {
    const context = await this.#known(name, progress, signal);
    await assertFree(context.paths);
    return context;
  }

  /** For what makes and starts machines: one at a time, whichever window or command it is asked from. */
  async #inTurn<T>(
    name: string,
    doing: string,
    progress: Progress,
    signal: AbortSignal,
    run: (context: ActionContext) => Promise<T>,
  ): Promise<T> {
    const { paths } = await this.#open(name, progress, signal);
    const onWait = (who: string): void => progress.report({ machine: '', message: `Waiting: ${who}` });
    return inTurn(paths, doing, { clock: this.#options.clock, signal, onWait }, async () =>
      // What the other one has done is in the profile.
      run(await this.#open(name, progress, signal)),
    );
  }

  async #known(name: string, progress: Progress, signal: AbortSignal): Promise<ActionContext> {
    return this.#context(await this.profile(name), progress, signal);
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
      earlierReports: {},
      failed: new Map(),
    };
  }
}
