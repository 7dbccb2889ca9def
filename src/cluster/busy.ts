import type { Clock } from '../base/clock.ts';
import { createFile, readText, removeAll } from '../host/files.ts';
import { processExists } from '../host/processes.ts';
import { ClusterError } from './errors.ts';
import type { ClusterPaths } from './paths.ts';

/** What a process does to a cluster as a whole, during which nobody may start its control plane or change its nodes. */
interface Busy {
  readonly pid: number;
  /** `saving snapshot x` */
  readonly doing: string;
}

/** How often a wait looks: the end of a process that is not ours is no event. */
const LOOK_MS = 500;

/** Runs something that needs the cluster for itself. Rejects with a ClusterError while somebody else has it. */
export async function whileBusy<T>(paths: ClusterPaths, doing: string, run: () => Promise<T>): Promise<T> {
  await assertFree(paths);
  // What is there now was left by a process that is gone.
  await removeAll(paths.busy);
  const busy: Busy = { pid: process.pid, doing };
  if (!(await createFile(paths.busy, JSON.stringify(busy)))) await assertFree(paths);
  try {
    return await run();
  } finally {
    await removeAll(paths.busy);
  }
}

export async function assertFree(paths: ClusterPaths): Promise<void> {
  const busy = await readBusy(paths);
  if (busy === undefined) return;
  throw new ClusterError(
    `the cluster is busy: process ${busy.pid} is ${busy.doing}`,
    `Wait until it is done. If that process is another program, delete ${paths.busy}.`,
  );
}

export async function untilFree(paths: ClusterPaths, clock: Clock, signal: AbortSignal): Promise<void> {
  while ((await readBusy(paths)) !== undefined) await clock.sleep(LOOK_MS, signal);
}

async function readBusy(paths: ClusterPaths): Promise<Busy | undefined> {
  const text = await readText(paths.busy);
  if (text === undefined) return undefined;
  try {
    const busy = JSON.parse(text) as Busy;
    return processExists(busy.pid) ? busy : undefined;
  } catch {
    // Broken off while it was written.
    return undefined;
  }
}
