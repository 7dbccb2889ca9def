// The cluster under test: made by the project's own command, as a user makes one.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Commands } from './upstream/commands.ts';
import type { Paths } from './upstream/paths.ts';

export const CLUSTER = 'conformance';
export const NODES = 3;

export interface TestCluster {
  readonly kubeconfig: string;
  delete(): Promise<void>;
}

/** Creates a cluster of container nodes and loads the suite's images into it; `cleanUp` is not broken off. */
export async function createCluster(
  paths: Paths,
  commands: Commands,
  cleanUp: Commands,
  images: ReadonlyMap<string, string>,
): Promise<TestCluster> {
  const env = { ...process.env, WHEELHOUSE_HOME: paths.home };
  const wheelhouse = (...args: readonly string[]): Promise<string> => wheelhouseBy(commands, args);
  const wheelhouseBy = (by: Commands, args: readonly string[]): Promise<string> =>
    by.run(process.execPath, [path.join(paths.root, 'dist/cli.cjs'), ...args], { env });
  const remove = async (): Promise<void> => {
    const clusters = await readdir(path.join(paths.home, 'clusters')).catch((): string[] => []);
    if (clusters.includes(CLUSTER)) await wheelhouseBy(cleanUp, ['delete', CLUSTER]);
  };
  // A run that was broken off leaves its cluster.
  await remove();
  await wheelhouse('create', CLUSTER, '--nodes', String(NODES), '--machines', 'docker');
  for (const archive of images.values()) await wheelhouse('load-image', CLUSTER, archive);
  return { kubeconfig: path.join(paths.home, 'clusters', CLUSTER, 'kubeconfig'), delete: remove };
}
