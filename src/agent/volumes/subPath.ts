import { chmod, mkdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** A subPath that leads out of its volume, or cannot be made. */
export class SubPathError extends Error {
  override readonly name = 'SubPathError';
}

/**
 * The real path of `subPath` in a volume; a directory is made where there is nothing yet. Links are followed, but not
 * out of the volume: the runtime mounts the path that is found here, in which no link is left (volume `subpath_linux.go`).
 */
export async function subPathTarget(volume: string, subPath: string, isReadOnly: boolean): Promise<string> {
  const path = join(volume, subPath);
  const root = await realpath(volume);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    if (isReadOnly) throw new SubPathError(`${subPath} does not exist`);
    await mkdirInside(root, subPath);
  }
  return inside(root, await realpath(path));
}

/** Makes the directories one by one: each step must stay in the volume before the next is made. */
async function mkdirInside(root: string, subPath: string): Promise<void> {
  let at = root;
  // As open as the volume itself, whatever the umask says.
  const mode = (await stat(root)).mode & 0o7777;
  for (const part of subPath.split('/').filter((name) => name !== '' && name !== '.')) {
    const next = join(at, part);
    try {
      await mkdir(next);
      await chmod(next, mode);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw new SubPathError(String(error));
    }
    at = inside(root, await realpath(next));
  }
}

function inside(root: string, path: string): string {
  if (path !== root && !path.startsWith(root + sep))
    throw new SubPathError(`${path} is outside of the volume`);
  return path;
}
