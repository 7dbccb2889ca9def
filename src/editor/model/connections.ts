import type { OnAnswers } from '../../cluster/contract.ts';
import type { RunningControlPlane } from '../../cluster/runningControlPlane.ts';
import { IncompleteClusterError } from '../../cluster/errors.ts';
import type { Progress } from '../../cluster/machines/contract.ts';
import type { ClusterPaths } from '../../cluster/paths.ts';
import type { ClusterFailure, ClusterLife, ClusterState } from './clusterEntry.ts';
import type { ClusterSession } from './session.ts';

export interface ConnectionsOptions {
  readonly clusters: ClusterLife;
  readonly openSession: (name: string, paths: ClusterPaths) => Promise<ClusterSession>;
  readonly onChange: () => void;
  /** A control plane died, or could not be taken over, without anybody waiting for it. */
  readonly onFail: (failure: ClusterFailure) => void;
  /** Somebody else stopped, suspended or deleted a cluster that this window was connected to. */
  readonly onTakenDown: () => void;
}

/** How each cluster stands in this window, with the session of each that runs. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #states = new Map<string, ClusterState>();
  #disposed = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  names(): readonly string[] {
    return [...this.#states.keys()].sort((a, b) => a.localeCompare(b));
  }

  get(name: string): ClusterState | undefined {
    return this.#states.get(name);
  }

  session(name: string): ClusterSession | undefined {
    const state = this.#states.get(name);
    return state?.phase === 'running' ? state.session : undefined;
  }

  set(name: string, state: ClusterState): void {
    if (!this.#disposed) this.#states.set(name, state);
  }

  /** The cluster is not to be used while its control plane comes or goes. Returns how it stood before. */
  begin(name: string): ClusterState | undefined {
    const before = this.#states.get(name);
    this.set(name, { phase: 'busy' });
    this.#options.onChange();
    if (before?.phase === 'running') before.session.dispose();
    return before;
  }

  /**
   * Has a control plane brought up, and connects to it as soon as `bring` says that it answers, at the latest when it is
   * done. Who calls tells of the end: it may go on to do more.
   */
  async adopt(name: string, bring: (onAnswers: OnAnswers) => Promise<RunningControlPlane>): Promise<void> {
    this.begin(name);
    let connecting: Promise<ClusterSession | undefined> | undefined;
    const connect = (controlPlane: RunningControlPlane): Promise<ClusterSession | undefined> =>
      (connecting ??= this.#connect(name, controlPlane));
    const onAnswers: OnAnswers = (controlPlane) => {
      void connect(controlPlane).then(
        () => this.#options.onChange(),
        // Told when all is over.
        () => undefined,
      );
    };
    try {
      await this.#keep(name, await bring(onAnswers), connect);
    } catch (error) {
      // It runs without some of its nodes: that is worth a word, and no reason not to use it.
      if (error instanceof IncompleteClusterError) await this.#keep(name, error.controlPlane, connect);
      else {
        (await connecting?.catch(() => undefined))?.dispose();
        this.fail(name, error);
      }
      throw error;
    }
  }

  fail(name: string, error: unknown): void {
    this.set(name, { phase: 'failed', message: errorOf(error).message });
  }

  forget(name: string): void {
    this.session(name)?.dispose();
    this.#states.delete(name);
  }

  dispose(): void {
    this.#disposed = true;
    for (const name of this.names()) this.forget(name);
  }

  /** Undefined where the window closes meanwhile. */
  async #connect(name: string, { owned }: RunningControlPlane): Promise<ClusterSession | undefined> {
    const { openSession, clusters } = this.#options;
    const session = await openSession(name, clusters.paths(name));
    if (this.#disposed) {
      session.dispose();
      return undefined;
    }
    this.set(name, { phase: 'running', session, owned });
    return session;
  }

  /** From now on the end of the control plane is news: what brings it up sees to it itself. */
  async #keep(
    name: string,
    controlPlane: RunningControlPlane,
    connect: (controlPlane: RunningControlPlane) => Promise<ClusterSession | undefined>,
  ): Promise<void> {
    const session = await connect(controlPlane);
    if (session !== undefined) void controlPlane.exited.then((failure) => this.#gone(name, session, failure));
  }

  /** The control plane has gone without this window asking for it: it was stopped, its owner closed, or it died. */
  async #gone(name: string, session: ClusterSession, failure: Error | undefined): Promise<void> {
    session.dispose();
    if (this.#disposed || this.session(name) !== session) return;
    const { onChange, onFail, onTakenDown } = this.#options;
    if (failure !== undefined) {
      // Not brought up again by itself: what killed it once might do so for ever.
      this.fail(name, new Error(`the control plane died: ${failure.message}`));
      onChange();
      onFail({ cluster: name, error: failure });
      return;
    }
    const stopped: ClusterState = { phase: 'stopped' };
    this.set(name, stopped);
    onChange();
    const shallRun = await this.#shallRun(name);
    // A command of this window may have come meanwhile.
    if (this.#states.get(name) !== stopped) return;
    if (shallRun) await this.#takeOver(name);
    else onTakenDown();
  }

  /** Whether the cluster should run. A stop, suspend or delete sets this to false before the control plane ends. */
  async #shallRun(name: string): Promise<boolean> {
    const profile = await this.#options.clusters.profile(name).catch(() => undefined);
    return profile?.running === true;
  }

  /**
   * Attaching brings the control plane up here where nobody else has it. No work of its own: one that is under way (a
   * node is added) goes on when the API answers again.
   */
  async #takeOver(name: string): Promise<void> {
    const { clusters, onChange, onFail } = this.#options;
    try {
      await this.adopt(name, () => clusters.attach(name, SILENT, new AbortController().signal));
    } catch (error) {
      onFail({ cluster: name, error: errorOf(error) });
    }
    onChange();
  }
}

const SILENT: Progress = { report: () => undefined };

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
