import { constants, type Stats } from 'node:fs';
import { chmod, chown, type FileHandle, open, readdir } from 'node:fs/promises';
import { inBatches } from './batches.ts';
import { pathOf } from './openInside.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
/** Names a file without opening it: see openInside.ts. */
const O_PATH = 0o10000000;
const SETGID = 0o2000;
const PERMISSIONS = 0o7777;
const READ_WRITE = 0o660;
const ENTER = 0o110;
/** For chown. */
const UNCHANGED = -1;

/**
 * Gives a directory and all that is in it to a group that may read and write it, and has what is made there belong to the
 * group too (volume `volume_linux.go`, `SetVolumeOwnership`). With `OnRootMismatch` nothing happens where the directory
 * itself is right already.
 *
 * Pods that have the directory already may exchange what is in it meanwhile: everything is changed through a handle that
 * was opened without following links.
 */
export async function applyFsGroup(
  directory: string,
  group: number,
  policy: 'Always' | 'OnRootMismatch' | (string & {}),
): Promise<void> {
  const top = await open(directory, O_RDONLY | O_DIRECTORY);
  try {
    if (policy === 'OnRootMismatch' && (await isRight(top, group))) return;
    await applyInside(top, group);
  } finally {
    await top.close();
  }
}

async function isRight(top: FileHandle, group: number): Promise<boolean> {
  const { gid, mode } = await top.stat();
  const wanted = READ_WRITE | ENTER | SETGID;
  return gid === group && (mode & wanted) === wanted;
}

/** The contents come first: a correct directory means that all below is correct too (`OnRootMismatch`). */
async function applyInside(directory: FileHandle, group: number): Promise<void> {
  const names = await readdir(pathOf(directory));
  const inner = await inBatches(names, async (name) => {
    const path = `${pathOf(directory)}/${name}`;
    return (await applyToFile(path, group)) ? [] : [path];
  });
  for (const path of inner.flat()) {
    const handle = await openAt(path, O_RDONLY | O_DIRECTORY);
    if (handle === undefined) continue;
    try {
      await applyInside(handle, group);
    } finally {
      await handle.close();
    }
  }
  await give(directory, await directory.stat(), group);
}

/** False for a directory, which stays as it is. */
async function applyToFile(path: string, group: number): Promise<boolean> {
  const handle = await openAt(path, O_PATH);
  if (handle === undefined) return true;
  try {
    const found = await handle.stat();
    if (found.isDirectory()) return false;
    await give(handle, found, group);
    return true;
  } finally {
    await handle.close();
  }
}

async function give(handle: FileHandle, found: Stats, group: number): Promise<void> {
  // A link has an owner that means nothing, and no mode.
  if (found.isSymbolicLink()) return;
  const path = pathOf(handle);
  const mode = found.mode & PERMISSIONS;
  const wanted = mode | READ_WRITE | (found.isDirectory() ? ENTER | SETGID : 0);
  if (found.gid !== group) await chown(path, UNCHANGED, group);
  // After the chown, which may take bits away.
  if (found.gid !== group || mode !== wanted) await chmod(path, wanted);
}

/** Undefined where it has gone meanwhile, or become something else. */
async function openAt(path: string, flags: number): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags | O_NOFOLLOW);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}
