import path from 'node:path';
import type { Clock } from '../base/clock.ts';
import { createFile, makeFolder, readText, removeAll } from './files.ts';
import { processExists } from './processes.ts';
import { watchFile } from './watchFile.ts';

/** How often a wait looks whether the holder still runs: the end of a process that is not ours is no event. */
const LOOK_MS = 1_000;

/** Does work that would be done twice for nothing where two processes did it at once: one waits for the other. */
export interface Turns {
  /** Runs when nobody else has the turn of this name. `onWait` is called once where it must wait. */
  take<T>(name: string, run: () => Promise<T>, signal: AbortSignal, onWait?: () => void): Promise<T>;
}

/**
 * Turns among the processes of this computer, a file in `folder` for each that is taken. A holder that died loses it.
 * Two may rarely have the same turn, where several find a dead holder at once: they save work, and guard nothing.
 */
export function fileTurns(folder: string, clock: Clock): Turns {
  return {
    async take(name, run, signal, onWait) {
      await makeFolder(folder);
      const file = path.join(folder, `${name}.lock`);
      let waited = false;
      while (!(await createFile(file, String(process.pid), 0o600))) {
        signal.throwIfAborted();
        if (!waited) onWait?.();
        waited = true;
        await untilFree(file, clock, signal);
      }
      try {
        return await run();
      } finally {
        await removeAll(file);
      }
    },
  };
}

/** Resolves when the file has gone, or is removed because its process has. */
async function untilFree(file: string, clock: Clock, signal: AbortSignal): Promise<void> {
  for (let empty = 0; ;) {
    const changed = new AbortController();
    const watching = watchFile(file, () => changed.abort());
    try {
      const text = await readText(file);
      if (text === undefined) return;
      // An empty one is being written, unless its writer died then.
      empty = text === '' ? empty + 1 : 0;
      if (empty > 2 || (text !== '' && !processExists(Number(text)))) {
        await removeAll(file);
        return;
      }
      await clock.sleep(LOOK_MS, AbortSignal.any([signal, changed.signal])).catch(() => undefined);
      signal.throwIfAborted();
    } finally {
      watching.dispose();
    }
  }
}
