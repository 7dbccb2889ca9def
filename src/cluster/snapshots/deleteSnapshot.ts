import { removeAll } from '../../host/files.ts';
import type { ActionContext } from '../actions/action.ts';
import { forgetMachineSnapshots } from './machineSnapshots.ts';
import { halfMade, readSnapshot, snapshotPaths } from './snapshot.ts';

/** Deletes a snapshot from machines and disk; rejects with a ClusterError where no snapshot has that name. */
export async function deleteSnapshot(context: ActionContext, name: string): Promise<void> {
  await readSnapshot(context.paths, name);
  await removeSnapshot(context, name);
}

/** Clears away what processes that died have left of snapshots. */
export async function removeHalfMade(context: ActionContext): Promise<void> {
  for (const name of await halfMade(context.paths)) await removeSnapshot(context, name);
}

/** The folder last: as long as it is there, what is on the machines is known. */
async function removeSnapshot({ paths, profile, provider }: ActionContext, name: string): Promise<void> {
  await forgetMachineSnapshots(provider, profile.name, name);
  await removeAll(snapshotPaths(paths, name).folder);
}
