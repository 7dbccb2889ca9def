import type { Clock } from '../../../base/clock.ts';
import { type Disposable, toDisposable } from '../../../base/disposable.ts';
import type { ProcessTable } from './processTable.ts';

/** The main processes of containers and sandboxes that run. */
export interface TaskWatch {
  /** Watches a process from now on; undefined where the one that should be there is not known. */
  track(id: string, pid: number | undefined): void;
  /** Its end is known: there is nothing to watch any more. */
  ended(id: string): void;
  /** Whether it was ever watched or has ended. */
  knows(id: string): boolean;
  forget(id: string): void;
  /** Stops watching all but these. */
  keep(ids: ReadonlySet<string>): void;
  /** Calls back once for each process that is found gone, until the disposable is disposed of. */
  watch(onGone: (id: string, pid: number | undefined) => void): Disposable;
}

export interface TaskWatchOptions {
  readonly clock: Clock;
  readonly processes: Pick<ProcessTable, 'isAlive'>;
}

/**
 * Polls, because every stream of events can lose one, and a lost end would leave a pod running for ever. A look is a
 * system call per process: 0.1 ms for a hundred of them, where listing them through CRI takes 5 ms of the agent and of
 * containerd (kubelet's generic PLEG does that every second). Nothing is looked at while nothing runs.
 */
const LOOK_MS = 2_000;

export function createTaskWatch({ clock, processes }: TaskWatchOptions): TaskWatch {
  const running = new Map<string, number | undefined>();
  const ended = new Set<string>();
  const listeners = new Set<(id: string, pid: number | undefined) => void>();
  let timer: Disposable | undefined;

  const findGone = (): void => {
    timer = undefined;
    for (const [id, pid] of [...running]) {
      if (pid !== undefined && processes.isAlive(pid)) continue;
      running.delete(id);
      for (const listener of [...listeners]) listener(id, pid);
    }
    schedule();
  };
  const schedule = (): void => {
    if (timer !== undefined || running.size === 0 || listeners.size === 0) return;
    timer = clock.timeout(LOOK_MS, findGone);
  };

  return {
    track(id, pid) {
      running.set(id, pid);
      schedule();
    },
    ended(id) {
      running.delete(id);
      ended.add(id);
    },
    knows: (id) => running.has(id) || ended.has(id),
    forget(id) {
      running.delete(id);
      ended.delete(id);
    },
    keep(ids) {
      for (const id of running.keys()) if (!ids.has(id)) running.delete(id);
    },
    watch(onGone) {
      const listener = (id: string, pid: number | undefined): void => onGone(id, pid);
      listeners.add(listener);
      schedule();
      return toDisposable(() => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        timer?.dispose();
        timer = undefined;
      });
    },
  };
}
