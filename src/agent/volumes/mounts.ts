import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { UserRange } from '../runtime/contract.ts';

const run = promisify(execFile);

/** Mount points at or below a directory, the deepest first. */
export async function mountPointsBelow(directory: string): Promise<readonly string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const points = text.split('\n').flatMap((line) => {
    const point = line.split(' ')[4];
    return point === undefined ? [] : [unescaped(point)];
  });
  return points.filter((point) => point === directory || point.startsWith(`${directory}/`)).reverse();
}

/** Throws where one cannot be unmounted. */
export async function unmountBelow(directory: string): Promise<void> {
  for (const point of await mountPointsBelow(directory)) await run('umount', [point]);
}

export async function mountTmpfs(directory: string, options: readonly string[]): Promise<void> {
  await run('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', directory]);
}

/**
 * Makes a file or directory appear at another place too. The source may be a handle's path: it is taken as it is, for
 * `mount` would look up the name behind it, which may be another file's by then. With `users`, who is 0 in the source is
 * `hostId` there, and so on: not every file system can do that.
 */
export async function bindMount(source: string, place: string, users?: UserRange): Promise<void> {
  const idmap = users === undefined ? [] : ['-o', `X-mount.idmap=b:0:${users.hostId}:${users.length}`];
  await run('mount', ['--no-canonicalize', '--bind', ...idmap, source, place]);
}

/** The kernel writes blanks and backslashes as octal escapes. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
