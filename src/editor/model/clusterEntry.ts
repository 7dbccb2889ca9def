import type { Clusters } from '../../cluster/clusters.ts';
import type { MachineCapabilities } from '../../cluster/machines/contract.ts';
import type { ClusterProfile } from '../../cluster/profile.ts';
import type { ClusterSnapshot } from '../../cluster/snapshots/snapshot.ts';
import type { ClusterSession } from './session.ts';
import type { Work } from './work.ts';

/** What a window does with clusters. */
export type ClusterLife = Pick<Clusters, keyof Clusters>;

/** How a cluster stands, as this window sees it. */
export type ClusterState =
  /**
   * `suspended`: its machines are frozen, and go on where they were. `controlPlaneDown`: its machines run, and nobody
   * runs its control plane.
   */
  | { readonly phase: 'stopped'; readonly suspended?: boolean; readonly controlPlaneDown?: boolean }
  | { readonly phase: 'busy' }
  | { readonly phase: 'running'; readonly session: ClusterSession; readonly owned: boolean }
  | { readonly phase: 'failed'; readonly message: string };

/** What a cluster is, as last read: undefined while it is being created. */
export interface ClusterTraits {
  readonly profile: ClusterProfile;
  readonly capabilities: MachineCapabilities;
  /** Oldest first. */
  readonly snapshots: readonly ClusterSnapshot[];
}

export interface ClusterEntry {
  readonly name: string;
  readonly state: ClusterState;
  readonly traits?: ClusterTraits;
  /** What is being done with it now. */
  readonly work?: Work;
  /** Its machines that could not be had when they were last worked on, and why. */
  readonly failures: ReadonlyMap<string, string>;
}

export interface ClusterFailure {
  readonly cluster: string;
  readonly error: Error;
}
