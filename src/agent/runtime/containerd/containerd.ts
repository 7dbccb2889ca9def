import type { Clock } from '../../../base/clock.ts';
import { groupBy } from '../../../base/groupBy.ts';
import { type ProcessRunner, systemProcesses } from '../../../host/processes.ts';
import type { Runtime, RuntimeContainer, SandboxStatus } from '../contract.ts';
import { criContainerConfig, criResources, criSandboxConfig } from './criConfig.ts';
import { type CriConnection, connectCri } from './criConnection.ts';
import { imageMounts } from './imageMounts.ts';
import { criImages } from './criImages.ts';
import {
  containerFrom,
  isBroken,
  isMeasured,
  present,
  sandboxFrom,
  statsFrom,
  unreadableContainer,
} from './criStatus.ts';
import type {
  CriContainer,
  CriContainerStats,
  CriContainerStatus,
  CriPodSandbox,
  CriPodSandboxStatus,
} from './criTypes.ts';
import { createEnding } from './ending.ts';
import { createForce } from './force.ts';
import { createLeftovers } from './leftovers.ts';
import { systemProcessTable } from './processTable.ts';
import { runtimeEvents } from './runtimeEvents.ts';
import { createTasks, type Task } from './tasks.ts';
import { createTaskWatch } from './taskWatch.ts';
import { createUnseenEnds } from './unseenEnds.ts';

/** CRI gives a sandbox four minutes (kubelet's default runtime-request-timeout doubled). */
const SANDBOX_TIMEOUT_MS = 240_000;
const OUTPUT_LIMIT = 64 * 1024;

export interface ContainerdOptions {
  readonly socketPath: string;
  readonly clock: Clock;
  /** Runtime handler of containerd's configuration. Default `crun`. */
  readonly handler?: string;
  /** Default: the machine's own. */
  readonly processes?: ProcessRunner;
  /** Of the node's cgroups. Default 1, which hybrid ones are as well. */
  readonly cgroupVersion?: 1 | 2;
}

/** containerd through CRI. `close` gives the channel back. */
export type ContainerdRuntime = Runtime & { close(): void };

