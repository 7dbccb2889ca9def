import { runActions, type ActionContext } from '../actions/action.ts';
import { createMachines } from '../actions/createMachines.ts';
import { declare } from '../actions/declare.ts';
import { describeEnvironment } from '../actions/describeEnvironment.ts';
import { noLeftovers } from '../actions/noLeftovers.ts';
import { preflight } from '../actions/preflight.ts';
import { prepareMachines } from '../actions/prepareMachines.ts';
import { startControlPlane } from '../actions/startControlPlane.ts';
import { waitForNodes } from '../actions/waitForNodes.ts';
import type { RunningControlPlane } from '../runningControlPlane.ts';
import { assertComplete } from './assertComplete.ts';
import { rememberRunning } from './rememberRunning.ts';

/** Makes a cluster. Where it fails, nothing of it is left, unless `retain` keeps it to be looked at. */
export async function createCluster(context: ActionContext, retain: boolean): Promise<RunningControlPlane> {
  await runActions(
    [
      preflight,
      noLeftovers,
      declare,
      prepareMachines,
      describeEnvironment,
      startControlPlane,
      createMachines(context.profile.nodes),
      waitForNodes(),
    ],
    context,
    { retain },
  );
  await rememberRunning(context.paths, true);
  return assertComplete(context);
}
