import path from 'node:path';
import type { Clock } from '../../../base/clock.ts';
import { CRI_NAMESPACE } from './criConnection.ts';
import type { ProcessTable } from './processTable.ts';
import type { Tasks } from './tasks.ts';

/**
 * Ends what containerd cannot: crun has lost its state of a container, a shim does not answer. Upstream's kubelet asks
 * again for ever there, and the pod stays.
 */
export interface Force {
  /** True where nothing of the container or sandbox runs any more, whatever CRI says. */
  isDown(id: string): Promise<boolean>;
  /** TERM to the main process, after `graceSeconds` KILL to all that is in its control group. @throws where they live on */
  end(id: string, graceSeconds: number): Promise<void>;
  /**
   * Ends the shim of a pod whose containers are all down: containerd finds it gone, cleans up behind it and forgets its
   * tasks. Resolves when it has. Fine where there is none.
   */
  endShim(sandbox: string, containers: readonly string[]): Promise<void>;
}

export interface ForceOptions {
  readonly clock: Clock;
  readonly tasks: Tasks;
  readonly processes: ProcessTable;
}

const LOOK_MS = 50;
const KILL_LIMIT_MS = 5_000;
const CLEAN_UP_LIMIT_MS = 15_000;

export function createForce({ clock, tasks, processes }: ForceOptions): Force {
  /** Polls: the kernel tells nobody but the parent of a process that it has ended. */
  const until = async (limitMs: number, holds: () => Promise<boolean>): Promise<boolean> => {
    const end = clock.monotonic() + limitMs;
    for (;;) {
      if (await holds()) return true;
      if (clock.monotonic() >= end) return false;
      await clock.sleep(LOOK_MS);
    }
  };
  /** A control group has the name of its container: what runs in it is the container's, and nothing else is. */
  const isEmpty = async (id: string): Promise<boolean> => (await processes.inCgroup(id)).length === 0;
  const killAll = async (id: string): Promise<boolean> => {
    for (const pid of await processes.inCgroup(id)) processes.kill(pid, 'SIGKILL');
    return until(KILL_LIMIT_MS, () => isEmpty(id));
  };
  const mainProcess = async (id: string): Promise<number | undefined> => {
    const task = await tasks.get(id).catch(() => undefined);
    return task?.end === undefined ? task?.pid : undefined;
  };

  const isDown = async (id: string): Promise<boolean> => {
    const pid = await mainProcess(id);
    return (pid === undefined || !(await processes.runs(pid))) && (await isEmpty(id));
  };

  return {
    isDown,
    async end(id, graceSeconds) {
      const pid = await mainProcess(id);
      if (pid !== undefined && graceSeconds > 0) {
        processes.kill(pid, 'SIGTERM');
        await until(graceSeconds * 1_000, async () => !(await processes.runs(pid)));
      }
      if (pid !== undefined) processes.kill(pid, 'SIGKILL');
      await killAll(id);
      if (!(await isDown(id))) throw new Error(`the processes of ${id} cannot be killed`);
    },
    async endShim(sandbox, containers) {
      const ids = [sandbox, ...containers];
      const shims = await processes.withCommand((words) => isShimOf(words, sandbox));
      for (const pid of shims) processes.kill(pid, 'SIGKILL');
      for (const id of ids) await killAll(id);
      await until(CLEAN_UP_LIMIT_MS, async () => {
        const listed = await tasks.list().catch(() => undefined);
        return listed?.every(({ id }) => !ids.includes(id)) === true;
      });
    },
  };
}

/** `containerd-shim-runc-v2 -namespace k8s.io -id SANDBOX …` */
function isShimOf(words: readonly string[], sandbox: string): boolean {
  const valueOf = (flag: string): string | undefined => words[words.indexOf(flag) + 1];
  return (
    path.basename(words[0] ?? '').startsWith('containerd-shim') &&
    valueOf('-namespace') === CRI_NAMESPACE &&
    valueOf('-id') === sandbox
  );
}
