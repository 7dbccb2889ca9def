import path from 'node:path';
import type { Clock } from '../base/clock.ts';
import { createFile, makeFolder, readText, removeAll, removeIf } from '../host/files.ts';
import { processExists } from '../host/processes.ts';
import { ClusterError } from './errors.ts';
import type { ClusterPaths } from './paths.ts';

/** What a process does to a cluster; it holds as long as the process lives. */
interface Claim {
  readonly pid: number;
  /** `saving snapshot x` */
  readonly doing: string;
}

/** How often a wait looks: the end of a process that is not ours is no event. */
const LOOK_MS = 500;

/**
 * Runs something that needs the cluster for itself: nobody may start its control plane or change its nodes meanwhile.
 * Rejects with a ClusterError while somebody else has it.
 */
export async function whileBusy<T>(paths: ClusterPaths, doing: string, run: () => Promise<T>): Promise<T> {
  while (!(await claim(paths.busy, doing))) await assertFree(paths);
  return holding(paths.busy, run);
}

export async function assertFree(paths: ClusterPaths): Promise<void> {
  const busy = await readClaim(paths.busy);
  if (busy === undefined) return;
  throw new ClusterError(
    `the cluster is busy: process ${busy.pid} is ${busy.doing}`,
    `Wait until it is done. If that process is another program, delete ${paths.busy}.`,
  );
}

export async function untilFree(paths: ClusterPaths, clock: Clock, signal: AbortSignal): Promise<void> {
  while ((await readClaim(paths.busy)) !== undefined) await clock.sleep(LOOK_MS, signal);
}

/**
 * Runs what makes and starts machines: one at a time for a cluster, on the whole desktop. The next waits, and
 * `onWait` is told once for whom: `process 12 is starting it`, and what to do where that is another program by now.
 */
export async function inTurn<T>(
  paths: ClusterPaths,
  doing: string,
  wait: { readonly clock: Clock; readonly signal: AbortSignal; readonly onWait: (who: string) => void },
  run: () => Promise<T>,
): Promise<T> {
  for (let told = false; !(await claim(paths.starting, doing)); told = true) {
    const other = await readClaim(paths.starting);
    if (!told && other !== undefined)
      wait.onWait(`${textOf(other)} (if that is another program, delete ${paths.starting})`);
    await wait.clock.sleep(LOOK_MS, wait.signal);
  }
  return holding(paths.starting, run);
}

/**
 * Runs what takes the cluster down; who starts it meanwhile waits. Rejects with a ClusterError where another process is
 * just bringing it up, which would run all the same in the end.
 */
export async function takingDown<T>(paths: ClusterPaths, doing: string, run: () => Promise<T>): Promise<T> {
  if (await claim(paths.starting, doing)) return holding(paths.starting, run);
  const other = await readClaim(paths.starting);
  // What this process does at the same time, it has been asked to give up.
  if (other === undefined || other.pid === process.pid) return run();
  throw new ClusterError(
    textOf(other),
    `Wait until it is done, or stop it there. If that process is another program, delete ${paths.starting}.`,
  );
}

/** The same for an action that leaves nothing: a process that brings the cluster up finds it gone. */
export async function removing<T>(paths: ClusterPaths, doing: string, run: () => Promise<T>): Promise<T> {
  return (await claim(paths.starting, doing)) ? holding(paths.starting, run) : run();
}

/** As `inTurn`, for what makes the cluster: rejects with a ClusterError where another process is about to. */
export async function firstOfAll<T>(paths: ClusterPaths, doing: string, run: () => Promise<T>): Promise<T> {
  if (await claim(paths.starting, doing)) return holding(paths.starting, run);
  const other = await readClaim(paths.starting);
  const who = other === undefined ? 'another process is creating it' : textOf(other);
  throw new ClusterError(
    `there is a cluster of that name already: ${who}`,
    'Choose another name, or wait until it is done.',
  );
}

async function holding<T>(file: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } finally {
    // Where the cluster has gone with it, the next one of this name may be another process's by now.
    if ((await readClaim(file))?.pid === process.pid) await removeAll(file);
  }
}

/** False while a process that lives has it. What others have left is taken over. */
async function claim(file: string, doing: string): Promise<boolean> {
  const left = await readText(file);
  if (left !== undefined && (holderOf(left) !== undefined || !(await removeIf(file, left)))) return false;
  await makeFolder(path.dirname(file));
  const mine: Claim = { pid: process.pid, doing };
  return createFile(file, JSON.stringify(mine));
}

async function readClaim(file: string): Promise<Claim | undefined> {
  const text = await readText(file);
  return text === undefined ? undefined : holderOf(text);
}

/** Undefined where the process has gone, or did before it had written all. */
function holderOf(text: string): Claim | undefined {
  try {
    const found = JSON.parse(text) as Claim;
    return processExists(found.pid) ? found : undefined;
  } catch {
    return undefined;
  }
}

function textOf({ pid, doing }: Claim): string {
  return `process ${pid} is ${doing}`;
}
