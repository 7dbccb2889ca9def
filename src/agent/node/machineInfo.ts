import { readFileSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import {
  arch,
  availableParallelism,
  cpus,
  freemem,
  hostname,
  networkInterfaces,
  release,
  totalmem,
} from 'node:os';
import { memoryAvailable } from './memoryAvailable.ts';
import { orderAddresses, parseRoutes } from './mainAddress.ts';

/** The machine that a node is, as far as its Node object tells. */
export interface MachineInfo {
  readonly hostname: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly storageBytes: number;
  readonly machineID: string;
  readonly systemUUID: string;
  readonly bootID: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  /** As Go names it: amd64, arm64. */
  readonly architecture: string;
}

/** The free resources of the machine: levels that no event announces. */
export interface MachineUsage {
  readonly memoryAvailableBytes: number;
  /** Fractions that are free. */
  readonly storageFree: number;
  readonly inodesFree: number;
}

export interface Machine {
  info(): Promise<MachineInfo>;
  usage(): Promise<MachineUsage>;
  /** CPU time that all of it has used since it started, in seconds of one core. */
  cpuSeconds(): Promise<number>;
  /** The node's addresses, the main one first. They may change while the agent runs; asking is slow. */
  addresses(): readonly string[];
}

const GO_ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/** This machine. Interfaces of the pod network and of containers do not count. */
export function localMachine(options: {
  readonly storagePath: string;
  /** The `https://ADDRESS:PORT` at which the control plane is dialled now: it decides which address is the main one. */
  readonly server: () => string;
}): Machine {
  return {
    async info() {
      const storage = await statfs(options.storagePath);
      return {
        hostname: hostname(),
        cpus: availableParallelism(),
        memoryBytes: totalmem(),
        storageBytes: storage.blocks * storage.bsize,
        machineID: await firstLine('/etc/machine-id'),
        systemUUID:
          (await firstLine('/sys/class/dmi/id/product_uuid')) || (await firstLine('/etc/machine-id')),
        bootID: await firstLine('/proc/sys/kernel/random/boot_id'),
        kernelVersion: release(),
        osImage: await osImage(),
        architecture: GO_ARCHITECTURES[arch()] ?? arch(),
      };
    },
    async usage() {
      const storage = await statfs(options.storagePath);
      return {
        memoryAvailableBytes: await memory(),
        storageFree: storage.blocks === 0 ? 1 : storage.bavail / storage.blocks,
        inodesFree: storage.files === 0 ? 1 : storage.ffree / storage.files,
      };
    },
    cpuSeconds,
    addresses: () => localAddresses(new URL(options.server()).hostname),
  };
}

const VIRTUAL = /^(lo|cni|veth|docker|br-|virbr|tun|tap|wht-|vxlan|flannel)/;

function localAddresses(server: string): readonly string[] {
  const local = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    VIRTUAL.test(name)
      ? []
      : addresses
          .filter(({ family, internal }) => family === 'IPv4' && !internal)
          .map(({ address, cidr }) => ({
            interface: name,
            address,
            prefix: Number(cidr?.split('/')[1] ?? 32),
          })),
  );
  return orderAddresses(local, parseRoutes(readFileSync('/proc/net/route', 'latin1')), server);
}

async function firstLine(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n')[0]?.trim() ?? '';
}

async function osImage(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1] ?? 'Linux';
}

/**
 * CPU seconds of the node's own control group, which for a container node is not the machine's; of the machine if there
 * is no such group.
 */
async function cpuSeconds(): Promise<number> {
  const read = (file: string): Promise<string> => readFile(`/sys/fs/cgroup/${file}`, 'utf8').catch(() => '');
  const micros = /^usage_usec (\d+)$/m.exec(await read('cpu.stat'))?.[1];
  if (micros !== undefined) return Number(micros) / 1e6;
  const nanos = (await read('cpuacct/cpuacct.usage')).trim();
  if (nanos !== '') return Number(nanos) / 1e9;
  const busy = cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq);
  return busy.reduce((sum, ms) => sum + ms, 0) / 1000;
}

async function memory(): Promise<number> {
  const available = await memoryAvailable((path) => readFile(path, 'utf8').catch(() => ''));
  return Number.isNaN(available) ? freemem() : available;
}
