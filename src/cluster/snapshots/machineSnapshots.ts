import { ClusterError } from '../errors.ts';
import type { MachineProvider, MachineSnapshots } from '../machines/contract.ts';
import { onEach } from '../onEach.ts';

/** What keeps this kind of machine as snapshots; throws a ClusterError where nothing does. */
export function snapshotsOf(provider: MachineProvider): MachineSnapshots {
  if (provider.capabilities.snapshots && provider.snapshots !== undefined) return provider.snapshots;
  throw new ClusterError(
    `${provider.name} machines cannot be kept as snapshots`,
    'Clusters of virtual machines can: wheelhouse create NAME --machines vagrant.',
  );
}

/** Takes a snapshot's part off all machines that there are. */
export async function forgetMachineSnapshots(
  provider: MachineProvider,
  cluster: string,
  name: string,
): Promise<void> {
  const snapshots = snapshotsOf(provider);
  const never = new AbortController().signal;
  await onEach(await provider.list(cluster), (machine) => snapshots.delete(machine, name, never));
}
