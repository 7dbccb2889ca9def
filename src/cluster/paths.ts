import path from 'node:path';

/** Where a cluster keeps its things. Everything that a cluster is on this machine is below one folder. */
export interface ClusterPaths {
  readonly folder: string;
  /** The cluster's declaration, written and read by people too. */
  readonly profile: string;
  readonly store: string;
  readonly pki: string;
  /** Mode 0600. */
  readonly kubeconfig: string;
  /** The note about the process that runs the control plane: see owner.ts. */
  readonly owner: string;
  readonly log: string;
  /** How the desktop reaches the world, as its nodes are told (0600): see machines/hostEnvironment.ts. */
  readonly environment: string;
  /** Snapshots of the whole cluster: a folder each, see snapshots/snapshot.ts. */
  readonly snapshots: string;
  /** What is being done to the cluster as a whole: see busy.ts. */
  readonly busy: string;
  /**
   * The note about the process that brings the cluster up (see busy.ts). It is beside the folder, which exists only
   * when the cluster does.
   */
  readonly starting: string;
  /** Simulated machines: a file each. */
  readonly machines: string;
  /** Vagrant's machines: the folder to work in with plain `vagrant`, too. */
  readonly vagrant: string;
}

export function clusterPaths(folder: string): ClusterPaths {
  return {
    folder,
    profile: path.join(folder, 'cluster.json'),
    store: path.join(folder, 'store.db'),
    pki: path.join(folder, 'pki'),
    kubeconfig: path.join(folder, 'kubeconfig'),
    owner: path.join(folder, 'owner.json'),
    log: path.join(folder, 'control-plane.log'),
    environment: path.join(folder, 'environment.json'),
    snapshots: path.join(folder, 'snapshots'),
    busy: path.join(folder, 'busy.json'),
    starting: `${folder}.starting.json`,
    machines: path.join(folder, 'machines'),
    vagrant: path.join(folder, 'vagrant'),
  };
}

/** The folder of all clusters below Wheelhouse's home. */
export function clustersFolder(home: string): string {
  return path.join(home, 'clusters');
}

/** `WHEELHOUSE_HOME`, else `.wheelhouse` in the user's home: the editor and the command line see the same clusters. */
export function defaultHome(env: Readonly<Record<string, string | undefined>>, userHome: string): string {
  const chosen = env['WHEELHOUSE_HOME'];
  return chosen === undefined || chosen === '' ? path.join(userHome, '.wheelhouse') : path.resolve(chosen);
}

/** What a setting says, with `~` for the user's home; where it says nothing, the default. */
export function chosenHome(
  setting: string,
  env: Readonly<Record<string, string | undefined>>,
  userHome: string,
): string {
  const chosen = setting.trim();
  if (chosen === '') return defaultHome(env, userHome);
  return path.resolve(userHome, chosen.replace(/^~(?=$|[\\/])/, userHome));
}
