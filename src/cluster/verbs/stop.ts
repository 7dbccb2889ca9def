import { runActions, type ActionContext } from '../actions/action.ts';
import { pauseMachines } from '../actions/pauseMachines.ts';
import { ClusterError } from '../errors.ts';
import { onEach } from '../onEach.ts';
import { rememberRunning } from './rememberRunning.ts';

/** Stops machines and control plane; everything is kept. */
export async function stopCluster({
  provider,
  profile,
  paths,
  launcher,
  signal,
}: ActionContext): Promise<void> {
  await rememberRunning(paths, false);
  const machines = await provider.list(profile.name);
  await onEach(machines, (machine) => provider.stop(machine, signal));
  await launcher.stop(profile, paths);
}

/** Freezes the machines with all that runs on them, then stops the control plane. */
export async function suspendCluster(context: ActionContext): Promise<void> {
  const { provider, profile, paths, launcher } = context;
  if (!provider.capabilities.pause) {
    throw new ClusterError(
      `${provider.name} machines cannot be suspended`,
      `Stop the cluster instead: wheelhouse stop ${profile.name}.`,
    );
  }
  await runActions([pauseMachines], context);
  await rememberRunning(paths, false);
  await launcher.stop(profile, paths);
}
