import type Docker from 'dockerode';
import { freeBytes } from '../../../host/disk.ts';
import {
  type CommandStreams,
  MachineError,
  type Machine,
  type MachineCapabilities,
  type MachineProvider,
  type PreflightProblem,
} from '../contract.ts';
import { heard } from '../commandInput.ts';
import { importImage } from '../importImage.ts';
import { containerOptions, type EngineFacts } from './containerOptions.ts';
import { engineMessage, isStatus, machineError, unreachable } from './engineError.ts';
import { execute, openShell } from './execute.ts';
import { freeze } from './freeze.ts';
import { CLUSTER_LABEL, clusterLabels, networkName, NODE_LABEL, stateOf } from './labels.ts';
import { ensureNodeImage, nodeImageTag, type BuildFiles, type NodeImageOptions } from './nodeImage.ts';
import { tarOf } from './tar.ts';

/** Docker Engine 20.10: the first with a cgroup namespace per container. */
const MIN_API_VERSION = 1.41;
/** The node image, and something for pods. */
const MIN_FREE_BYTES = 2 * 2 ** 30;

export const DOCKER_CAPABILITIES: MachineCapabilities = {
  pause: true,
  shell: true,
  resize: false,
  snapshots: false,
  console: false,
};

export interface DockerMachinesOptions extends Omit<NodeImageOptions, 'files'> {
  /** The node image's build folder (`resources/node`), read when it is needed. */
  readonly imageFiles: () => Promise<BuildFiles>;
}

/** Machines as containers of a Docker Engine, with containerd inside. */
export function createDockerMachines(options: DockerMachinesOptions): MachineProvider {
  const { docker, imageFiles } = options;

  const find = async (cluster: string | undefined, name?: string): Promise<readonly Machine[]> => {
    const label = [
      cluster === undefined ? CLUSTER_LABEL : `${CLUSTER_LABEL}=${cluster}`,
      name === undefined ? NODE_LABEL : `${NODE_LABEL}=${name}`,
    ];
    const containers = await docker.listContainers({ all: true, filters: { label } });
    return containers.map(machineOf).sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  const attempt = async <T>(action: string, run: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      signal?.throwIfAborted();
      throw machineError(action, error);
    }
  };
  const current = async (machine: Machine): Promise<Machine> => {
    const [found] = await find(machine.cluster, machine.name);
    if (found !== undefined) return found;
    throw new MachineError(`there is no machine ${machine.name}`, 'Create the node again.');
  };
  /** Starts or wakes a container; one that runs stays as it is. */
  const wake = async (machine: Machine): Promise<void> => {
    const container = docker.getContainer(machine.id);
    if (machine.state === 'paused') await container.unpause();
    else await container.start().catch(unless(304));
  };
  const runLine = (
    { id }: Machine,
    line: string,
    streams: CommandStreams,
    signal: AbortSignal,
  ): Promise<number> => execute(docker, id, ['sh', '-c', line], streams, signal);
  const remove = (id: string): Promise<unknown> =>
    // 409: the engine is at it already.
    docker.getContainer(id).remove({ force: true, v: true }).catch(unless(404, 409));

  return {
    name: 'docker',
    capabilities: DOCKER_CAPABILITIES,

    async preflight(): Promise<readonly PreflightProblem[]> {
      try {
        const [version, info] = (await Promise.all([docker.version(), docker.info()])) as [
          { ApiVersion: string },
          EngineInfo,
        ];
        // An engine in a machine of its own (Docker Desktop) has its disk there.
        const free = info.DockerRootDir === undefined ? undefined : await freeBytes(info.DockerRootDir);
        return problemsOf(version.ApiVersion, info, free);
      } catch (error) {
        return [unreachable(error) ?? { what: engineMessage(error), remedy: 'See the Docker Engine’s log.' }];
      }
    },

    async prepare(cluster, progress, signal): Promise<void> {
      const files = await imageFiles();
      await attempt('the machines’ network could not be made', () => ensureNetwork(docker, cluster), signal);
      await ensureNodeImage({ ...options, files }, progress, signal);
    },

    hostAddress: (cluster) =>
      attempt('the machines’ network cannot be read', async () => {
        const { IPAM } = await docker.getNetwork(networkName(cluster)).inspect();
        const gateway = IPAM?.Config?.[0]?.['Gateway'];
        if (gateway === undefined)
          throw new MachineError(`network ${networkName(cluster)} has no gateway`, '');
        return { address: gateway, loopback: false };
      }),

    create: (spec, progress, signal) =>
      attempt(
        `machine ${spec.name} could not be created`,
        async () => {
          signal.throwIfAborted();
          const [existing] = await find(spec.cluster, spec.name);
          if (existing !== undefined) {
            await wake(existing);
            return current(existing);
          }
          progress.report({ machine: spec.name, message: 'Creating the container' });
          const image = nodeImageTag(await imageFiles());
          const engine = engineFacts((await docker.info()) as EngineInfo);
          signal.throwIfAborted();
          const container = await docker.createContainer(containerOptions(spec, image, engine));
          try {
            signal.throwIfAborted();
            await container.putArchive(await tarOf(spec.files), { path: '/' });
            signal.throwIfAborted();
            await container.start();
            signal.throwIfAborted();
            progress.report({ machine: spec.name, message: 'Container started' });
            const [machine] = await find(spec.cluster, spec.name);
            if (machine === undefined) throw new Error('the container disappeared');
            return machine;
          } catch (error) {
            await remove(container.id).catch(() => undefined);
            throw error;
          }
        },
        signal,
      ),

    start: (machine, progress, signal) =>
      attempt(
        `machine ${machine.name} could not be started`,
        async () => {
          signal.throwIfAborted();
          progress.report({ machine: machine.name, message: 'Starting the container' });
          await wake(await current(machine));
          return current(machine);
        },
        signal,
      ),

    pause: (machine) =>
      attempt(`machine ${machine.name} could not be paused`, async () => {
        const { id, state } = await current(machine);
        if (state !== 'paused') await freeze(docker.getContainer(id));
      }),

    stop: (machine) =>
      attempt(`machine ${machine.name} could not be stopped`, async () => {
        const { id, state } = await current(machine);
        const container = docker.getContainer(id);
        if (state === 'paused') await container.unpause();
        await container.stop({ t: 5 }).catch(unless(304));
      }),

    delete: (machine) =>
      attempt(`machine ${machine.name} could not be deleted`, async () => {
        for (const { id } of await find(machine.cluster, machine.name)) await remove(id);
      }),

    list: (cluster) => attempt('the machines cannot be listed', () => find(cluster)),

    cleanUp: (cluster) =>
      attempt('the machines’ network could not be removed', async () => {
        await docker.getNetwork(networkName(cluster)).remove().catch(unless(404));
      }),

    shell: (machine, size) =>
      attempt(`no shell on machine ${machine.name}`, () => openShell(docker.getContainer(machine.id), size)),

    run: (machine, line, streams, signal) =>
      attempt(
        `the command could not be run on ${machine.name}`,
        () => runLine(machine, line, streams, signal),
        signal,
      ),

    loadImage: (machine, tar, signal) =>
      attempt(
        `the image could not be loaded into ${machine.name}`,
        () => importImage((line) => heard(tar, (streams) => runLine(machine, line, streams, signal))),
        signal,
      ),
  };
}

