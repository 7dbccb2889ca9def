import type { ClusterPaths } from './paths.ts';
import type { ClusterProfile } from './profile.ts';

/** A control plane that answers. */
export interface RunningControlPlane {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** False where another process (window, command) owns it and this one only uses it. */
  readonly owned: boolean;
  /** Stops it where it is owned, lets go of it otherwise. */
  stop(): Promise<void>;
  /** Resolves when it is gone: with the failure where it died, with nothing where somebody ended it. */
  readonly exited: Promise<Error | undefined>;
}

/**
 * Runs a cluster's control plane: in a worker thread of the extension host, in a detached process, in this one.
 * Where somebody else has the cluster's store already, it attaches instead. Resolves when /readyz is ok.
 */
export interface ControlPlaneLauncher {
  launch(profile: ClusterProfile, paths: ClusterPaths, signal: AbortSignal): Promise<RunningControlPlane>;
  /** Makes the control plane stop wherever it runs; nothing where none runs. */
  stop(profile: ClusterProfile, paths: ClusterPaths): Promise<void>;
}

/**
 * What nodes told before their machines were started, woken or put back: what `whenReady` shall not take for news. The
 * API shows a node as Ready until it has been silent for a while.
 */
export interface OldNews {
  /** Of machines that were down: when each told its state last. Their agents tell everything at their start. */
  readonly reports?: ReadonlyMap<string, string>;
  /** Whose machines go on where they were: their agents tell nothing anew, they must be asked. */
  readonly woken?: ReadonlySet<string>;
}

/** What the life of a cluster needs from its API. Connects with the cluster's own kubeconfig. */
export interface NodeAdmin {
  /** A one-time token with which a machine may become this node. */
  issueToken(node: string): Promise<string>;
  /** For `OldNews.reports`. */
  lastReports(nodes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Resolves when all are Ready; tells each as it becomes so. */
  whenReady(
    nodes: readonly string[],
    onReady: (node: string) => void,
    signal: AbortSignal,
    before?: OldNews,
  ): Promise<void>;
  /** Keeps new pods from the node; tells whether it was open to them. Nothing where there is no such node. */
  cordon(node: string): Promise<boolean>;
  uncordon(node: string): Promise<void>;
  /**
   * Cordons the node and evicts its pods, so that they start elsewhere; tells those (`NAMESPACE/NAME`) that it waits
   * for, whenever they become fewer. Nothing where there is no such node.
   */
  drain(node: string, signal: AbortSignal, onLeft: (pods: readonly string[]) => void): Promise<void>;
  /** What the node says that it has: CPUs, and memory in bytes. */
  capacity(node: string): Promise<{ readonly cpus: number; readonly memoryBytes: number }>;
  /** Deletes the Node object and what was issued for it. */
  forget(node: string): Promise<void>;
  close(): void;
}

export type NodeAdminFactory = (paths: ClusterPaths) => Promise<NodeAdmin>;

/** A cluster's store as a file, while no control plane runs on it: see `storage/sqlite/storeFiles.ts`. */
export interface StoreFiles {
  /** What the store shows; rejects where it is damaged or in use. */
  revision(path: string): Promise<number>;
  /** Copies the store to another file, which is replaced; resolves with its revision. */
  save(from: string, to: string): Promise<number>;
  /** Puts a copy back, with a revision that was never given out; resolves with that. */
  restore(copy: string, to: string): Promise<number>;
}
