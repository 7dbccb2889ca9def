import { ClusterError } from '../errors.ts';
import type { Machine, MachineProvider, MachineSnapshots } from '../machines/contract.ts';

/** What keeps this kind of machine as snapshots; throws a ClusterError where nothing does. */
export function snapshotsOf(provider: MachineProvider): MachineSnapshots {
  if (provider.capabilities.snapshots && provider.snapshots !== undefined) return provider.snapshots;
  throw new ClusterError(
    `${provider.name} machines cannot be kept as snapshots`,
    'Clusters of virtual machines can: wheelhouse create NAME --machines vagrant.',
  );
}

/** Does something to all machines at the same time, and waits for all; rejects with what failed, by machine. */
export async function onEach(
  machines: readonly Machine[],
  what: (machine: Machine) => Promise<unknown>,
): Promise<void> {
  const outcomes = await Promise.allSettled(machines.map(what));
  const failures = outcomes.flatMap((outcome) => {
    if (outcome.status === 'fulfilled') return [];
    const reason: unknown = outcome.reason;
    return [reason instanceof Error ? reason : new Error(String(reason))];
  });
  const [first, ...others] = failures;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw new Error([...new Set(failures.map(({ message }) => message))].join('; '), { cause: first });
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