interface EngineInfo {
  readonly OSType?: string;
  readonly SecurityOptions?: readonly string[] | null;
  readonly DockerRootDir?: string;
}

function engineFacts({ SecurityOptions: securityOptions }: EngineInfo): EngineFacts {
  return { hasSeccomp: securityOptions?.some((option) => option.startsWith('name=seccomp')) === true };
}

/** What in an engine is not good enough for nodes. `free`: bytes on its disk, where they are known. */
export function problemsOf(
  apiVersion: string,
  { OSType: osType, SecurityOptions: securityOptions, DockerRootDir: root = '' }: EngineInfo,
  free: number | undefined,
): readonly PreflightProblem[] {
  const problems: PreflightProblem[] = [];
  const [major = 0, minor = 0] = apiVersion.split('.').map(Number);
  if (major + minor / 100 < MIN_API_VERSION) {
    problems.push({
      what: `the Docker Engine is too old (API ${apiVersion})`,
      remedy: 'Install Docker Engine 20.10 or later.',
    });
  }
  if (osType !== undefined && osType !== 'linux') {
    problems.push({
      what: `the Docker Engine runs ${osType} containers`,
      remedy: 'Switch Docker Desktop to Linux containers.',
    });
  }
  if (free !== undefined && free < MIN_FREE_BYTES) {
    problems.push({
      what: `only ${Math.floor(free / 2 ** 20)} MiB are free below ${root}`,
      remedy: `Nodes need ${MIN_FREE_BYTES / 2 ** 20} MiB at least: docker system prune removes what is unused.`,
    });
  }
  if (securityOptions?.some((option) => option.startsWith('name=rootless')) === true) {
    problems.push({
      what: 'the Docker Engine runs rootless',
      remedy: 'Nodes need an engine that runs as root: switch to it with docker context use default.',
    });
  }
  return problems;
}

async function ensureNetwork(docker: Docker, cluster: string): Promise<void> {
  const name = networkName(cluster);
  try {
    await docker.getNetwork(name).inspect();
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
    // 409: made in this moment by somebody else.
    await docker
      .createNetwork({ Name: name, Driver: 'bridge', CheckDuplicate: true, Labels: clusterLabels(cluster) })
      .catch(unless(409));
  }
}

function machineOf(container: Docker.ContainerInfo): Machine {
  const cluster = container.Labels[CLUSTER_LABEL] ?? '';
  const address = container.NetworkSettings.Networks[networkName(cluster)]?.IPAddress;
  return {
    cluster,
    name: container.Labels[NODE_LABEL] ?? '',
    state: stateOf(container.State),
    id: container.Id,
    ...(address === undefined || address === '' ? {} : { address }),
  };
}

/** For `catch`: passes over an answer of the engine that says the wish is fulfilled already. */
function unless(...codes: readonly number[]): (error: unknown) => undefined {
  return (error) => {
    if (!isStatus(error, ...codes)) throw error;
    return undefined;
  };
}
