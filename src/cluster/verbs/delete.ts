import { removeAll } from '../../host/files.ts';
import type { ActionContext } from '../actions/action.ts';
import { onEach } from '../onEach.ts';
import { rememberRunning } from './rememberRunning.ts';

/** Deletes a cluster with all that belongs to it. */
export async function deleteCluster({
  provider,
  profile,
  paths,
  launcher,
  signal,
}: ActionContext): Promise<void> {
  // Before its control plane goes, so that no window takes it over.
  await rememberRunning(paths, false);
  await launcher.stop(profile, paths);
  const machines = await provider.list(profile.name);
  await onEach(machines, (machine) => provider.delete(machine, signal));
  await provider.cleanUp(profile.name);
  await removeAll(paths.folder);
}
