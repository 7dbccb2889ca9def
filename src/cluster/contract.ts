import type { NodeAdmin, EarlierReports } from '../protocol/nodeAdmin.ts';
import type { ClusterPaths } from './paths.ts';
import type { ClusterProfile } from './profile.ts';
import type { RunningControlPlane } from './runningControlPlane.ts';

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

export type { NodeAdmin, EarlierReports };

export type NodeAdminFactory = (paths: ClusterPaths) => Promise<NodeAdmin>;

/** A cluster's store as a file, while no control plane runs on it: see `storage/sqlite/storeFiles.ts`. */
export interface StoreFiles {
  /** What the store shows; rejects where it is damaged or in use. */
  revision(path: string): Promise<number>;
  /** Copies the store to another file, which is replaced; resolves with its revision. */
  save(from: string, to: string): Promise<number>;
  /** Puts a copy back, with a revision that was never given out; resolves with that. */
  restore(copy: string, to: string): Promise<number>;
  /** Makes a store out of what is whole of a damaged one, which is kept; undefined where it is whole. */
  recover(path: string): Promise<Recovery | undefined>;
  /** Writes the objects that are whole to a file that is not there yet. */
  export(path: string, to: string): Promise<Exported>;
}

/** What came of a damaged store. */
export interface Recovery {
  /** Keys of objects whose newest state is lost: they are as they were before, or gone. */
  readonly damaged: readonly string[];
  /** Where the damaged store was put aside. */
  readonly kept: string;
}

export interface Exported {
  readonly objects: number;
  /** Keys of objects whose newest state is lost: they are as they were before, or left out. */
  readonly damaged: readonly string[];
}
