import { RuntimeError } from '../contract.ts';
import type { CriConnection } from './criConnection.ts';
import type { ContainerdTask, ContainerdTime } from './criTypes.ts';

/** The processes behind containers and sandboxes, as containerd itself knows them: below CRI, and sometimes better. */
export interface Tasks {
  /** Undefined where there is none: it has ended and was taken away. */
  get(id: string): Promise<Task | undefined>;
  list(): Promise<readonly Task[]>;
}

/** The process of a container or sandbox; the id is theirs. */
export interface Task {
  readonly id: string;
  /** Undefined where the shim that knows does not answer. */
  readonly pid: number | undefined;
  /** Missing while it runs. */
  readonly end?: TaskEnd;
}

export interface TaskEnd {
  readonly exitCode: number;
  /** Milliseconds since the epoch. */
  readonly finishedAt: number;
}

/** Each question goes on to the shim of the pod, which may have stopped answering. */
const TIMEOUT_MS = 5_000;
const STOPPED = 3;

export function createTasks(connection: CriConnection): Tasks {
  return {
    async get(id) {
      try {
        const { process } = await connection.call<{ process: ContainerdTask | null }>(
          'GetTask',
          { containerId: id },
          { timeoutMs: TIMEOUT_MS },
        );
        return process === null ? undefined : taskFrom(process);
      } catch (error) {
        if (error instanceof RuntimeError && error.code === 'notFound') return undefined;
        throw error;
      }
    },
    async list() {
      const { tasks } = await connection.call<{ tasks: readonly ContainerdTask[] }>(
        'ListTasks',
        {},
        { timeoutMs: TIMEOUT_MS },
      );
      return tasks.map(taskFrom);
    },
  };
}

function taskFrom({ id, pid, status, exitStatus, exitedAt }: ContainerdTask): Task {
  return {
    id,
    // Number 0 stands for the caller's whole process group: a signal to it would end the node.
    pid: pid > 0 ? pid : undefined,
    ...(status === STOPPED
      ? { end: { exitCode: exitStatus, finishedAt: millisOf(exitedAt ?? { seconds: 0, nanos: 0 }) } }
      : {}),
  };
}

/** Milliseconds since the epoch. */
export function millisOf({ seconds, nanos }: ContainerdTime): number {
  return seconds * 1_000 + Math.floor(nanos / 1e6);
}
