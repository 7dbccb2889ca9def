import type { Clock } from '../../base/clock.ts';
import { ClusterError, ClusterInUseError, DamagedClusterError } from '../errors.ts';
import { readLivingOwner } from '../owner.ts';
import type { ClusterPaths } from '../paths.ts';
import type { ClusterProfile } from '../profile.ts';
import type { RunningControlPlane } from '../runningControlPlane.ts';
import { attach } from './attached.ts';
import type { FromControlPlane } from './messages.ts';

/** How long a control plane may take to come up, or to go, in another process. */
const PATIENCE_MS = 20_000;
/** How often a wait looks: what another process does to a file is no event here. */
const LOOK_MS = 500;

/**
 * The control plane that runs, else the one that `start` brings up. Where several do this at once, one has the store;
 * the others wait for its answer, or for the store where that one is just going. Rejects with a ClusterInUseError where
 * the process that has the store goes on without an answer.
 */
export async function attachOrStart(
  {
    profile,
    paths,
    clock,
    signal,
  }: {
    readonly profile: ClusterProfile;
    readonly paths: ClusterPaths;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
  start: () => Promise<RunningControlPlane>,
): Promise<RunningControlPlane> {
  const deadline = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    const running = await attach(profile, paths);
    if (running !== undefined) return running;
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof ClusterInUseError) || clock.monotonic() >= deadline) throw error;
    }
    await clock.sleep(LOOK_MS, signal);
  }
}

/** What is told of a control plane that could not start. */
export async function startFailure(
  { name }: ClusterProfile,
  paths: ClusterPaths,
  { message, store }: Extract<FromControlPlane, { type: 'failed' }>,
): Promise<ClusterError> {
  if (store === 'damaged') return new DamagedClusterError(name, message);
  if (store === 'in use') return new ClusterInUseError(name, paths.store, await readLivingOwner(paths));
  return new ClusterError(`the control plane did not start: ${message}`, '');
}
