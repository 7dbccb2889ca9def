import type { Clock } from '../../../base/clock.ts';
import { groupBy } from '../../../base/groupBy.ts';
import {
  type ContainerStats,
  type Runtime,
  type RuntimeContainer,
  RuntimeError,
  type SandboxStatus,
} from '../contract.ts';
import { criContainerConfig, criResources, criSandboxConfig } from './criConfig.ts';
import { type CriConnection, connectCri } from './criConnection.ts';
import { criEvents } from './criEvents.ts';
import { criImages } from './criImages.ts';
import type {
  CriContainer,
  CriContainerStats,
  CriContainerStatus,
  CriPodSandbox,
  CriPodSandboxStatus,
} from './criTypes.ts';

const STATES = ['created', 'running', 'exited', 'unknown'] as const;
/** CRI gives a sandbox four minutes (kubelet's default runtime-request-timeout doubled). */
const SANDBOX_TIMEOUT_MS = 240_000;
/** On a busy machine CRI takes note of an exit late; what would be read before is out of date for minutes. */
const SETTLE_LIMIT_MS = 10_000;
const OUTPUT_LIMIT = 64 * 1024;

export interface ContainerdOptions {
  readonly socketPath: string;
  readonly clock: Clock;
  /** Runtime handler of containerd's configuration. Default `crun`. */
  readonly handler?: string;
  /** Of the node's cgroups. Default 1, which hybrid ones are as well. */
  readonly cgroupVersion?: 1 | 2;
}

/** containerd through CRI. `close` gives the channel back. */
export type ContainerdRuntime = Runtime & { close(): void };

