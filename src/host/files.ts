import {
  appendFile,
  chmod,
  copyFile,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import path from 'node:path';

/** The text of a file, undefined where there is none. Other failures reject. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Writes a file as a whole or not at all: to a neighbour first, then renamed over it. It is on the disk when this
 * resolves. Folders are made as needed (mode 0700). `mode` defaults to 0644; what holds a key gets 0600 before anything
 * is in it.
 */
export async function writeWhole(file: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  await replace(file, async (neighbour) => {
    await writeFile(neighbour, content, { mode });
    await chmod(neighbour, mode);
  });
}

/** Where a path leads through links, itself where it leads nowhere (yet): who replaces a file keeps a link to it. */
export async function followLinks(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (isMissing(error)) return file;
    throw error;
  }
}

/** Copies a file as a whole or not at all. Folders are made as needed. */
export async function copyWhole(from: string, to: string): Promise<void> {
  await replace(to, (neighbour) => copyFile(from, neighbour));
}

/** Without a sync before the rename, a loss of power may leave the new name with nothing in it. */
async function replace(file: string, write: (neighbour: string) => Promise<void>): Promise<void> {
  const folder = path.dirname(file);
  await makeFolder(folder);
  const neighbour = neighbourOf(file);
  try {
    await write(neighbour);
    await syncFile(neighbour);
    await rename(neighbour, file);
  } catch (error) {
    await rm(neighbour, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Resolves when what was written to a file is on the disk. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Resolves when the names in a folder are on the disk. Windows has no such call and needs none, and some file systems
 * (those that a hypervisor shares) know none.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP'].includes(codeOf(error))) throw error;
  } finally {
    await handle.close();
  }
}

/** Adds to the end of a file; makes it (mode 0600) where there is none. */
export async function appendText(file: string, text: string): Promise<void> {
  await appendFile(file, text, { mode: 0o600 });
}

/**
 * Writes a file that is not there yet, false where it is: of several who do it at once, one. Who reads it finds all of
 * the content or no file, but where the file system has no links.
 */
export async function createFile(file: string, content: string, mode = 0o644): Promise<boolean> {
  const neighbour = neighbourOf(file);
  try {
    await writeFile(neighbour, content, { mode, flag: 'wx' });
    return await isNew(link(neighbour, file));
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EISDIR'].includes(codeOf(error)))
      throw error;
    return await isNew(writeFile(file, content, { mode, flag: 'wx' }));
  } finally {
    await rm(neighbour, { force: true });
  }
}

async function isNew(created: Promise<void>): Promise<boolean> {
  try {
    await created;
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a file if its content is `expected`: of several who do it at once, one is told true. What another process has
 * put in its place meanwhile is put back.
 */
export async function removeIf(file: string, expected: string): Promise<boolean> {
  const neighbour = neighbourOf(file);
  try {
    await rename(file, neighbour);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  const found = await readText(neighbour);
  if (found !== expected && found !== undefined) await createFile(file, found);
  await rm(neighbour, { force: true });
  return found === expected;
}

let neighbours = 0;
function neighbourOf(file: string): string {
  return `${file}.${process.pid}.${++neighbours}.new`;
}

/** Bytes in a file, 0 where there is none. */
export async function fileBytes(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

/** Names in a folder, sorted; empty where there is no folder. */
export async function listNames(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/**
 * Makes a folder and those above it (mode 0700); one that is there is fine. Says which folder cannot be made and why.
 * One step at a time: Node's own recursive mkdir never ends where a file system takes no folders, as /proc.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeOne(folder);
  } catch (error) {
    const above = path.dirname(folder);
    if (!isMissing(error) || above === folder) throw refusal(folder, error);
    // Where it is there by now, somebody else has made it since, or its file system takes no folders.
    if (!(await folderExists(above))) await makeFolder(above);
    await makeOne(folder).catch((again: unknown) => {
      throw refusal(folder, again);
    });
  }
}

async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (await folderExists(folder)) return;
    throw error;
  }
  await syncFolder(path.dirname(folder));
}

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'a file of that name is there',
  ENOENT: 'its file system takes no folders',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'its file system can only be read',
  ENOSPC: 'the disk is full',
};

function refusal(folder: string, error: unknown): Error {
  const why = REASONS[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
  return new Error(`cannot make the folder ${folder}: ${why}`, { cause: error });
}

export async function folderExists(folder: string): Promise<boolean> {
  return stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Removes a file or a folder with all that is in it; what is not there is fine. */
export async function removeAll(target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
}

/** Whether there is anything at a path; a link counts, wherever it leads. */
export async function isThere(target: string): Promise<boolean> {
  return lstat(target).then(
    () => true,
    () => false,
  );
}

export async function fileExists(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

export function readChunks(file: string): AsyncIterable<Uint8Array> {
  return createReadStream(file) as AsyncIterable<Uint8Array>;
}

/** Nothing can be below a file either. */
function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
