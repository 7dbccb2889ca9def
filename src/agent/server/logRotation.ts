import { rename, rm, stat } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { AgentPart } from '../part.ts';
import type { RuntimeView } from '../pods/runtimeView.ts';
import type { Runtime } from '../runtime/contract.ts';

/** kubelet's containerLogMaxSize and containerLogMaxFiles. */
export const MAX_LOG_BYTES = 10 * 1024 * 1024;
export const MAX_LOG_FILES = 5;
export const LOG_CHECK_MS = 10_000;

export interface LogRotationOptions {
  readonly runtime: Runtime;
  readonly view: RuntimeView;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Keeps logs of running containers bounded. Looks at their sizes at intervals, as kubelet does: watching every log for
 * every write would cost more than what it saves.
 */
export function logRotation(options: LogRotationOptions): AgentPart {
  return { run: (signal) => rotateLogs(options, signal) };
}

async function rotateLogs(options: LogRotationOptions, signal: AbortSignal): Promise<void> {
  const { view, clock, logger } = options;
  while (!signal.aborted) {
    await clock.sleep(LOG_CHECK_MS, signal).catch(() => undefined);
    for (const uid of view.uids()) {
      const running = view
        .forPod(uid)
        .flatMap(({ containers }) => containers)
        .filter(({ state }) => state === 'running');
      for (const { id, logPath } of running) {
        await rotateOne(options.runtime, id, logPath).catch((error: unknown) =>
          logger.warn('log not rotated', { logPath, error }),
        );
      }
    }
  }
}

export async function rotateOne(
  runtime: Pick<Runtime, 'reopenLog'>,
  container: string,
  path: string,
  maxBytes: number = MAX_LOG_BYTES,
): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.size < maxBytes) return false;
  // `PATH.1` is the newest of the old; the last one falls off.
  await rm(`${path}.${MAX_LOG_FILES - 1}`, { force: true });
  for (let number = MAX_LOG_FILES - 2; number >= 1; number--) {
    await rename(`${path}.${number}`, `${path}.${number + 1}`).catch(() => undefined);
  }
  await rename(path, `${path}.1`);
  await runtime.reopenLog(container);
  return true;
}
