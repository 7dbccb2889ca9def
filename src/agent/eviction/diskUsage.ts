import type { Clock } from '../../base/clock.ts';
import type { ProcessRunner } from '../../host/processes.ts';

/**
 * The bytes that each of these directories takes on the disk, with its contents. Directories that do not exist are
 * omitted.
 */
export type DiskUsage = (
  directories: readonly string[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, number>>;

/** More time than any tree on a healthy disk needs. */
const TIMEOUT_MS = 120_000;

/**
 * Runs one `du` for all directories, as a process with the lowest priority. It stays on the directory's file system,
 * counts hard links once, does not follow symbolic links, and copes with any depth. Rejects if it takes too long.
 */
export function duUsage(processes: Pick<ProcessRunner, 'spawn'>, clock: Pick<Clock, 'timeout'>): DiskUsage {
  return async (directories, signal) => {
    if (directories.length === 0) return new Map();
    const args = ['-n', '19', 'du', '-0', '-s', '-x', '--block-size=1', '--', ...directories];
    const du = processes.spawn('nice', args, { signal, env: { LC_ALL: 'C' } });
    const timer = clock.timeout(TIMEOUT_MS, () => {
      du.kill('SIGKILL');
      // A process that hangs in the kernel does not end by a signal.
      du.stdout.destroy(new Error('disk usage was not measured in time'));
    });
    try {
      // Files come and go while it runs, and it reports errors for them. Its output is still valid.
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
