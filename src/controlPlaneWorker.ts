import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { createLogger } from './base/logger.ts';
import { clusterPaths } from './cluster/paths.ts';
import { readProfile } from './cluster/profile.ts';
import type { ControlPlaneStart, FromControlPlane } from './cluster/launchers/messages.ts';
import { startControlPlane } from './controlPlane.ts';
import { DamagedStoreError, StoreInUseError } from './storage/contract.ts';

/**
 * A control plane in a worker thread of the extension host, or in a detached process of its own: the same entry. It is
 * told by messages what to run and when to stop, and stops by itself when asked over HTTPS.
 */
const tell = (message: FromControlPlane): void => {
  if (parentPort !== null) parentPort.postMessage(message);
  // The process that started a detached one is gone once it knows that it is ready.
  else if (process.connected) process.send?.(message);
};

async function main(start: ControlPlaneStart, onStop: (stop: () => void) => void): Promise<void> {
  const write = isMainThread
    ? (line: string): void => void process.stdout.write(`${line}\n`)
    : (line: string): void => tell({ type: 'log', line });
  const paths = clusterPaths(start.folder);
  const profile = await readProfile(paths.profile);
  if (profile === undefined) throw new Error(`${paths.profile} is missing`);
  const stop = new AbortController();
  onStop(() => stop.abort());
  const controlPlane = await startControlPlane({
    profile,
    paths,
    owner: start.owner,
    simulatedNodes: start.simulatedNodes,
    logger: createLogger(write),
  });
  tell({ type: 'ready', server: controlPlane.server });
  stop.signal.addEventListener('abort', () => void controlPlane.stop());
  // Told while it was starting.
  if (stop.signal.aborted) void controlPlane.stop();
  const failure = await controlPlane.stopped;
  if (failure !== undefined) throw failure;
}

function failureOf(error: unknown): FromControlPlane {
  if (error instanceof DamagedStoreError) {
    return { type: 'failed', message: error.damage, store: 'damaged' };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'failed', message, ...(error instanceof StoreInUseError ? { store: 'in use' } : {}) };
}

function run(start: ControlPlaneStart, onStop: (stop: () => void) => void): void {
  main(start, onStop)
    .then(
      () => tell({ type: 'stopped' }),
      (error: unknown) => {
        tell(failureOf(error));
        process.exitCode = 1;
      },
    )
    .finally(() => {
      parentPort?.close();
      if (process.connected) process.disconnect();
    });
}

if (parentPort !== null) {
  const port = parentPort;
  run(workerData as ControlPlaneStart, (stop) =>
    // `stop` is all that it can be told.
    port.on('message', stop),
  );
} else {
  process.once('message', (start: ControlPlaneStart) =>
    run(start, (stop) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
    }),
  );
}
