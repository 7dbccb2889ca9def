import type { Clock } from '../../base/clock.ts';
import { Emitter, type Event } from '../../base/events.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { CreateOptions } from '../../cluster/clusters.ts';
import type { OnAnswers } from '../../cluster/contract.ts';
import type { RunningControlPlane } from '../../cluster/runningControlPlane.ts';
import { ClusterError } from '../../cluster/errors.ts';
import type { Progress } from '../../cluster/machines/contract.ts';
import type { ClusterEntry, ClusterFailure, ClusterLife, ClusterTraits } from './clusterEntry.ts';
import { readTraits, stateElsewhere } from './clusterTraits.ts';
import { Connections, type ConnectionsOptions } from './connections.ts';
import type { KubeContexts } from './contexts.ts';
import type { ClusterSession } from './session.ts';
import { RunningWork, type Act } from './runningWork.ts';

export interface ClusterModelOptions {
  readonly clusters: ClusterLife;
  readonly openSession: ConnectionsOptions['openSession'];
  readonly clock: Clock;
  /** Clusters that others made, by the contexts of the user's kubeconfig. Default: none. */
  readonly contexts?: Pick<KubeContexts, 'session' | 'sessions' | 'onDidChange'>;
}

/**
 * All clusters of this desktop with their state in this window, and the sessions of those that are ours and of those
 * that are not: what views show and commands act on.
 */
export class ClusterModel implements Disposable {
  readonly clusters: ClusterLife;
  readonly #connections: Connections;
  readonly #contexts: ClusterModelOptions['contexts'];
  readonly #following: Disposable | undefined;
  readonly #traits = new Map<string, ClusterTraits>();
  readonly #work: RunningWork;
  readonly #changed = new Emitter<undefined>();
  readonly #progressed = new Emitter<string>();
  readonly #failed = new Emitter<ClusterFailure>();
  #reading: Promise<void> = Promise.resolve();
  #known = false;
  #preferred: string | undefined;
  #disposed = false;

