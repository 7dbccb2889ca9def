import type { Owner } from './owner.ts';
import type { RunningControlPlane } from './runningControlPlane.ts';

/** What stands in the way of a cluster's life: what it is, and what to do. */
export class ClusterError extends Error {
  override readonly name: string = 'ClusterError';
  readonly remedy: string;

  constructor(message: string, remedy: string, cause?: unknown) {
    super(
      remedy === '' ? message : `${message.replace(/\.+$/, '')}. ${remedy}`,
      cause === undefined ? undefined : { cause },
    );
    this.remedy = remedy;
  }
}

/** The cluster does not run: its store is damaged. Nothing in it is changed until somebody says how to go on. */
export class DamagedClusterError extends ClusterError {
  override readonly name = 'DamagedClusterError';
  readonly cluster: string;
  /** Which file is damaged, and how. */
  readonly damage: string;

  constructor(cluster: string, damage: string) {
    super(
      `cluster ${cluster} does not run: ${damage}`,
      `Nothing in it is changed. To go back to a snapshot: wheelhouse snapshot restore ${cluster} NAME. ` +
        `To save the objects that are whole: wheelhouse export ${cluster} FILE. ` +
        `To go on with what is whole: wheelhouse start ${cluster} --recover.`,
    );
    this.cluster = cluster;
    this.damage = damage;
  }
}

/** Another process has the cluster's store: it runs the control plane, or is about to, or holds the file. */
export class ClusterInUseError extends ClusterError {
  override readonly name = 'ClusterInUseError';

  constructor(cluster: string, store: string, owner: Owner | undefined) {
    super(
      owner === undefined
        ? `cluster ${cluster} is in use by a process that has not said who it is`
        : `cluster ${cluster} is in use by ${owner.kind === 'editor' ? 'an editor, process' : 'process'} ${owner.pid}, ` +
            `which runs its control plane since ${owner.since} and does not answer`,
      `End the process that has ${store} open, then start the cluster again.`,
    );
  }
}

/** The cluster runs, but without some of its nodes: their machines could not be made or started. */
export class IncompleteClusterError extends ClusterError {
  override readonly name = 'IncompleteClusterError';
  readonly nodes: readonly string[];
  readonly controlPlane: RunningControlPlane;

  constructor(options: {
    readonly cluster: string;
    /** What happened to each node that is missing. */
    readonly failed: ReadonlyMap<string, Error>;
    readonly log: string;
    readonly controlPlane: RunningControlPlane;
  }) {
    const { cluster, failed, log } = options;
    const nodes = [...failed.keys()].sort();
    const reasons = [...failed.values()].map(({ message }) => message.replace(/\.$/, '')).join('; ');
    super(
      `cluster ${cluster} runs without ${nodes.join(', ')}: ${reasons}`,
      `To try again: wheelhouse start ${cluster}. To do without: wheelhouse node remove ${cluster} ${nodes[0]}. ` +
        `The control plane's log is ${log}.`,
    );
    this.nodes = nodes;
    this.controlPlane = options.controlPlane;
  }
}
