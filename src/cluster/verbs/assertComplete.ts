import type { ActionContext } from '../actions/action.ts';
import type { RunningControlPlane } from '../runningControlPlane.ts';
import { IncompleteClusterError } from '../errors.ts';

/** The control plane, where all nodes are there too; rejects with IncompleteClusterError where some have failed. */
export function assertComplete({ controlPlane, failed, profile, paths }: ActionContext): RunningControlPlane {
  if (controlPlane === undefined) throw new Error('the control plane was not started');
  if (failed.size === 0) return controlPlane;
  throw new IncompleteClusterError({ cluster: profile.name, failed, log: paths.log, controlPlane });
}
