import { formatQuantity, quantityOf, quantityValue, tryParseQuantity } from '../../api/quantity.ts';
import type { MachineSize } from '../../cluster/machines/contract.ts';
import { bytesText } from '../../cluster/nodeSize.ts';

export { bytesText, sizeText } from '../../cluster/nodeSize.ts';

/** How large a node's machine is. */
export type NodeSize = Required<MachineSize>;

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** Less than this and Debian with the runtime does not come up. */
export const LEAST_MEMORY = 512 * MIB;
const MOST_CPUS = 64;

/** What is offered; everything else is typed. */
export const NODE_SIZES: readonly NodeSize[] = [
  { cpus: 1, memoryBytes: GIB },
  { cpus: 2, memoryBytes: 2 * GIB },
  { cpus: 2, memoryBytes: 4 * GIB },
  { cpus: 4, memoryBytes: 8 * GIB },
];

export function sameSize(a: NodeSize, b: NodeSize): boolean {
  return a.cpus === b.cpus && a.memoryBytes === b.memoryBytes;
}

/** As a person types it: `2Gi`, `1536Mi`. */
export function memoryQuantity(bytes: number): string {
  return formatQuantity(quantityOf(Math.round(bytes / MIB) * MIB, 'BinarySI'));
}

/** What is wrong with a number of CPUs as typed; undefined where it is fine. */
export function cpusProblem(text: string): string | undefined {
  const cpus = Number(text);
  if (/^\d+$/.test(text.trim()) && cpus >= 1 && cpus <= MOST_CPUS) return undefined;
  return `A whole number from 1 to ${MOST_CPUS}: a machine has no parts of a CPU.`;
}

/** What is wrong with an amount of memory as typed; undefined where it is fine. */
export function memoryProblem(text: string): string | undefined {
  const quantity = tryParseQuantity(text);
  if (quantity === undefined || text.trim() === '') return 'An amount such as 2Gi or 1536Mi.';
  const bytes = quantityValue(text);
  if (bytes < LEAST_MEMORY)
    return `At least ${memoryQuantity(LEAST_MEMORY)}: a node does not start with less.`;
  return bytes > 1024 * GIB ? 'At most 1Ti.' : undefined;
}

/** Bytes of an amount that `memoryProblem` has nothing against, in whole MiB as hypervisors take it. */
export function memoryOf(text: string): number {
  return Math.ceil(quantityValue(text) / MIB) * MIB;
}

/** What machines need together, next to what the desktop has: for the last look before they are created. */
export function memorySummary(
  nodes: number,
  size: NodeSize,
  host: { readonly free: number; readonly total: number },
): { readonly text: string; readonly fits: boolean } {
  const needed = nodes * size.memoryBytes;
  return {
    text: `${bytesText(needed)} of memory needed, ${bytesText(host.free)} of ${bytesText(host.total)} free`,
    fits: needed <= host.free,
  };
}
