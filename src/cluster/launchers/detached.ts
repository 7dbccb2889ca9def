import type { Clock } from '../../base/clock.ts';
import { startDetached } from '../../host/detached.ts';
import type { ControlPlaneLauncher } from '../contract.ts';
import type { RunningControlPlane } from '../runningControlPlane.ts';
import { ClusterError } from '../errors.ts';
import type { ClusterPaths } from '../paths.ts';
import type { ClusterProfile } from '../profile.ts';
import { attach, stopRemotely } from './attached.ts';
import { attachOrStart, startFailure } from './oneOwner.ts';
import type { ControlPlaneStart, FromControlPlane } from './messages.ts';

/**
 * Runs the control plane in a process of its own that outlives this one: for the command line, where no editor is
 * there to hold it. `entry` is the bundle of `controlPlaneWorker.ts`.
 */
export function createDetachedLauncher(options: {
  readonly entry: string;
  readonly clock: Clock;
  readonly simulatedNodes?: number;
}): ControlPlaneLauncher {
  return {
    launch: (profile, paths, signal) =>
      attachOrStart({ profile, paths, clock: options.clock, signal }, async () => {
        await start(options, profile, paths, signal);
        const started = await attach(profile, paths);
        if (started === undefined) throw gone(profile, paths);
        return { ...started, owned: true, stop: () => stopAndWait(profile, paths, started) };
      }),
    stop: stopRemotely,
  };
}

async function start(
  options: { readonly entry: string; readonly simulatedNodes?: number },
  profile: ClusterProfile,
  paths: ClusterPaths,
  signal: AbortSignal,
): Promise<void> {
  const first: ControlPlaneStart = {
    folder: paths.folder,
    owner: 'process',
    simulatedNodes: options.simulatedNodes ?? 0,
  };
  const message = (await startDetached({
    entry: options.entry,
    input: first,
    log: paths.log,
    signal,
    goesOn: (answer) => (answer as FromControlPlane | undefined)?.type === 'ready',
  })) as FromControlPlane | undefined;
  if (message?.type === 'ready') return;
  if (message?.type === 'failed') throw await startFailure(profile, paths, message);
  throw new ClusterError(
    'the control plane did not start: it ended without a word',
    `Its log is ${paths.log} (create with --retain to keep it).`,
  );
}

async function stopAndWait(
  profile: ClusterProfile,
  paths: ClusterPaths,
  running: RunningControlPlane,
): Promise<void> {
  await stopRemotely(profile, paths);
  await running.exited;
}

function gone(profile: ClusterProfile, paths: ClusterPaths): ClusterError {
  return new ClusterError(
    `the control plane of ${profile.name} went right after its start`,
    `Its log is ${paths.log}.`,
  );
}
