import { statfs } from 'node:fs/promises';

/** Bytes that are free where `path` is; undefined where it is not on this machine or may not be looked at. */
export async function freeBytes(path: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
