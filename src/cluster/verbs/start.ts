import { runActions, type ActionContext } from '../actions/action.ts';
import { describeEnvironment } from '../actions/describeEnvironment.ts';
import { preflight } from '../actions/preflight.ts';
import { prepareMachines } from '../actions/prepareMachines.ts';
import { recreateMachines } from '../actions/recreateMachines.ts';
import { recoverStore } from '../actions/recoverStore.ts';
import { resumeControlPlane, startControlPlane } from '../actions/startControlPlane.ts';
import { startMachines } from '../actions/startMachines.ts';
import { waitForNodes } from '../actions/waitForNodes.ts';
import { untilFree } from '../busy.ts';
import type { RunningControlPlane } from '../runningControlPlane.ts';
import { readLivingOwner } from '../owner.ts';
import { assertComplete } from './assertComplete.ts';
import { rememberRunning } from './rememberRunning.ts';

/** Starts all of a cluster that does not run. `recover`: from what is whole, where its store is damaged. */
export async function startCluster(context: ActionContext, recover = false): Promise<RunningControlPlane> {
  // A failed start leaves the cluster as it is: there is nothing to roll back that the user did not have before.
  await runActions(
    [
      preflight,
      prepareMachines,
      describeEnvironment,
      ...(recover ? [recoverStore] : []),
      resumeControlPlane,
      startMachines,
      recreateMachines,
      waitForNodes(),
    ],
    context,
    { retain: true },
  );
  await rememberRunning(context.paths, true);
  return assertComplete(context);
}

/** Brings up the control plane alone, or attaches to it; waits while something is done to the cluster as a whole. */
export async function attachToCluster(context: ActionContext): Promise<RunningControlPlane> {
  await untilFree(context.paths, context.clock, context.signal);
  // What the owner has said of its desktop holds.
  const isOwned = (await readLivingOwner(context.paths)) !== undefined;
  const actions = isOwned ? [startControlPlane] : [describeEnvironment, startControlPlane];
  await runActions(actions, context, { retain: true });
  return assertComplete(context);
}
