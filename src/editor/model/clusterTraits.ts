import type { ClusterLife, ClusterTraits } from './clusterEntry.ts';

/** What clusters there are, by name. Undefined: it goes in this moment, or its machines are of an unknown kind. */
export async function readTraits(
  clusters: ClusterLife,
): Promise<ReadonlyMap<string, ClusterTraits | undefined>> {
  const names = await clusters.names();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await traitsOf(clusters, name)] as const)),
  );
}

/** Whether a cluster that does not run is suspended: its machines know. */
export async function isSuspended(clusters: ClusterLife, name: string): Promise<boolean> {
  const machines = await clusters
    .provider(name)
    .then((provider) => provider.list(name))
    .catch(() => []);
  return machines.some((machine) => machine.state === 'paused');
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
