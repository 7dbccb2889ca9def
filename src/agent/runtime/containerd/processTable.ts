import { readdir, readFile } from 'node:fs/promises';

/** The processes of this machine, where the kernel has to be asked because the runtime does not know. */
export interface ProcessTable {
  /** Costs a system call; a zombie counts as alive. */
  isAlive(pid: number): boolean;
  /** Whether it does anything any more: a zombie does not. */
  runs(pid: number): Promise<boolean>;
  /** Sends a signal; fine with a process that is gone. */
  kill(pid: number, signal: NodeJS.Signals): void;
  /** Processes with this name in the path of their control group, zombies left out. */
  inCgroup(name: string): Promise<readonly number[]>;
  /** Processes with such a command line. */
  withCommand(matches: (words: readonly string[]) => boolean): Promise<readonly number[]>;
}

export const systemProcessTable: ProcessTable = {
  isAlive: (pid) => signalled(pid, 0),
  kill: (pid, signal) => void signalled(pid, signal),
  runs: (pid) => runs(`/proc/${pid}`).catch(() => false),
  inCgroup: (name) =>
    findProcesses(async (directory) => {
      const groups = await readFile(`${directory}/cgroup`, 'utf8');
      return groups.includes(name) && (await runs(directory));
    }),
  withCommand: (matches) =>
    findProcesses(async (directory) =>
      matches((await readFile(`${directory}/cmdline`, 'utf8')).split('\0').slice(0, -1)),
    ),
};

/** False where there is no such process. Numbers below 1 are groups of processes, our own among them. */
function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  if (pid < 1) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** `PID (NAME) STATE …`: a name may have parentheses of its own. */
async function runs(directory: string): Promise<boolean> {
  const stat = await readFile(`${directory}/stat`, 'latin1');
  return !['Z', 'X'].includes(stat.charAt(stat.lastIndexOf(')') + 2));
}

async function findProcesses(matches: (directory: string) => Promise<boolean>): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // Processes end while they are looked at.
    if (await matches(`/proc/${name}`).catch(() => false)) found.push(Number(name));
  }
  return found;
}