export function createContainerdRuntime(options: ContainerdOptions): ContainerdRuntime {
  const { clock, handler = 'crun', cgroupVersion = 1 } = options;
  // Out of memory, a container ends as a whole (kubelet's singleProcessOOMKill, off by default with cgroup v2).
  const unified = cgroupVersion === 2 ? { 'memory.oom.group': '1' } : {};
  const connection = connectCri(options.socketPath, clock);
  const tasks = createTasks(connection);
  const watch = createTaskWatch({ clock, processes: systemProcessTable });
  const leftovers = createLeftovers({ clock });
  /** Container to sandbox, and sandbox to itself: events of containerd name the container alone. */
  const owners = new Map<string, string>();

  const containersOf = async (podSandboxId: string | undefined): Promise<readonly CriContainer[]> => {
    const filter = podSandboxId === undefined ? {} : { filter: { podSandboxId } };
    const { items } = await connection.call<{ items: readonly CriContainer[] }>('ListContainers', filter);
    for (const item of items) owners.set(item.id, item.podSandboxId);
    return items;
  };
  const readContainer = async (id: string): Promise<RuntimeContainer> =>
    containerFrom((await connection.call<{ status: CriContainerStatus }>('ContainerStatus', { id })).status);
  const readSandbox = async (id: string): Promise<CriPodSandboxStatus> =>
    (await connection.call<{ status: CriPodSandboxStatus }>('PodSandboxStatus', { id })).status;
  const ends = createUnseenEnds({
    clock,
    tasks,
    async hasEnded(id) {
      if (owners.get(id) === id) return !sandboxFrom(await readSandbox(id), []).ready;
      const { state } = await readContainer(id);
      return state !== 'created' && state !== 'running';
    },
  });
  const forget = (id: string): void => {
    for (const [key, owner] of owners) {
      if (key !== id && owner !== id) continue;
      owners.delete(key);
      watch.forget(key);
      ends.forget(key);
    }
  };
  const ending = createEnding({
    connection,
    force: createForce({ clock, tasks, processes: systemProcessTable }),
    ends,
    leftovers,
    containersOf: (sandbox) =>
      [...owners].flatMap(([id, owner]) => (owner === sandbox && id !== sandbox ? [id] : [])),
    forget,
  });

  const statusOf = async (
    id: string,
    listedContainers: readonly CriContainer[],
    listed?: CriPodSandbox,
  ): Promise<SandboxStatus | undefined> => {
    if (leftovers.has(id)) return undefined;
    const [status, containers] = await Promise.all([
      present(() => readSandbox(id).catch((error: unknown) => orIfBroken(error, listed))),
      Promise.all(
        listedContainers
          .filter((container) => !leftovers.has(container.id))
          .map((container) =>
            present(() =>
              readContainer(container.id).catch((error: unknown) =>
                orIfBroken(error, unreadableContainer(container)),
              ),
            ),
          ),
      ),
    ]);
    if (status === undefined) return undefined;
    owners.set(id, id);
    const there = containers.filter((container) => container !== undefined);
    return ends.sandbox(
      sandboxFrom(
        status,
        there.map((container) => ends.container(container)),
      ),
    );
  };
  /** From now on the process behind it is watched; events tell of most when they start. */
  const watchTask = async (id: string): Promise<void> => {
    if (watch.knows(id)) return;
    const task = await tasks.get(id);
    if (!watch.knows(id)) watch.track(id, task?.pid);
  };
  const watchRunning = (sandboxes: readonly SandboxStatus[], all: readonly Task[]): void => {
    const pids = new Map(all.map(({ id, pid, end }) => [id, end === undefined ? pid : undefined]));
    const running = sandboxes.flatMap(({ id, ready, containers }) => [
      ...(ready ? [id] : []),
      ...containers.filter(({ state }) => state === 'running').map((container) => container.id),
    ]);
    watch.keep(new Set(running));
    for (const id of running) if (!watch.knows(id)) watch.track(id, pids.get(id));
  };

  return {
    name: 'containerd',
    async version(signal) {
      const answer = await connection.call<{
        runtimeName: string;
        runtimeVersion: string;
        runtimeApiVersion: string;
      }>('Version', { version: 'v1' }, { signal, timeoutMs: 5_000 });
      return {
        name: answer.runtimeName,
        version: answer.runtimeVersion,
        apiVersion: answer.runtimeApiVersion,
      };
    },
    async runSandbox(config, signal) {
      const { id } = await connection.call<{ id: string }>(
        'RunPodSandbox',
        { config: criSandboxConfig(config), runtimeHandler: handler },
        { signal, timeoutMs: SANDBOX_TIMEOUT_MS },
      );
      owners.set(id, id);
      void watchTask(id).catch(() => undefined);
      return id;
    },
    ...ending,
    async list() {
      const [{ items: sandboxes }, containers, all] = await Promise.all([
        connection.call<{ items: readonly CriPodSandbox[] }>('ListPodSandbox', {}),
        containersOf(undefined),
        tasks.list(),
      ]);
      const bySandbox = groupBy(containers, (container) => container.podSandboxId);
      const read = await Promise.all(
        sandboxes.map((sandbox) => statusOf(sandbox.id, bySandbox.get(sandbox.id) ?? [], sandbox)),
      );
      const statuses = read.filter((status) => status !== undefined);
      watchRunning(statuses, all);
      return statuses;
    },
    async status(id) {
      return statusOf(id, await containersOf(id));
    },
    async createContainer(sandbox, config, sandboxConfig) {
      const { id } = await connection.call<{ id: string }>('CreateContainer', {
        podSandboxId: sandbox,
        config: criContainerConfig(config, sandboxConfig, unified),
        sandboxConfig: criSandboxConfig(sandboxConfig),
      });
      owners.set(id, sandbox);
      return id;
    },
    async startContainer(id) {
      await connection.call('StartContainer', { id });
      void watchTask(id).catch(() => undefined);
    },
    async updateContainer(id, resources) {
      await connection.call('UpdateContainerResources', { id, linux: criResources(resources, unified) });
    },
    async execSync(id, command, timeoutMs) {
      const answer = await connection.call<{ stdout: Uint8Array; stderr: Uint8Array; exitCode: number }>(
        'ExecSync',
        // CRI counts in whole seconds; the deadline below cuts shorter ones.
        { id, command, timeout: Math.ceil(timeoutMs / 1000) },
        { timeoutMs: timeoutMs + 1_000 },
      );
      return {
        exitCode: answer.exitCode,
        stdout: answer.stdout.subarray(0, OUTPUT_LIMIT),
        stderr: answer.stderr.subarray(0, OUTPUT_LIMIT),
      };
    },
    async stream(request) {
      const { url } = await streamUrl(connection, request);
      return url;
    },
    async reopenLog(id) {
      await connection.call('ReopenContainerLog', { id });
    },
    images: criImages(connection, imageMounts(options.processes ?? systemProcesses, options.socketPath)),
    events: (signal) =>
      runtimeEvents({ connection, clock, watch, tasks, ends, sandboxOf: (id) => owners.get(id) }, signal),
    async stats(sandbox) {
      const { stats } = await connection.call<{ stats: readonly CriContainerStats[] }>(
        'ListContainerStats',
        sandbox === undefined ? {} : { filter: { podSandboxId: sandbox } },
      );
      return stats
        .filter(isMeasured)
        .map((entry) => statsFrom(entry, owners.get(entry.attributes?.id ?? '') ?? ''));
    },
    close() {
      leftovers.dispose();
      connection.close();
    },
  };
}

/** Returns the listed entry if its details can never be read. */
function orIfBroken<T>(error: unknown, listed: T | undefined): T {
  if (listed !== undefined && isBroken(error)) return listed;
  throw error;
}

function streamUrl(
  connection: CriConnection,
  request: Parameters<Runtime['stream']>[0],
): Promise<{ url: string }> {
  switch (request.type) {
    case 'exec': {
      const { container, command, tty, stdin, stdout, stderr } = request;
      return connection.call('Exec', { id: container, command, tty, stdin, stdout, stderr });
    }
    case 'attach': {
      const { container, tty, stdin, stdout, stderr } = request;
      return connection.call('Attach', { id: container, tty, stdin, stdout, stderr });
    }
    case 'portForward':
      return connection.call('PortForward', { id: request.sandbox, port: request.ports });
  }
}
