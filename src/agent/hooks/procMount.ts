import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerSecurity } from '../runtime/contract.ts';

/** The paths of /proc and /sys that a container cannot see, and those that it sees and cannot write to. */
export type ProcMount = Pick<ContainerSecurity, 'maskedPaths' | 'readonlyPaths'>;

/** They tell of other containers or of the machine, or change what is the machine's (`pkg/securitycontext/util.go`). */
const MASKED = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
] as const;
const READ_ONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'] as const;
const PROCESSORS = '/sys/devices/system/cpu';

/** For `procMount: Default`. */
export async function defaultProcMount(processors: string = PROCESSORS): Promise<ProcMount> {
  return { maskedPaths: [...MASKED, ...(await throttlePaths(processors))], readonlyPaths: READ_ONLY };
}

/** For `procMount: Unmasked`. */
export const UNMASKED: ProcMount = { maskedPaths: [], readonlyPaths: [] };

/** How warm each processor runs tells what others compute. Not every kind of processor has it. */
async function throttlePaths(processors: string): Promise<readonly string[]> {
  const names = await readdir(processors).catch(() => []);
  const paths = names.filter((name) => /^cpu\d+$/.test(name)).map((name) => `${name}/thermal_throttle`);
  const there = await Promise.all(
    paths.map((path) =>
      access(join(processors, path)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.filter((_, index) => there[index]).map((path) => `${PROCESSORS}/${path}`);
}
