/** The content of a file; '' where there is none. */
type Reader = (path: string) => Promise<string>;

const CGROUP = '/sys/fs/cgroup';
const TREES = [
  { limit: 'memory.max', usage: 'memory.current', stat: 'memory.stat', inactive: 'inactive_file' },
  {
    limit: 'memory/memory.limit_in_bytes',
    usage: 'memory/memory.usage_in_bytes',
    stat: 'memory/memory.stat',
    inactive: 'total_inactive_file',
  },
] as const;

/**
 * Bytes of memory that the node can still give: of the machine, and of what the node itself was given where it is a
 * container with a bound (its working set is what it cannot do without, as kubelet counts it). NaN where nobody tells.
 */
export async function memoryAvailable(read: Reader): Promise<number> {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(await read('/proc/meminfo'))?.[1];
  const ofMachine = kilobytes === undefined ? NaN : Number(kilobytes) * 1024;
  for (const { limit, usage, stat, inactive } of TREES) {
    const [most, used, details] = await Promise.all(
      [limit, usage, stat].map((file) => read(`${CGROUP}/${file}`)),
    );
    // `max`, or nothing at the root of all: no bound.
    const bound = /^\d+$/.test(most?.trim() ?? '') ? Number(most) : Infinity;
    if (bound === Infinity || used === undefined) continue;
    const cached = new RegExp(`^${inactive} (\\d+)$`, 'm').exec(details ?? '')?.[1] ?? '0';
    const workingSet = Math.max(Number(used) - Number(cached), 0);
    return Number.isNaN(ofMachine) ? bound - workingSet : Math.min(ofMachine, bound - workingSet);
  }
  return ofMachine;
}
