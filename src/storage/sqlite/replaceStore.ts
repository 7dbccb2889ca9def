import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFile, syncFolder } from '../../host/files.ts';
import { openDatabase } from './database.ts';
import { markPath, writeMark } from './mark.ts';
import { Statements } from './statements.ts';

/**
 * A store without a past takes the place of another, with a revision that was never given out. A log of the old store
 * would be taken for one of the new; the caller has kept it, or has closed the store, which leaves none.
 */
export async function putInPlace(neighbour: string, path: string, revision: number): Promise<void> {
  const database = await openDatabase(neighbour, undefined);
  // There are no rows between the last revision and this one: nothing is left to be removed.
  new Statements(database, neighbour).setCompaction(revision, revision);
  database.close();
  await syncFile(neighbour);
  await removeLogs(path);
  await rename(neighbour, path);
  await syncFolder(dirname(path));
  await writeMark(path, revision);
}

/** A store that nobody has, with all that is beside it. */
export async function removeStore(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(markPath(path), { force: true });
  await removeLogs(path);
}

async function removeLogs(path: string): Promise<void> {
  for (const suffix of ['-wal', '-shm', '-journal']) await rm(`${path}${suffix}`, { force: true });
}
