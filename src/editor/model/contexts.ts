import { Emitter, type Event } from '../../base/events.ts';
import type { Disposable } from '../../base/disposable.ts';
import { Kubeconfig, type ContextSummary } from '../../client/kubeconfig.ts';
import type { ClusterSession } from './session.ts';

export type ContextState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'connecting' }
  | { readonly phase: 'connected'; readonly session: ClusterSession }
  | { readonly phase: 'failed'; readonly message: string };

/** A context of the user's kubeconfig, as this window sees it. */
export interface ContextEntry {
  readonly context: ContextSummary;
  readonly state: ContextState;
}

export interface ContextsOptions {
  /** The user's kubeconfig as it is now. */
  readonly read: () => Promise<Kubeconfig>;
  /** A client of the cluster, once it has answered; rejects where it does not. */
  readonly connect: (context: string, kubeconfig: Kubeconfig, signal: AbortSignal) => Promise<ClusterSession>;
  /** Contexts that are shown elsewhere: those of our own clusters. */
  readonly isHidden: (context: ContextSummary) => boolean;
}

/** Every cluster that the user's kubeconfig knows. Nothing is asked of one before the user connects to it. */
export class KubeContexts implements Disposable {
  readonly #options: ContextsOptions;
  readonly #changed = new Emitter<undefined>();
  readonly #states = new Map<string, ContextState>();
  readonly #connecting = new Map<string, AbortController>();
  #kubeconfig = new Kubeconfig([]);
  #disposed = false;

  constructor(options: ContextsOptions) {
    this.#options = options;
  }

  get onDidChange(): Event<undefined> {
    return this.#changed.event;
  }

  /** Files that could not be read. */
  get problems(): readonly Error[] {
    return this.#kubeconfig.problems;
  }

  get current(): string | undefined {
    return this.#kubeconfig.current;
  }

  entries(): readonly ContextEntry[] {
    return this.#kubeconfig
      .contexts()
      .filter((context) => !this.#options.isHidden(context))
      .map((context) => ({ context, state: this.#states.get(context.name) ?? { phase: 'idle' } }))
      .toSorted((a, b) => a.context.name.localeCompare(b.context.name));
  }

  entry(name: string): ContextEntry | undefined {
    return this.entries().find(({ context }) => context.name === name);
  }

  session(name: string): ClusterSession | undefined {
    const state = this.#states.get(name);
    return state?.phase === 'connected' ? state.session : undefined;
  }

  sessions(): readonly ClusterSession[] {
    return [...this.#states.keys()].flatMap((name) => this.session(name) ?? []);
  }

  /** Reads the kubeconfig again. A context that has gone is disconnected. */
  async refresh(): Promise<void> {
    this.#kubeconfig = await this.#options.read();
    const names = new Set(this.#kubeconfig.contexts().map(({ name }) => name));
    for (const name of [...this.#states.keys()]) if (!names.has(name)) this.#leave(name);
    this.#changed.fire(undefined);
  }

  /** Rejects where it cannot be reached; why is shown until it is tried again. */
  async connect(name: string): Promise<ClusterSession> {
    const known = this.session(name);
    if (known !== undefined) return known;
    this.#leave(name);
    const stop = new AbortController();
    this.#connecting.set(name, stop);
    this.#set(name, { phase: 'connecting' });
    try {
      const session = await this.#options.connect(name, this.#kubeconfig, stop.signal);
      if (this.#disposed || stop.signal.aborted) {
        session.dispose();
        throw new Error(`the connection to ${name} was given up`);
      }
      this.#set(name, { phase: 'connected', session });
      return session;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!stop.signal.aborted) this.#set(name, { phase: 'failed', message });
      throw error;
    } finally {
      if (this.#connecting.get(name) === stop) this.#connecting.delete(name);
    }
  }

  disconnect(name: string): void {
    this.#leave(name);
    this.#changed.fire(undefined);
  }

  dispose(): void {
    this.#disposed = true;
    for (const name of [...this.#states.keys()]) this.#leave(name);
    this.#changed.dispose();
  }

  #leave(name: string): void {
    this.#connecting.get(name)?.abort();
    this.#connecting.delete(name);
    const session = this.session(name);
    this.#states.delete(name);
    session?.dispose();
  }

  #set(name: string, state: ContextState): void {
    if (this.#disposed) return;
    this.#states.set(name, state);
    this.#changed.fire(undefined);
  }
}
