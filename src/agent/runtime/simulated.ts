import { AsyncQueue } from '../../base/asyncQueue.ts';
import type { Clock } from '../../base/clock.ts';
import { type Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/events.ts';
import {
  type ContainerConfig,
  type ImageStatus,
  type Runtime,
  type RuntimeContainer,
  RuntimeError,
  type RuntimeEvent,
  type SandboxConfig,
  type SandboxStatus,
} from './contract.ts';
import { readKnobs } from './simulatedKnobs.ts';

export interface SimulatedOptions {
  readonly clock: Clock;
  /** Addresses for sandboxes; each is given once until it comes back. */
  readonly address: AddressPool;
  /** Prefix of ids, so that those of several nodes differ. */
  readonly name: string;
  /** Images that are not there and cannot be pulled. Default: none, every image exists. */
  isMissing?(reference: string): boolean;
}

export interface AddressPool {
  take(): string;
  give(address: string): void;
}

/** A runtime without a machine: everything happens, nothing runs. See simulatedKnobs.ts for what can be asked of it. */
export type SimulatedRuntime = Runtime & {
  /** As a power cut: sandboxes are down, containers have ended with 255. */
  powerCut(): void;
  /** What a container has written so far, oldest first. */
  logs(container: string): readonly { readonly time: number; readonly text: string }[];
  /** Makes a container end, as a crash does. */
  exit(container: string, code: number): void;
};

interface Sandbox {
  status: Omit<SandboxStatus, 'containers'>;
  readonly config: SandboxConfig;
  readonly containers: Map<string, Simulated>;
}

interface Simulated {
  status: RuntimeContainer;
  config: ContainerConfig;
  readonly lines: { readonly time: number; readonly text: string }[];
  timer: Disposable | undefined;
  /** Told to end while it was still starting. */
  isDoomed: boolean;
}

const KILLED = 137;
const TERMINATED = 143;
const POWER_CUT = 255;

export function createSimulatedRuntime(options: SimulatedOptions): SimulatedRuntime {
  const { clock, address, name } = options;
  const sandboxes = new Map<string, Sandbox>();
  const owners = new Map<string, string>();
  const pulled = new Map<string, ImageStatus>();
  const emitter = new Emitter<RuntimeEvent>();
  let sequence = 0;

  const newId = (): string => `${name}-${(++sequence).toString(16).padStart(8, '0')}`;
  const stopped = (sandbox: string, container = ''): void =>
    emitter.fire({ type: 'stopped', sandbox, container });
  const find = (id: string): { sandbox: Sandbox; container: Simulated } => {
    const sandbox = sandboxes.get(owners.get(id) ?? '');
    const container = sandbox?.containers.get(id);
    if (sandbox === undefined || container === undefined)
      throw new RuntimeError('notFound', `no container ${id}`);
    return { sandbox, container };
  };
  const statusOf = ({ status, containers }: Sandbox): SandboxStatus => ({
    ...status,
    containers: [...containers.values()].map((container) => container.status),
  });
  const end = (sandbox: Sandbox, container: Simulated, exitCode: number, reason?: string): void => {
    container.timer?.dispose();
    if (container.status.state === 'exited') return;
    container.status = {
      ...container.status,
      state: 'exited',
      finishedAt: clock.now(),
      exitCode,
      reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    };
    stopped(sandbox.status.id, container.status.id);
  };

  const runtime: SimulatedRuntime = {
    name: 'simulated',
    version: () => Promise.resolve({ name: 'simulated', version: '1.0.0', apiVersion: 'v1' }),
    async runSandbox(config) {
      const { sandboxDelayMs } = readKnobs(config.annotations, '');
      if (sandboxDelayMs > 0) await clock.sleep(sandboxDelayMs);
      const id = newId();
      sandboxes.set(id, {
        config,
        containers: new Map(),
        status: {
          id,
          name: config.name,
          namespace: config.namespace,
          uid: config.uid,
          attempt: config.attempt,
          ready: true,
          createdAt: clock.now(),
          ips: config.hostNetwork ? [] : [address.take()],
          labels: config.labels,
          annotations: config.annotations,
        },
      });
      return id;
    },
    stopSandbox(id) {
      const sandbox = sandboxes.get(id);
      if (sandbox !== undefined) takeDown(sandbox, KILLED);
      return Promise.resolve();
    },
    async removeSandbox(id) {
      const sandbox = sandboxes.get(id);
      if (sandbox === undefined) return;
      takeDown(sandbox, KILLED);
      for (const container of sandbox.containers.keys()) await runtime.removeContainer(container);
      sandboxes.delete(id);
    },
    list: () => Promise.resolve([...sandboxes.values()].map(statusOf)),
    status(id) {
      const sandbox = sandboxes.get(id);
      return Promise.resolve(sandbox && statusOf(sandbox));
    },
    createContainer(sandboxId, config) {
      const sandbox = sandboxes.get(sandboxId);
      if (sandbox?.status.ready !== true) {
        return Promise.reject(new RuntimeError('notFound', `no sandbox ${sandboxId} that is ready`));
      }
      const id = newId();
      owners.set(id, sandboxId);
      sandbox.containers.set(id, {
        config,
        lines: [],
        timer: undefined,
        isDoomed: false,
        status: {
          id,
          name: config.name,
          attempt: config.attempt,
          state: 'created',
          createdAt: clock.now(),
          image: config.image,
          imageId: `sha256:${config.image}`,
          labels: config.labels,
          annotations: config.annotations,
          logPath: `${sandbox.config.logDirectory}/${config.logPath}`,
        },
      });
      return Promise.resolve(id);
    },
    async startContainer(id) {
      const { sandbox, container } = find(id);
      const knobs = readKnobs(sandbox.config.annotations, container.config.name);
      if (knobs.startDelayMs > 0) await clock.sleep(knobs.startDelayMs);
      if (container.isDoomed || !sandboxes.has(sandbox.status.id)) return;
      if (knobs.startError !== '') {
        end(sandbox, container, 128, 'StartError');
        throw new RuntimeError('other', knobs.startError);
      }
      const now = clock.now();
      container.status = { ...container.status, state: 'running', startedAt: now };
      container.lines.push(...knobs.logLines.map((text) => ({ time: now, text })));
      if (knobs.runForMs !== undefined) {
        container.timer = clock.timeout(knobs.runForMs, () => end(sandbox, container, knobs.exitCode));
      }
    },
    updateContainer(id, resources) {
      const { container } = find(id);
      container.config = { ...container.config, resources: { ...container.config.resources, ...resources } };
      return Promise.resolve();
    },
    async stopContainer(id, graceSeconds) {
      const owner = owners.get(id);
      if (owner === undefined) return;
      const { sandbox, container } = find(id);
      container.isDoomed = true;
      if (container.status.state === 'exited') return;
      const { stopDelayMs } = readKnobs(sandbox.config.annotations, container.config.name);
      const isKilled = stopDelayMs > graceSeconds * 1000;
      const wait = Math.min(stopDelayMs, graceSeconds * 1000);
      if (wait > 0) await clock.sleep(wait);
      end(sandbox, container, isKilled ? KILLED : TERMINATED);
    },
    removeContainer(id) {
      const owner = owners.get(id);
      if (owner === undefined) return Promise.resolve();
      const { sandbox, container } = find(id);
      container.timer?.dispose();
      sandbox.containers.delete(id);
      owners.delete(id);
      return Promise.resolve();
    },
    execSync(id, command) {
      const { sandbox, container } = find(id);
      if (container.status.state !== 'running') {
        return Promise.reject(new RuntimeError('other', `container ${id} is not running`));
      }
      const { readyAfterMs } = readKnobs(sandbox.config.annotations, container.config.name);
      const age = clock.now() - (container.status.startedAt ?? 0);
      const output = Buffer.from(`${command.join(' ')}\n`);
      return Promise.resolve({
        exitCode: age >= readyAfterMs ? 0 : 1,
        stdout: output,
        stderr: new Uint8Array(),
      });
    },
    stream: () =>
      Promise.reject(new RuntimeError('invalid', 'a simulated container has no processes to talk to')),
    reopenLog: () => Promise.resolve(),
    images: {
      status: (reference) => Promise.resolve(pulled.get(fullName(reference))),
      pull(reference) {
        if (options.isMissing?.(reference) === true) {
          return Promise.reject(new RuntimeError('imagePull', `${fullName(reference)}: not found`));
        }
        const tag = fullName(reference);
        pulled.set(tag, { id: tag, tags: [tag], digests: [], sizeBytes: 1_000_000 });
        return Promise.resolve(tag);
      },
      list: () => Promise.resolve([...pulled.values()]),
      mount: () => Promise.resolve(),
      unmount: () => Promise.resolve(),
      remove(reference) {
        pulled.delete(fullName(reference));
        return Promise.resolve();
      },
    },
    events: (signal) => eventsOf(emitter, signal),
    stats(only) {
      const wanted = only === undefined ? [...sandboxes.values()] : [sandboxes.get(only)];
      return Promise.resolve(
        wanted.flatMap((sandbox) => (sandbox === undefined ? [] : statsOf(sandbox, clock.now()))),
      );
    },
    powerCut() {
      for (const sandbox of sandboxes.values()) takeDown(sandbox, POWER_CUT);
    },
    logs: (id) => find(id).container.lines,
    exit(id, code) {
      const { sandbox, container } = find(id);
      end(sandbox, container, code);
    },
  };
  return runtime;

  function takeDown(sandbox: Sandbox, exitCode: number): void {
    for (const container of sandbox.containers.values()) end(sandbox, container, exitCode);
    if (!sandbox.status.ready) return;
    for (const ip of sandbox.status.ips) address.give(ip);
    sandbox.status = { ...sandbox.status, ready: false, ips: [] };
    stopped(sandbox.status.id);
  }
}

/** `busybox` is `docker.io/library/busybox:latest`. */
function fullName(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasHost ? reference : `docker.io/${rest.length === 0 ? 'library/' : ''}${reference}`;
  return /[:@][^/]*$/.test(path) ? path : `${path}:latest`;
}

function statsOf(
  sandbox: Sandbox,
  time: number,
): ReturnType<Runtime['stats']> extends Promise<infer T> ? T : never {
  return [...sandbox.containers.values()]
    .filter(({ status }) => status.state === 'running')
    .map(({ status }) => ({
      id: status.id,
      sandbox: sandbox.status.id,
      name: status.name,
      time,
      cpuUsageNanos: (time - (status.startedAt ?? time)) * 1_000,
      memoryWorkingSetBytes: 4 * 1024 * 1024,
      filesystemUsedBytes: readKnobs(sandbox.config.annotations, status.name).diskUsageBytes,
    }));
}

async function* eventsOf(emitter: Emitter<RuntimeEvent>, signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
  const queue = new AsyncQueue<RuntimeEvent>();
  const subscription = emitter.event((event) => queue.push(event));
  try {
    yield* queue.read(signal);
  } finally {
    subscription.dispose();
  }
}
