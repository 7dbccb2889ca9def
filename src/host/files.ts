import { appendFile, chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
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
 * Writes a file as a whole or not at all: to a neighbour first, then renamed over it. Folders are made as needed
 * (mode 0700). `mode` defaults to 0644; what holds a key gets 0600 before anything is in it.
 */
export async function writeWhole(file: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const neighbour = `${file}.${process.pid}.new`;
  try {
    await writeFile(neighbour, content, { mode });
    await chmod(neighbour, mode);
    await rename(neighbour, file);
  } catch (error) {
    await rm(neighbour, { force: true });
    throw error;
  }
}

/** Adds to the end of a file; makes it (mode 0600) where there is none. */
export async function appendText(file: string, text: string): Promise<void> {
  await appendFile(file, text, { mode: 0o600 });
}

/** Writes a file that is not there yet; false where it is. */
export async function createFile(file: string, content: string, mode = 0o644): Promise<boolean> {
  try {
    await writeFile(file, content, { mode, flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
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

export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Removes a file or a folder with all that is in it; what is not there is fine. */
export async function removeAll(target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
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

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
