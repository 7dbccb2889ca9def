import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import Docker from 'dockerode';
import { systemClock } from '../../src/base/clock.ts';
import { createLogger } from '../../src/base/logger.ts';
import type { Clusters } from '../../src/cluster/clusters.ts';
import { createDetachedLauncher } from '../../src/cluster/launchers/detached.ts';
import { ensureBaseImage } from '../../src/cluster/machines/docker/baseImage.ts';
import type { Progress } from '../../src/cluster/machines/contract.ts';
import type { ClusterPaths } from '../../src/cluster/paths.ts';
import type { NodeProfile } from '../../src/cluster/profile.ts';
import { savedImage } from '../../src/cluster/savedImage.ts';
import { desktopClusters } from '../../src/desktop/clusters.ts';
import { imageMaking } from '../../src/desktop/imageMaking.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import { openNodeAdmin } from '../../src/nodes/nodeAdmin.ts';
import { storeFiles } from '../../src/storage/index.ts';

const root = path.resolve(import.meta.dirname, '../..');
const dist = path.join(root, 'dist');

export const SAMPLE_IMAGE = 'wheelhouse.local/sample:1';

/** A real cluster of container nodes with the control plane in a process of its own, from the bundles in dist/. */
export interface DockerCluster {
  readonly name: string;
  readonly paths: ClusterPaths;
  readonly clusters: Clusters;
  readonly progress: Progress;
  delete(): Promise<void>;
}

/** The clusters that are kept below a home. */
export function openClusters(home: string): Clusters {
  const logger = createLogger((line) => process.stderr.write(`${line}\n`), { level: 'warn' });
  return desktopClusters({
    home,
    resources: path.join(root, 'resources'),
    dist,
    launcher: createDetachedLauncher({
      entry: path.join(dist, 'controlPlaneWorker.cjs'),
      clock: systemClock,
    }),
    openNodeAdmin,
    store: storeFiles(systemClock),
    clock: systemClock,
    logger,
  });
}

export async function createDockerCluster(
  name: string,
  nodes: number | readonly NodeProfile[],
): Promise<DockerCluster> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-'));
  const clusters = openClusters(home);
  const progress: Progress = { report: () => undefined };
  const never = new AbortController().signal;
  const unique = `${name}-${process.pid}`;
  const remove = async (): Promise<void> => {
    await clusters.delete(unique, never);
    await rm(home, { recursive: true, force: true });
  };
  try {
    await clusters.create({ name: unique, machines: 'docker', nodes, retain: true }, progress, never);
  } catch (error) {
    const log = await readFile(clusters.paths(unique).log, 'utf8').catch(() => '');
    process.stderr.write(`${log.split('\n').slice(-40).join('\n')}\n`);
    await remove().catch(() => undefined);
    throw error;
  }
  return { name: unique, paths: clusters.paths(unique), clusters, progress, delete: remove };
}

/** Builds the sample's image and brings it to all nodes. */
export function loadSampleImage(cluster: DockerCluster): Promise<void> {
  return loadSampleImageInto(cluster.clusters, cluster.name);
}

export async function loadSampleImageInto(clusters: Clusters, name: string): Promise<void> {
  const never = new AbortController().signal;
  const progress: Progress = { report: () => undefined };
  const base = await ensureBaseImage({ docker: new Docker(), ...imageMaking() }, progress, never);
  const folder = path.join(root, 'resources/sample/image');
  await systemProcesses.run('docker', [
    'build',
    '-q',
    '--build-arg',
    `BASE=${base}`,
    '-t',
    SAMPLE_IMAGE,
    folder,
  ]);
  await clusters.loadImage(name, () => savedImage(systemProcesses, SAMPLE_IMAGE), progress, never);
}
