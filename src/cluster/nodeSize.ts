import { ClusterError } from './errors.ts';
import type { MachinesKind, NodeProfile } from './profile.ts';

/** How large a node's machine is; what is missing is as its kind of machine has it by default. */
export type NodeSize = Pick<NodeProfile, 'cpus' | 'memoryBytes' | 'diskBytes'>;

const GIB = 2 ** 30;

/** Debian with containerd does not come up with less, nor fit on a smaller disk. */
const LEAST_MEMORY = 512 * 2 ** 20;
const LEAST_DISK = 4 * GIB;

/**
 * Enough for some dozens of pods; the control plane is not on the nodes. The disk is as large as the box's (40 GiB in the
 * one that Wheelhouse builds, thin): nothing is to be grown.
 */
const VM = { cpus: 2, memoryBytes: 2 * GIB } as const;

/**
 * A node with the size that its machine is to have: a VM always has one, others only where it is asked for. A container
 * sees all that the desktop has, whatever it is allowed of it: it declares its size as its capacity.
 */
export function sizedNode(node: NodeProfile, kind: MachinesKind, hostCpus: number): NodeProfile {
  checkSize(node, node.name);
  if (kind === 'vagrant') return { ...VM, cpus: Math.max(1, Math.min(VM.cpus, hostCpus)), ...node };
  const { cpus, memoryBytes, diskBytes } = node;
  if (kind === 'docker' && diskBytes !== undefined) {
    throw new ClusterError('containers have no disk of their own', 'Leave the size of the disk out.');
  }
  if (kind === 'simulated' || (cpus === undefined && memoryBytes === undefined)) return node;
  const declared = {
    ...(cpus === undefined ? {} : { cpu: String(cpus) }),
    ...(memoryBytes === undefined ? {} : { memory: String(memoryBytes) }),
  };
  return { ...node, capacity: { ...declared, ...node.capacity } };
}

/** Throws a ClusterError that names the node and the field. */
export function checkSize({ cpus, memoryBytes, diskBytes }: NodeSize, node: string): void {
  if (cpus !== undefined && !(Number.isInteger(cpus) && cpus >= 1)) {
    throw new ClusterError(`node ${node} cannot have ${cpus} CPUs`, 'Use a whole number from 1 on.');
  }
  checkLeast(`node ${node} cannot have so little memory`, memoryBytes, LEAST_MEMORY);
  checkLeast(`node ${node} cannot have so small a disk`, diskBytes, LEAST_DISK);
}

function checkLeast(problem: string, bytes: number | undefined, least: number): void {
  if (bytes === undefined || bytes >= least) return;
  throw new ClusterError(`${problem} (${bytesText(bytes)})`, `It needs ${bytesText(least)} at least.`);
}

/** `2 CPUs, 2 GiB, 20 GiB disk`; `` where nothing is set. */
export function sizeText({ cpus, memoryBytes, diskBytes }: NodeSize): string {
  return [
    ...(cpus === undefined ? [] : [cpus === 1 ? '1 CPU' : `${cpus} CPUs`]),
    ...(memoryBytes === undefined ? [] : [bytesText(memoryBytes)]),
    ...(diskBytes === undefined ? [] : [`${bytesText(diskBytes)} disk`]),
  ].join(', ');
}

/** `2 GiB`, `1.5 GiB`, `768 MiB`, `12 KiB`, `5 bytes`; rounded to one place. */
export function bytesText(bytes: number): string {
  for (const [power, unit] of [
    [30, 'GiB'],
    [20, 'MiB'],
    [10, 'KiB'],
  ] as const) {
    if (bytes >= 2 ** power) return `${Number((bytes / 2 ** power).toFixed(1))} ${unit}`;
  }
  return `${bytes} bytes`;
}
