import { constants } from 'node:fs';
import { chmod, chown, type FileHandle, open, readdir } from 'node:fs/promises';
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

/** What is in it first: a directory that is right says that all below is (`OnRootMismatch`). */
async function applyInside(directory: FileHandle, group: number): Promise<void> {
  for (const name of await readdir(pathOf(directory))) {
    const handle = await openAt(`${pathOf(directory)}/${name}`);
    if (handle === undefined) continue;
    try {
      await applyTo(handle, group);
    } finally {
      await handle.close();
    }
  }
  await give(directory, group);
}

async function applyTo(handle: FileHandle, group: number): Promise<void> {
  if (!(await handle.stat()).isDirectory()) {
    await give(handle, group);
    return;
  }
  // The handle names the directory and cannot list it.
  const inner = await open(pathOf(handle), O_RDONLY | O_DIRECTORY);
  try {
    await applyInside(inner, group);
  } finally {
    await inner.close();
  }
}

async function give(handle: FileHandle, group: number): Promise<void> {
  const found = await handle.stat();
  // A link has an owner that means nothing, and no mode.
  if (found.isSymbolicLink()) return;
  const path = pathOf(handle);
  const mode = found.mode & PERMISSIONS;
  const wanted = mode | READ_WRITE | (found.isDirectory() ? ENTER | SETGID : 0);
  if (found.gid !== group) await chown(path, UNCHANGED, group);
  // After the chown, which may take bits away.
  if (found.gid !== group || mode !== wanted) await chmod(path, wanted);
}

/** Undefined where it has gone meanwhile. */
async function openAt(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, O_PATH | O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
