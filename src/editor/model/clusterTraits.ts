import { overallState, type OverallState } from '../../cluster/clusterState.ts';
import type { ClusterLife, ClusterTraits } from './clusterEntry.ts';

/** The clusters, by name. Undefined: the cluster is being deleted, or its machines are of an unknown kind. */
export async function readTraits(
  clusters: ClusterLife,
): Promise<ReadonlyMap<string, ClusterTraits | undefined>> {
  const names = await clusters.names();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await traitsOf(clusters, name)] as const)),
  );
}

/** How a cluster stands that this window is not connected to: its machines know. Undefined where they cannot be asked. */
export async function stateElsewhere(clusters: ClusterLife, name: string): Promise<OverallState | undefined> {
  return clusters.get(name).then(overallState, () => undefined);
}

async function traitsOf(clusters: ClusterLife, name: string): Promise<ClusterTraits | undefined> {
  try {
    const [profile, { capabilities }] = await Promise.all([clusters.profile(name), clusters.provider(name)]);
    const snapshots = capabilities.snapshots ? await clusters.snapshots(name) : [];
    return { profile, capabilities, snapshots };
  } catch {
    return undefined;
  }
}
