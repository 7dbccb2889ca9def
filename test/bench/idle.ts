import { readFile } from 'node:fs/promises';
import { type Benchmark, median } from './benchmark.ts';
import { startControlPlane } from './servers.ts';

const STARTS = 3;
const SETTLE_MS = 5_000;
const WATCH_MS = 20_000;
/** USER_HZ, which Linux fixes at 100 for what it shows in /proc. */
const TICKS_A_SECOND = 100;

/** How fast an empty control plane is ready, what it holds in memory, and what it does when there is nothing to do. */
export const idle: Benchmark = {
  name: 'idle',
  async run(report) {
    const starts: number[] = [];
    for (let i = 0; i < STARTS; i++) {
      const server = await startControlPlane();
      starts.push(server.readyMs);
      if (i < STARTS - 1) await server.stop();
      else {
        try {
          await measure(server.process.pid ?? 0, report);
        } finally {
          await server.stop();
        }
      }
    }
    report({ what: 'ready, new store', value: median(starts), unit: 'ms', target: { atMost: 500 } });
  },
};

async function measure(pid: number, report: Parameters<Benchmark['run']>[0]): Promise<void> {
  await pause(SETTLE_MS);
  const before = await cpuSeconds(pid);
  await pause(WATCH_MS);
  const used = ((await cpuSeconds(pid)) - before) / (WATCH_MS / 1000);
  report({ what: 'CPU when idle', value: used * 100, unit: '% of a core', target: { atMost: 0.3 } });
  report({
    what: 'resident when idle',
    value: await residentMegabytes(pid),
    unit: 'MB',
    target: { atMost: 130 },
  });
}

async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Fields 14 and 15; the second, a name in brackets, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