export function createContainerdRuntime(options: ContainerdOptions): ContainerdRuntime {
  const { clock, handler = 'crun', cgroupVersion = 1 } = options;
  // Out of memory, a container ends as a whole (kubelet's singleProcessOOMKill, off by default with cgroup v2).
  const unified = cgroupVersion === 2 ? { 'memory.oom.group': '1' } : {};
  const connection = connectCri(options.socketPath);
  /** Container to sandbox, and sandbox to itself: events of containerd name the container alone. */
  const owners = new Map<string, string>();

  const containersOf = async (podSandboxId: string | undefined): Promise<readonly CriContainer[]> => {
    const filter = podSandboxId === undefined ? {} : { filter: { podSandboxId } };
    const { items } = await connection.call<{ items: readonly CriContainer[] }>('ListContainers', filter);
    for (const item of items) owners.set(item.id, item.podSandboxId);
    return items;
  };
  const containerStatus = (id: string): Promise<RuntimeContainer | undefined> =>
    present(async () => {
      const answer = await connection.call<{ status: CriContainerStatus }>('ContainerStatus', { id });
      return runtimeContainer(answer.status);
    });
  const sandboxStatus = async (
    id: string,
    containers: readonly CriContainer[],
  ): Promise<SandboxStatus | undefined> => {
    const [answer, statuses] = await Promise.all([
      present(() => connection.call<{ status: CriPodSandboxStatus }>('PodSandboxStatus', { id })),
      Promise.all(containers.map((container) => containerStatus(container.id))),
    ]);
    if (answer === undefined) return undefined;
    owners.set(id, id);
    return sandboxFrom(
      answer.status,
      statuses.filter((status) => status !== undefined),
    );
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
      return id;
    },
    stopSandbox: (id) =>
      absentIsFine(connection.call('StopPodSandbox', { id }, { timeoutMs: SANDBOX_TIMEOUT_MS })),
    async removeSandbox(id) {
      await absentIsFine(connection.call('RemovePodSandbox', { id }));
      for (const [key, owner] of owners) if (owner === id) owners.delete(key);
    },
    async list() {
      const [{ items: sandboxes }, containers] = await Promise.all([
        connection.call<{ items: readonly CriPodSandbox[] }>('ListPodSandbox', {}),
        containersOf(undefined),
      ]);
      const bySandbox = groupBy(containers, (container) => container.podSandboxId);
      const all = await Promise.all(sandboxes.map(({ id }) => sandboxStatus(id, bySandbox.get(id) ?? [])));
      return all.filter((status) => status !== undefined);
    },
    async status(id) {
      return sandboxStatus(id, await containersOf(id));
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
    },
    async updateContainer(id, resources) {
      await connection.call('UpdateContainerResources', { id, linux: criResources(resources, unified) });
    },
    stopContainer: (id, graceSeconds) =>
      absentIsFine(
        connection.call(
          'StopContainer',
          { id, timeout: graceSeconds },
          { timeoutMs: graceSeconds * 1000 + 120_000 },
        ),
      ),
    async removeContainer(id) {
      await absentIsFine(connection.call('RemoveContainer', { id }));
      owners.delete(id);
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
    images: criImages(connection),
    events: (signal) =>
      criEvents(
        {
          connection,
          clock,
          sandboxOf: (id) => owners.get(id),
          settled: (id, until) => exited(id, until),
        },
        signal,
      ),
    async stats() {
      const { stats } = await connection.call<{ stats: readonly CriContainerStats[] }>(
        'ListContainerStats',
        {},
      );
      // One that has ended is listed with its files alone.
      return stats.filter(isMeasured).map((entry) => containerStats(entry, owners));
    },
    close: () => connection.close(),
  };

  /** Waits until CRI shows the end of a container; its event comes a moment earlier (see criEvents.ts). */
  async function exited(id: string, signal: AbortSignal): Promise<void> {
    if (owners.get(id) === id) return;
    const until = clock.monotonic() + SETTLE_LIMIT_MS;
    for (let delay = 5; clock.monotonic() < until && !signal.aborted; delay = Math.min(2 * delay, 100)) {
      const status = await containerStatus(id).catch(() => undefined);
      if (status?.state !== 'running') return;
      await clock.sleep(delay, signal).catch(() => undefined);
    }
  }
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

const isAbsent = (error: unknown): boolean => error instanceof RuntimeError && error.code === 'notFound';

async function present<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function absentIsFine(call: Promise<unknown>): Promise<void> {
  await present(() => call);
}

const millis = (nanoseconds: number): number => Math.floor(nanoseconds / 1e6);

function sandboxFrom(status: CriPodSandboxStatus, containers: readonly RuntimeContainer[]): SandboxStatus {
  const { network } = status;
  const ready = status.state === 0;
  const ips = network === null ? [] : [network.ip, ...network.additionalIps.map(({ ip }) => ip)];
  return {
    id: status.id,
    name: status.metadata?.name ?? '',
    namespace: status.metadata?.namespace ?? '',
    uid: status.metadata?.uid ?? '',
    attempt: status.metadata?.attempt ?? 0,
    ready,
    createdAt: millis(status.createdAt),
    ips: ready ? ips.filter((ip) => ip !== '') : [],
    labels: status.labels,
    annotations: status.annotations,
    containers,
  };
}

function runtimeContainer(status: CriContainerStatus): RuntimeContainer {
  const state = STATES[status.state] ?? 'unknown';
  return {
    id: status.id,
    name: status.metadata?.name ?? '',
    attempt: status.metadata?.attempt ?? 0,
    state,
    createdAt: millis(status.createdAt),
    ...(status.startedAt === 0 ? {} : { startedAt: millis(status.startedAt) }),
    ...(status.finishedAt === 0 ? {} : { finishedAt: millis(status.finishedAt) }),
    ...(state === 'exited' ? { exitCode: status.exitCode } : {}),
    ...(status.reason === '' ? {} : { reason: status.reason }),
    ...(status.message === '' ? {} : { message: status.message }),
    image: status.image?.image ?? '',
    imageId: status.imageRef,
    labels: status.labels,
    annotations: status.annotations,
    logPath: status.logPath,
  };
}

function isMeasured({ cpu }: CriContainerStats): boolean {
  return (cpu?.timestamp ?? 0) > 0;
}

function containerStats(entry: CriContainerStats, owners: ReadonlyMap<string, string>): ContainerStats {
  const id = entry.attributes?.id ?? '';
  return {
    id,
    sandbox: owners.get(id) ?? '',
    name: entry.attributes?.metadata?.name ?? '',
    time: millis(entry.cpu?.timestamp ?? 0),
    cpuUsageNanos: entry.cpu?.usageNanos?.value ?? 0,
    memoryWorkingSetBytes: entry.memory?.workingSet?.value ?? 0,
    filesystemUsedBytes: entry.writable?.usedBytes?.value ?? 0,
  };
}
