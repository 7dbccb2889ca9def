import { Emitter, type Event } from '../../base/events.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Clusters, CreateOptions } from '../../cluster/clusters.ts';
import type { RunningControlPlane } from '../../cluster/contract.ts';
import { ClusterError } from '../../cluster/errors.ts';
import type { Progress } from '../../cluster/machines/contract.ts';
import type { ClusterPaths } from '../../cluster/paths.ts';
import type { ClusterSession } from './session.ts';

/** How a cluster stands, as this window sees it. */
export type ClusterState =
  | { readonly phase: 'stopped' }
  | { readonly phase: 'busy'; readonly message: string }
  | { readonly phase: 'running'; readonly session: ClusterSession; readonly owned: boolean }
  | { readonly phase: 'failed'; readonly message: string };

export interface ClusterEntry {
  readonly name: string;
  readonly state: ClusterState;
}

/** What a window does with clusters. */
export type ClusterLife = Pick<Clusters, keyof Clusters>;

export interface ClusterFailure {
  readonly cluster: string;
  readonly error: Error;
}

export interface ClusterModelOptions {
  readonly clusters: ClusterLife;
  readonly openSession: (name: string, paths: ClusterPaths) => Promise<ClusterSession>;
}

/** All clusters of this desktop with their state in this window: what views show and commands act on. */
export class ClusterModel implements Disposable {
  readonly clusters: ClusterLife;
  readonly #openSession: ClusterModelOptions['openSession'];
  readonly #states = new Map<string, ClusterState>();
  readonly #changed = new Emitter<undefined>();
  readonly #failed = new Emitter<ClusterFailure>();
  #preferred: string | undefined;
  #disposed = false;

  constructor(options: ClusterModelOptions) {
    this.clusters = options.clusters;
    this.#openSession = options.openSession;
  }

  /** Clusters came, went or changed their state. */
  get onDidChange(): Event<undefined> {
    return this.#changed.event;
  }

  /** A control plane died, or could not be taken over, without anybody waiting for it. */
  get onDidFail(): Event<ClusterFailure> {
    return this.#failed.event;
  }

  entries(): readonly ClusterEntry[] {
    return [...this.#states]
      .map(([name, state]) => ({ name, state }))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  session(name: string): ClusterSession | undefined {
    const state = this.#states.get(name);
    return state?.phase === 'running' ? state.session : undefined;
  }

  running(): readonly ClusterSession[] {
    return this.entries().flatMap(({ state }) => (state.phase === 'running' ? [state.session] : []));
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
  async refresh(): Promise<void> {
    const names = new Set(await this.clusters.names());
    for (const name of names) if (!this.#states.has(name)) this.#states.set(name, { phase: 'stopped' });
    for (const [name, state] of this.#states) {
      if (names.has(name) || state.phase === 'busy') continue;
      if (state.phase === 'running') state.session.dispose();
      this.#states.delete(name);
    }
    this.#changed.fire(undefined);
  }

  async create(options: CreateOptions, progress: Progress, signal: AbortSignal): Promise<void> {
    if (this.#states.has(options.name)) {
      throw new ClusterError(
        `there is a cluster "${options.name}" already`,
        'Choose another name, or delete it first.',
      );
    }
    await this.#bringUp(options.name, progress, (own) => this.clusters.create(options, own, signal));
  }

  start(name: string, progress: Progress, signal: AbortSignal): Promise<void> {
    return this.#bringUp(name, progress, (own) => this.clusters.start(name, own, signal));
  }

  /** Connects to a cluster whose control plane runs, or brings the control plane up; machines stay as they are. */
  attach(name: string, progress: Progress, signal: AbortSignal): Promise<void> {
    return this.#bringUp(name, progress, (own) => this.clusters.attach(name, own, signal));
  }

  /** Brings up again what was running when the last window closed, or attaches where another one has it. */
  async resume(): Promise<void> {
    await Promise.all(
      this.entries().map(async ({ name, state }) => {
        const { running } = await this.clusters.profile(name);
        if (running !== true || state.phase !== 'stopped') return;
        await this.start(name, { report: () => undefined }, new AbortController().signal);
      }),
    );
  }

  async stop(name: string, signal: AbortSignal): Promise<void> {
    await this.#takeDown(name, 'Stopping', () => this.clusters.stop(name, signal));
  }

  async delete(name: string, signal: AbortSignal): Promise<void> {
    await this.#takeDown(name, 'Deleting', () => this.clusters.delete(name, signal));
  }

  dispose(): void {
    this.#disposed = true;
    for (const session of this.running()) session.dispose();
    this.#states.clear();
    this.#changed.dispose();
    this.#failed.dispose();
  }

  async #bringUp(
    name: string,
    progress: Progress,
    bring: (progress: Progress) => Promise<RunningControlPlane>,
  ): Promise<void> {
    if (this.#states.get(name)?.phase === 'running') return;
    this.#set(name, { phase: 'busy', message: 'Starting' });
    const reporting: Progress = {
      report: (step) => {
        progress.report(step);
        this.#set(name, {
          phase: 'busy',
          message: step.machine === '' ? step.message : `${step.machine}: ${step.message}`,
        });
      },
    };
    try {
      const controlPlane = await bring(reporting);
      const session = await this.#openSession(name, this.clusters.paths(name));
      if (this.#disposed) {
        session.dispose();
        return;
      }
      this.#set(name, { phase: 'running', session, owned: controlPlane.owned });
      void controlPlane.exited.then((failure) => this.#gone(name, session, failure));
    } catch (error) {
      const known = (await this.clusters.names()).includes(name);
      if (known)
        this.#set(name, { phase: 'failed', message: error instanceof Error ? error.message : String(error) });
      else this.#forget(name);
      throw error;
    }
  }

  async #takeDown(name: string, message: string, take: () => Promise<void>): Promise<void> {
    const before = this.#states.get(name);
    this.#set(name, { phase: 'busy', message });
    if (before?.phase === 'running') before.session.dispose();
    try {
      await take();
    } finally {
      this.#states.delete(name);
      await this.refresh();
    }
  }

  /** The control plane has gone without this window asking for it: its owner closed, or it died. */
  #gone(name: string, session: ClusterSession, failure: Error | undefined): void {
    session.dispose();
    const state = this.#states.get(name);
    if (this.#disposed || state?.phase !== 'running' || state.session !== session) return;
    if (failure !== undefined) {
      // Not brought up again by itself: what killed it once might do so for ever.
      this.#set(name, { phase: 'failed', message: `the control plane died: ${failure.message}` });
      this.#failed.fire({ cluster: name, error: failure });
      return;
    }
    this.#set(name, { phase: 'stopped' });
    // The next window takes over: attaching brings the control plane up here where nobody else has it.
    this.attach(name, { report: () => undefined }, new AbortController().signal).catch((error: unknown) =>
      this.#failed.fire({ cluster: name, error: error instanceof Error ? error : new Error(String(error)) }),
    );
  }

  #set(name: string, state: ClusterState): void {
    if (this.#disposed) return;
    this.#states.set(name, state);
    this.#changed.fire(undefined);
  }

  #forget(name: string): void {
    this.#states.delete(name);
    this.#changed.fire(undefined);
  }
}
