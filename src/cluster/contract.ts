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

/** What the life of a cluster needs from its API. Connects with the cluster's own kubeconfig. */
export interface NodeAdmin {
  /** A one-time token with which a machine may become this node. */
  issueToken(node: string): Promise<string>;
  /** When each of these nodes has last told its state: what `whenReady` shall not take for news. */
  lastReports(nodes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Resolves when all are Ready; tells each as it becomes so. What they told at the times in `before` does not count. */
  whenReady(
    nodes: readonly string[],
    onReady: (node: string) => void,
    signal: AbortSignal,
    before?: ReadonlyMap<string, string>,
  ): Promise<void>;
  /** Cordons the node and evicts its pods, so that they start elsewhere. */
  drain(node: string, signal: AbortSignal): Promise<void>;
  /** Deletes the Node object and what was issued for it. */
  forget(node: string): Promise<void>;
  close(): void;
}

export type NodeAdminFactory = (paths: ClusterPaths) => Promise<NodeAdmin>;
