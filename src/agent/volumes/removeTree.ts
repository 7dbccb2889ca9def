import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { inBatches } from './batches.ts';
import { pathOf } from './openInside.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/**
 * Removes a directory with all that is in it, and nothing else, though somebody who can write to it may exchange its
 * directories for links meanwhile: each is opened without following it and emptied through its handle. A link in the
 * directory's own place goes, and not what it leads to. Fulfils where nothing is there.
 *
 * Directories that lie deeper come up to the first level before they are emptied, so that no depth costs handles or
 * makes a path too long.
 */
export async function removeTree(directory: string): Promise<void> {
  const top = await openDirectory(directory);
  if (top === undefined) {
    await gone(unlink(directory));
    return;
  }
  try {
    let moved = 0;
    for (let names = await namesIn(top); names.length > 0; names = await namesIn(top)) {
      for (const name of await unlinkFiles(top, names)) {
        await removeDirectory(`${pathOf(top)}/${name}`, async (inner) => {
          // Where the name is taken, another round tries another one.
          for (const deeper of await unlinkFiles(inner, await namesIn(inner)))
            await rename(`${pathOf(inner)}/${deeper}`, `${pathOf(top)}/.${++moved}`).catch(orTaken);
        });
      }
    }
  } finally {
    await top.close();
  }
  await gone(rmdir(directory));
}

/** Removes a directory once `empty` has emptied it; what came meanwhile is left. */
async function removeDirectory(path: string, empty: (inner: FileHandle) => Promise<void>): Promise<void> {
  const inner = await openDirectory(path);
  if (inner === undefined) return;
  try {
    await empty(inner);
  } finally {
    await inner.close();
  }
  await gone(rmdir(path)).catch(orTaken);
}

/** Gives the names of those that are directories, which stay. */
async function unlinkFiles(directory: FileHandle, names: readonly string[]): Promise<readonly string[]> {
  const kept = await inBatches(names, (name) => unlinkFile(`${pathOf(directory)}/${name}`));
  return names.filter((_, index) => kept[index]);
}

/** Tells whether it is a directory, which stays. */
async function unlinkFile(path: string): Promise<boolean> {
  try {
    await gone(unlink(path));
    return false;
  } catch (error) {
    // Linux says EISDIR, POSIX EPERM.
    if (isCode(error, 'EISDIR')) return true;
    throw error;
  }
}

/** Undefined where there is none, or something else. */
async function openDirectory(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}

const namesIn = (directory: FileHandle): Promise<string[]> => readdir(pathOf(directory));

/** A missing file counts as removed. */
async function gone(removal: Promise<void>): Promise<void> {
  await removal.catch((error: unknown) => {
    if (!isCode(error, 'ENOENT')) throw error;
  });
}

/** Something was put there meanwhile: another round sees it. */
function orTaken(error: unknown): void {
  if (!isCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'ENOENT')) throw error;
}

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes((error as NodeJS.ErrnoException).code ?? '');
