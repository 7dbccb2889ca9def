import { Worker } from 'node:worker_threads';
import type { Clock } from '../../base/clock.ts';
import { createDeferred } from '../../base/deferred.ts';
import type { ControlPlaneLauncher } from '../contract.ts';
import type { RunningControlPlane } from '../runningControlPlane.ts';
import { ClusterError, DamagedClusterError } from '../errors.ts';
import type { ClusterPaths } from '../paths.ts';
import type { ClusterProfile } from '../profile.ts';
import { stopRemotely } from './attached.ts';
import { attachOrStart, startFailure } from './oneOwner.ts';
import type { ControlPlaneStart, FromControlPlane, ToControlPlane } from './messages.ts';

export interface WorkerLauncherOptions {
  /** The bundle of `controlPlaneWorker.ts`. */
  readonly entry: string;
  readonly owner: 'editor' | 'process';
  readonly clock: Clock;
  readonly simulatedNodes?: number;
  readonly onLog: (line: string) => void;
}

/**
 * Runs the control plane in a worker thread of this process: a burst in the cluster never stalls this thread, and it
 * ends with the process. Where another window has the cluster already, this one attaches to it.
 */
export function createWorkerLauncher(options: WorkerLauncherOptions): ControlPlaneLauncher {
  const own = new Map<string, RunningControlPlane>();
  return {
    async launch(profile, paths, signal) {
      const mine = own.get(profile.name);
      if (mine !== undefined) return mine;
      return attachOrStart({ profile, paths, clock: options.clock, signal }, async () => {
        const started = await startWorker(options, profile, paths, signal);
        own.set(profile.name, started);
        void started.exited.then(() => own.delete(profile.name));
        return started;
      });
    },
    async stop(profile, paths) {
      const mine = own.get(profile.name);
      if (mine === undefined) await stopRemotely(profile, paths);
      else await mine.stop();
    },
  };
}

async function startWorker(
  options: WorkerLauncherOptions,
  profile: ClusterProfile,
  paths: ClusterPaths,
  signal: AbortSignal,
): Promise<RunningControlPlane> {
  signal.throwIfAborted();
  const start: ControlPlaneStart = {
    folder: paths.folder,
    owner: options.owner,
    simulatedNodes: options.simulatedNodes ?? 0,
  };
  const worker = new Worker(options.entry, { workerData: start, name: `control plane ${profile.name}` });
  const ready = createDeferred<string>();
  const exited = createDeferred<Error | undefined>();
  let failure: Error | undefined;
  worker.on('message', (message: FromControlPlane) => {
    switch (message.type) {
      case 'ready':
        ready.resolve(message.server);
        break;
      case 'failed':
        failure =
          message.store === 'damaged'
            ? new DamagedClusterError(profile.name, message.message)
            : new Error(message.message);
        void startFailure(profile, paths, message).then((error) => ready.reject(error));
        break;
      case 'log':
        options.onLog(message.line);
        break;
      case 'stopped':
        // Everything is written and closed. The thread ends by itself: ended from here, it might take an answer that
        // is still on its way to the caller that asked for the stop.
        ready.reject(new ClusterError('the control plane was stopped before it was ready', ''));
        exited.resolve(undefined);
        break;
    }
  });
  worker.on('error', (error: Error) => {
    failure = error;
    ready.reject(error);
  });
  worker.on('exit', (code) => {
    ready.reject(new ClusterError('the control plane ended before it was ready', ''));
    exited.resolve(failure ?? (code === 0 ? undefined : new Error(`its thread ended with code ${code}`)));
  });
  const stop = async (): Promise<void> => {
    worker.postMessage({ type: 'stop' } satisfies ToControlPlane);
    await exited.promise;
  };
  const abort = (): void => void stop();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const server = await ready.promise;
    return { server, owned: true, stop, exited: exited.promise };
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
