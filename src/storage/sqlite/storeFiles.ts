import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { openDatabase } from './database.ts';
import { isDamaged, unavailable } from './errors.ts';
import { openSqliteStorage } from './sqliteStorage.ts';
import { Statements } from './statements.ts';

/** Pages that one step of a copy takes: the thread is free between them. */
const COPY_PAGES = 500;

/** What can be done with stores that no control plane has, as `StoreFiles` of `cluster/contract.ts` wants it. */
export function storeFiles(clock: Clock): {
  readonly revision: (path: string) => Promise<number>;
  readonly save: (from: string, to: string) => Promise<number>;
  readonly restore: (copy: string, to: string) => Promise<number>;
} {
  return { revision: storeRevision, save: saveStore, restore: (copy, to) => restoreStore(copy, to, clock) };
}

/** The revision that a store shows which nobody has open; rejects with StorageUnavailableError where it is damaged. */
export async function storeRevision(path: string): Promise<number> {
  const database = await openDatabase(path, undefined);
  try {
    return new Statements(database).lastKnown();
  } catch (error) {
    throw unavailable(error, path);
  } finally {
    database.close();
  }
}

/**
 * Copies the store `from` as a whole to the file `to` (mode 0600; what is there is replaced), and resolves with the
 * revision that it shows. Nobody else may have the store: rejects with StorageUnavailableError where somebody does.
 */
export async function saveStore(from: string, to: string): Promise<number> {
  const database = await openDatabase(from, undefined);
  try {
    const { backup } = await import('node:sqlite');
    await removeStore(to);
    // Made here, so that nobody else may read it from its first byte on.
    await (await open(to, 'wx', 0o600)).close();
    await backup(database, to, { rate: COPY_PAGES });
    return new Statements(database).lastKnown();
  } catch (error) {
    throw unavailable(error, to);
  } finally {
    database.close();
  }
}

/**
 * Puts a copy that `saveStore` made in the place of the store `to`, whole or not at all, and resolves with the store's
 * new revision: one beyond all that were ever given out, with all before it compacted. Objects are those of the copy,
 * but whoever watches from what he saw before is told that it is gone (410) and reads everything anew; without this,
 * clients would take the past for news that they have, and miss what changes (`etcdutl snapshot restore` with
 * `--bump-revision --mark-compacted`, kubernetes/kubernetes#118501). Rejects where another process has the store.
 */
export async function restoreStore(copy: string, to: string, clock: Clock): Promise<number> {
  const neighbour = `${to}.restored`;
  try {
    const saved = await saveStore(copy, neighbour);
    const revision = Math.max(saved, await lastRevisionOf(to, clock)) + 1;
    await compactWhole(neighbour);
    const database = await openDatabase(neighbour, undefined);
    // There are no rows between the copy's last revision and this one: nothing is left to be removed.
    new Statements(database).setCompaction(revision, revision);
    database.close();
    await syncFile(neighbour);
    // A log of the old store would be taken for one of the new: it is empty since the store was closed just now.
    await removeLogs(to);
    await rename(neighbour, to);
    await syncFile(dirname(to));
    return revision;
  } catch (error) {
    throw unavailable(error, to);
  } finally {
    await removeStore(neighbour);
  }
}

/** Leaves only the current objects, by the driver's own means. */
async function compactWhole(path: string): Promise<void> {
  const storage = await openSqliteStorage({ path });
  try {
    await storage.compact(storage.currentRevision());
  } finally {
    await storage.close();
  }
}

/**
 * The last revision that a store has given out. Of one that is damaged it cannot be known: then it is the time in
 * milliseconds, as no store makes a thousand revisions in each second since 1970.
 */
async function lastRevisionOf(path: string, clock: Clock): Promise<number> {
  try {
    return await storeRevision(path);
  } catch (error) {
    if (isDamaged(error)) return clock.now();
    throw error;
  }
}

async function removeStore(path: string): Promise<void> {
  await rm(path, { force: true });
  await removeLogs(path);
}

async function removeLogs(path: string): Promise<void> {
  for (const suffix of ['-wal', '-shm', '-journal']) await rm(`${path}${suffix}`, { force: true });
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
