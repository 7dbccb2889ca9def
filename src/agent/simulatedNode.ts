import { timeOf } from '../api/time.ts';
import type { Service } from '../api/types.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Client } from '../client/contract.ts';
import type { Informer } from '../client/informer.ts';
import type { ClusterSettings, NodeSettings } from '../protocol/agentLink.ts';
import { type Agent, createAgent } from './createAgent.ts';
import type { Machine } from './node/machineInfo.ts';
import type { Prober } from './probes/prober.ts';
import { type AddressPool, createSimulatedRuntime, type SimulatedRuntime } from './runtime/simulated.ts';
import type { LogSource } from './server/logReader.ts';

export interface SimulatedNodeOptions {
  /** Acts as `system:node:NAME`. */
  readonly client: Client;
  readonly nodeName: string;
  /** The node's own address. */
  readonly address: string;
  /** Addresses of its pods. */
  readonly pods: AddressPool;
  readonly settings: NodeSettings;
  readonly cluster: ClusterSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Shared by all simulated nodes of a process; each keeping its own would cost as much as the nodes. */
  readonly services?: Informer<Service>;
}

/**
 * A whole node without a machine: the same agent over the simulated runtime. Its pods do what the annotations in
 * runtime/simulatedKnobs.ts ask for; they have no files, and probes over the network succeed by those knobs.
 */
export function createSimulatedNode(
  options: SimulatedNodeOptions,
): Agent & { readonly runtime: SimulatedRuntime } {
  const { nodeName, address, clock, services } = options;
  const runtime = createSimulatedRuntime({ clock, name: nodeName, address: options.pods });
  const agent = createAgent({
    client: options.client,
    nodeName,
    runtime,
    machine: simulatedMachine(nodeName, address),
    settings: options.settings,
    cluster: options.cluster,
    clock,
    random: options.random,
    logger: options.logger,
    prober: simulatedProber(runtime),
    logs: simulatedLogs(runtime),
    ...(services === undefined ? {} : { services }),
  });
  return { ...agent, runtime };
}

/** The addresses `PREFIX.1` to `PREFIX.254`, `PREFIX` being three numbers: each is given out as late again as can be. */
export function addressPool(prefix: string): AddressPool {
  const free = Array.from({ length: 254 }, (_, index) => `${prefix}.${index + 1}`);
  return {
    take: () => free.shift() ?? `${prefix}.255`,
    give: (address) => void free.push(address),
  };
}

const GIB = 1024 ** 3;

function simulatedMachine(name: string, address: string): Machine {
  const info = {
    hostname: name,
    cpus: 4,
    memoryBytes: 16 * GIB,
    storageBytes: 100 * GIB,
    machineID: name,
    systemUUID: name,
    bootID: name,
    kernelVersion: 'simulated',
    osImage: 'Simulated',
    architecture: 'amd64',
  };
  return {
    info: () => Promise.resolve(info),
    usage: () => Promise.resolve({ memoryAvailableBytes: 12 * GIB, storageFree: 0.9, inodesFree: 0.9 }),
    cpuSeconds: () => Promise.resolve(0),
    addresses: () => [address],
  };
}

/** All probes are answered as if they were commands in the container. */
function simulatedProber(runtime: SimulatedRuntime): Prober {
  return async (_probe, { containerId }) => {
    const { exitCode } = await runtime.execSync(containerId, ['probe'], 1_000);
    return { success: exitCode === 0, message: 'simulated' };
  };
}

/** What the container has written so far; a simulated container writes at its start alone. */
function simulatedLogs(runtime: SimulatedRuntime): LogSource {
  // eslint-disable-next-line @typescript-eslint/require-await -- an async iterable of what is at hand
  return async function* (instance, { tailLines, timestamps, since = -Infinity }) {
    const lines = runtime
      .logs(instance.id)
      .filter(({ time }) => time >= since)
      .slice(tailLines === undefined ? 0 : -tailLines || Infinity);
    for (const { time, text } of lines) yield Buffer.from(`${timestamps ? `${timeOf(time)} ` : ''}${text}\n`);
  };
}
