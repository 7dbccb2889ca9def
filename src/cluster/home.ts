import path from 'node:path';
import { listNames } from '../host/files.ts';
import { ClusterError } from './errors.ts';
import { clusterPaths, clustersFolder, type ClusterPaths } from './paths.ts';
import { checkClusterName, readProfile, type ClusterProfile } from './profile.ts';

/** The clusters that are kept below a Wheelhouse home. */
export class ClusterHome {
  readonly #folder: string;

  constructor(home: string) {
    this.#folder = clustersFolder(home);
  }

  async names(): Promise<readonly string[]> {
    const names = await listNames(this.#folder);
    const known = await Promise.all(
      names.map(async (name) =>
        (await readProfile(clusterPaths(path.join(this.#folder, name)).profile)) ? [name] : [],
      ),
    );
    return known.flat();
  }

  paths(name: string): ClusterPaths {
    checkClusterName(name);
    return clusterPaths(path.join(this.#folder, name));
  }

  /** Rejects with a ClusterError that names the clusters that there are. */
  async profile(name: string): Promise<ClusterProfile> {
    const profile = await readProfile(this.paths(name).profile);
    if (profile !== undefined) return profile;
    const names = await this.names();
    throw new ClusterError(
      `there is no cluster "${name}"`,
      names.length === 0
        ? 'There are no clusters yet: create one.'
        : `The clusters here are: ${names.join(', ')}.`,
    );
  }
}
