import type { NodeAdmin, OldNews } from '../protocol/nodeAdmin.ts';
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

/** Told of a control plane as soon as it answers, while machines are still on their way: its cluster can be looked at. */
export type OnAnswers = (controlPlane: RunningControlPlane) => void;

/**
 * Runs a cluster's control plane: in a worker thread of the extension host, in a detached process, in this one.
 * Where somebody else has the cluster's store already, it attaches instead. Resolves when /readyz is ok.
 */
export interface ControlPlaneLauncher {
  launch(profile: ClusterProfile, paths: ClusterPaths, signal: AbortSignal): Promise<RunningControlPlane>;
  /** Makes the control plane stop wherever it runs; nothing where none runs. */
  stop(profile: ClusterProfile, paths: ClusterPaths): Promise<void>;
}

export type { NodeAdmin, OldNews };

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
