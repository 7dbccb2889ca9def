import { formatQuantity, quantityOf } from '../../api/quantity.ts';
import type { MachineInfo, MachineUsage } from '../node/machineInfo.ts';

/** kubelet's default (eviction `defaults_linux.go`). */
export const MEMORY_THRESHOLD_BYTES = 100 * 1024 * 1024;
/**
 * kubelet's default is a tenth of the disk. Nodes here share the disk of a desktop, which is often fuller than that. A
 * cluster that takes no pods would then help nobody, so pressure begins when writes are about to fail.
 */
export const STORAGE_THRESHOLD_BYTES = 512 * 1024 * 1024;
const INODES_THRESHOLD = 0.01;

export type PressureCondition = 'MemoryPressure' | 'DiskPressure';
/** The signals of a node's pressure, by kubelet's names. */
export type StarvedResource = 'memory' | 'ephemeral-storage' | 'inodes';

/** A resource of which the node has too little. */
export interface Shortage {
  readonly resource: StarvedResource;
  readonly condition: PressureCondition;
  /** `Threshold quantity: 100Mi, available: 52Mi. `; '' if the amount is not known. */
  readonly amounts: string;
}

/**
 * The resources that the machine is short of, memory first (eviction `byEvictionPriority`). Images, layers, volumes and
 * logs share one disk here, so there is no separate imagefs. kubelet has no default threshold for process ids. Pure.
 */
export function shortages(info: MachineInfo, usage: MachineUsage): readonly Shortage[] {
  const { memoryAvailableBytes, storageFree, inodesFree } = usage;
  const storageBytes = storageFree * info.storageBytes;
  const found: Shortage[] = [];
  if (memoryAvailableBytes < MEMORY_THRESHOLD_BYTES) {
    const amounts = amountsOf(MEMORY_THRESHOLD_BYTES, memoryAvailableBytes);
    found.push({ resource: 'memory', condition: 'MemoryPressure', amounts });
  }
  if (storageBytes < STORAGE_THRESHOLD_BYTES) {
    const amounts = amountsOf(STORAGE_THRESHOLD_BYTES, storageBytes);
    found.push({ resource: 'ephemeral-storage', condition: 'DiskPressure', amounts });
  }
  if (inodesFree < INODES_THRESHOLD)
    found.push({ resource: 'inodes', condition: 'DiskPressure', amounts: '' });
  return found;
}

export const bytesText = (bytes: number): string => formatQuantity(quantityOf(Math.floor(bytes), 'BinarySI'));

const amountsOf = (threshold: number, available: number): string =>
  `Threshold quantity: ${bytesText(threshold)}, available: ${bytesText(available)}. `;