  constructor(options: ClusterModelOptions) {
    this.clusters = options.clusters;
    this.#contexts = options.contexts;
    this.#following = options.contexts?.onDidChange(() => this.#changed.fire(undefined));
    this.#connections = new Connections({
      clusters: options.clusters,
      openSession: options.openSession,
      onChange: () => this.#changed.fire(undefined),
      onFail: (failure) => this.#failed.fire(failure),
      onTakenDown: () => void this.#read().catch(() => undefined),
    });
    this.#work = new RunningWork({
      clock: options.clock,
      onBegin: () => this.#changed.fire(undefined),
      onProgress: (cluster) => this.#progressed.fire(cluster),
      // If the state cannot be read, the next reader gets the error. Here it must not hide how the work ended.
      onOver: (cluster) => this.#read(cluster).catch(() => undefined),
    });
  }

  /** Clusters came, went or changed their state; works began and ended. */
  get onDidChange(): Event<undefined> {
    return this.#changed.event;
  }

  /** The work on a cluster of this name has come further. */
  get onDidProgress(): Event<string> {
    return this.#progressed.event;
  }

  /** A control plane died, or could not be taken over, without anybody waiting for it. */
  get onDidFail(): Event<ClusterFailure> {
    return this.#failed.event;
  }

  /** Whether it has been read which clusters there are: before, none is not known to mean none. */
  get known(): boolean {
    return this.#known;
  }

  entries(): readonly ClusterEntry[] {
    return this.#connections.names().flatMap((name) => this.entry(name) ?? []);
  }

  entry(name: string): ClusterEntry | undefined {
    const state = this.#connections.get(name);
    if (state === undefined) return undefined;
    const traits = this.#traits.get(name);
    const work = this.#work.get(name);
    return {
      name,
      state,
      failures: this.#work.failures(name),
      ...(traits === undefined ? {} : { traits }),
      ...(work === undefined ? {} : { work }),
    };
  }

  /** The session of a cluster of ours, or of a context that is connected. */
  session(name: string): ClusterSession | undefined {
    return this.#connections.session(name) ?? this.#contexts?.session(name);
  }

  /** Ours come first. */
  running(): readonly ClusterSession[] {
    const own = this.entries().flatMap(({ state }) => (state.phase === 'running' ? [state.session] : []));
    return [...own, ...(this.#contexts?.sessions() ?? [])];
  }

  /** The running cluster that was chosen last, or else the first one: what is meant where nobody says which. */
  preferred(): ClusterSession | undefined {
    const running = this.running();
    return running.find(({ cluster }) => cluster === this.#preferred) ?? running[0];
  }

  prefer(name: string): void {
    if (this.#preferred === name) return;
    this.#preferred = name;
    this.#changed.fire(undefined);
  }

  /** Reads what clusters there are; new ones are stopped until told otherwise. */
  refresh(): Promise<void> {
    return this.#read();
  }

  async create(options: CreateOptions, progress: Progress, signal: AbortSignal): Promise<void> {
    const { name } = options;
    if (this.#connections.get(name) !== undefined) {
      throw new ClusterError(
        `there is a cluster "${name}" already`,
        'Choose another name, or delete it first.',
      );
    }
    await this.#bringUp(name, `Creating ${name}`, progress, signal, (own, stop, onAnswers) =>
      this.clusters.create(options, own, stop, onAnswers),
    );
  }

  async start(name: string, progress: Progress, signal: AbortSignal): Promise<void> {
    if (this.#connections.session(name) !== undefined) return;
    await this.#bringUp(name, `Starting ${name}`, progress, signal, (own, stop, onAnswers) =>
      this.clusters.start(name, own, stop, onAnswers),
    );
  }

  /** As `start`, where the store is damaged: from what is whole of it. */
  async recover(name: string, progress: Progress, signal: AbortSignal): Promise<void> {
    await this.#bringUp(name, `Starting ${name}`, progress, signal, (own, stop, onAnswers) =>
      this.clusters.recover(name, own, stop, onAnswers),
    );
  }

  /** Connects to a cluster whose control plane runs, or brings the control plane up; machines stay as they are. */
  async attach(name: string, progress: Progress, signal: AbortSignal): Promise<void> {
    if (this.#connections.session(name) !== undefined) return;
    await this.#bringUp(name, `Connecting to ${name}`, progress, signal, (own, stop) =>
      this.clusters.attach(name, own, stop),
    );
  }

  /** Brings up again what was running when the last window closed, or attaches where another one has it. */
  async resume(): Promise<void> {
    await Promise.all(
      this.entries().map(async ({ name, state }) => {
        const { running } = await this.clusters.profile(name);
        if (running !== true || state.phase !== 'stopped') return;
        await this.start(name, SILENT, new AbortController().signal);
      }),
    );
  }

  /** Another program wrote something about a cluster that is stopped here: where it runs by now, this window connects. */
  async notice(name: string): Promise<void> {
    const idle = (): boolean =>
      this.#connections.get(name)?.phase === 'stopped' && this.#work.get(name) === undefined;
    if (!idle()) return;
    try {
      const { profile, owner } = await this.clusters.get(name);
      if (profile.running === true && owner !== undefined && idle())
        await this.attach(name, SILENT, new AbortController().signal);
    } catch (error) {
      this.#failed.fire({ cluster: name, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  /** Freezes the machines with all that runs on them; `start` wakes them. Where it fails, the cluster goes on. */
  async suspend(name: string, progress: Progress, signal: AbortSignal): Promise<void> {
    await this.#takeDown(
      name,
      `Suspending ${name}`,
      progress,
      signal,
      (own, stop) => this.clusters.suspend(name, own, stop),
      () => this.clusters.attach(name, SILENT, new AbortController().signal),
    );
  }

  async saveSnapshot(name: string, snapshot: string, progress: Progress, signal: AbortSignal): Promise<void> {
    await this.#interrupt(name, `Saving snapshot ${snapshot}`, progress, signal, (own, stop) =>
      this.clusters.saveSnapshot(name, snapshot, own, stop),
    );
  }

  async restoreSnapshot(
    name: string,
    snapshot: string,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#interrupt(name, `Restoring snapshot ${snapshot}`, progress, signal, (own, stop) =>
      this.clusters.restoreSnapshot(name, snapshot, own, stop),
    );
  }

  /** Makes and starts again what machines of a running cluster are missing or down. */
  async retry(name: string, progress: Progress, signal: AbortSignal): Promise<void> {
    await this.work(name, `Retrying nodes of ${name}`, progress, signal, async (own, stop) => {
      const controlPlane = await this.clusters.start(name, own, stop);
      // One more hold on what another window runs; the session here has its own.
      if (!controlPlane.owned) await controlPlane.stop();
    });
  }

  async stop(name: string, signal: AbortSignal): Promise<void> {
    await this.#takeDown(name, `Stopping ${name}`, SILENT, signal, (_progress, stop) =>
      this.clusters.stop(name, stop),
    );
  }

  async delete(name: string, signal: AbortSignal): Promise<void> {
    await this.#takeDown(name, `Deleting ${name}`, SILENT, signal, (_progress, stop) =>
      this.clusters.delete(name, stop),
    );
  }

  /**
   * A work on a cluster that runs on meanwhile (a node is added, resized). One at a time: rejects with a ClusterError
   * where there is another one, with WorkCancelled where it was cancelled.
   */
  work<T>(cluster: string, title: string, progress: Progress, signal: AbortSignal, act: Act<T>): Promise<T> {
    return this.#work.run({ cluster, title, progress, signal, act });
  }

  dispose(): void {
    this.#disposed = true;
    this.#following?.dispose();
    this.#connections.dispose();
    this.#changed.dispose();
    this.#progressed.dispose();
    this.#failed.dispose();
  }

  async #bringUp(
    name: string,
    title: string,
    progress: Progress,
    signal: AbortSignal,
    bring: (own: Progress, stop: AbortSignal, onAnswers: OnAnswers) => Promise<RunningControlPlane>,
  ): Promise<void> {
    await this.work(name, title, progress, signal, (own, stop) =>
      this.#connections.adopt(name, (onAnswers) =>
        bring(own, stop, (controlPlane) => {
          onAnswers(controlPlane);
          // By now it is declared which machines there will be, and what they can.
          void this.#read().catch(() => undefined);
        }),
      ),
    );
  }

  /**
   * For work that stops the control plane for a while: afterwards the cluster is reconnected, also where the work
   * failed.
   */
  async #interrupt(
    name: string,
    title: string,
    progress: Progress,
    signal: AbortSignal,
    act: Act<unknown>,
  ): Promise<void> {
    await this.work(name, title, progress, signal, async (own, stop) => {
      const before = this.#connections.session(name);
      const never = new AbortController().signal;
      const attach = (): Promise<RunningControlPlane> => this.clusters.attach(name, own, never);
      try {
        await this.#connections.adopt(name, async () => {
          await act(own, stop);
          return attach();
        });
      } catch (error) {
        if (before !== undefined && this.#connections.session(name) === undefined)
          await this.#connections.adopt(name, attach);
        throw error;
      }
    });
  }

  /** Stops a cluster in some way. `goOn`: what a cluster that ran does where it fails. */
  async #takeDown(
    name: string,
    title: string,
    progress: Progress,
    signal: AbortSignal,
    take: Act<void>,
    goOn?: () => Promise<RunningControlPlane>,
  ): Promise<void> {
    await this.work(name, title, progress, signal, async (own, stop) => {
      const before = this.#connections.begin(name);
      try {
        await take(own, stop);
        // Whether it is stopped or gone is read when the work is over, and told then.
        this.#connections.set(name, { phase: 'stopped' });
      } catch (error) {
        this.#connections.fail(name, error);
        if (before?.phase === 'running' && goOn !== undefined) await this.#connections.adopt(name, goOn);
        throw error;
      }
    });
  }

  /** One reading after the other, so that an old one never tells what a newer one has corrected. `over`: this work. */
  #read(over?: string): Promise<void> {
    const reading = this.#reading
      .then(() => readTraits(this.clusters))
      .finally(() => over !== undefined && this.#work.end(over))
      .then((traits) => this.#apply(traits))
      .finally(() => {
        this.#changed.fire(undefined);
        for (const { name, state } of this.entries()) if (state.phase === 'stopped') void this.#lookAt(name);
      });
    this.#reading = reading.catch(() => undefined);
    return reading;
  }

  #apply(traits: ReadonlyMap<string, ClusterTraits | undefined>): void {
    if (this.#disposed) return;
    this.#known = true;
    for (const [name, found] of traits) {
      if (this.#connections.get(name) === undefined) this.#connections.set(name, { phase: 'stopped' });
      if (found !== undefined) this.#traits.set(name, found);
    }
    for (const name of this.#connections.names()) {
      if (traits.has(name) || this.#work.get(name) !== undefined) continue;
      this.#connections.forget(name);
      this.#traits.delete(name);
      this.#work.forget(name);
    }
  }

  /** Whether a cluster that does not run is suspended, or runs without a control plane. Nobody waits for this. */
  async #lookAt(name: string): Promise<void> {
    const state = this.#connections.get(name);
    if (state?.phase !== 'stopped') return;
    const overall = await stateElsewhere(this.clusters, name);
    const [suspended, controlPlaneDown] = [overall === 'suspended', overall === 'control plane down'];
    if (this.#connections.get(name) !== state) return;
    if ((state.suspended ?? false) === suspended && (state.controlPlaneDown ?? false) === controlPlaneDown)
      return;
    this.#connections.set(name, {
      phase: 'stopped',
      suspended,
      ...(controlPlaneDown ? { controlPlaneDown } : {}),
    });
    this.#changed.fire(undefined);
  }
}

const SILENT: Progress = { report: () => undefined };
