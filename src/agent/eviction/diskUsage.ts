import type { Clock } from '../../base/clock.ts';
import type { ProcessRunner } from '../../host/processes.ts';

/** The bytes that each of these directories takes on the disk, with all that is in it; those that are not there are missing. */
export type DiskUsage = (
  directories: readonly string[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, number>>;

/** Longer than any tree of a healthy disk takes. */
const TIMEOUT_MS = 120_000;

/**
 * One `du` for all: a process of its own with the lowest priority, which stays on the directory's file system, counts what
 * is linked twice once, and is neither led astray by links nor by depth. Rejects where it takes too long.
 */
export function duUsage(processes: Pick<ProcessRunner, 'spawn'>, clock: Pick<Clock, 'timeout'>): DiskUsage {
  return async (directories, signal) => {
    if (directories.length === 0) return new Map();
    const args = ['-n', '19', 'du', '-0', '-s', '-x', '--block-size=1', '--', ...directories];
    const du = processes.spawn('nice', args, { signal, env: { LC_ALL: 'C' } });
    const timer = clock.timeout(TIMEOUT_MS, () => {
      du.kill('SIGKILL');
      // One that hangs in the kernel does not end by that.
      du.stdout.destroy(new Error('disk usage was not measured in time'));
    });
    try {
      // Files come and go meanwhile, and it says so; what counts is what it printed.
      du.stderr.resume();
      du.stdin.end();
      let text = '';
      du.stdout.setEncoding('utf8');
      for await (const chunk of du.stdout) text += String(chunk);
      if ((await du.exited) > 1) throw new Error('disk usage was not measured');
      return new Map(text.split('\0').flatMap(lineOf));
    } finally {
      timer.dispose();
    }
  };
}

function lineOf(line: string): readonly (readonly [string, number])[] {
  const [, bytes, directory] = /^(\d+)\t([^]*)$/.exec(line) ?? [];
  return directory === undefined ? [] : [[directory, Number(bytes)]];
}
