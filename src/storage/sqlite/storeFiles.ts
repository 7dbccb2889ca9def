import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { syncFile, syncFolder } from '../../host/files.ts';
import { DamagedStoreError } from '../contract.ts';
import { unavailable } from './errors.ts';
import { readMark } from './mark.ts';
import { exportStore, type Exported, recoverStore, type Recovery } from './recovery.ts';
import { putInPlace, removeStore } from './replaceStore.ts';
import { openSqliteStorage } from './sqliteStorage.ts';
import { usingStore } from './openStore.ts';
import { verifyWhole } from './verification.ts';

/** Pages that one step of a copy takes: the thread is free between them. */
const COPY_PAGES = 500;

/** What can be done with stores that no control plane has, as `StoreFiles` of `cluster/contract.ts` wants it. */
export function storeFiles(clock: Clock): {
  readonly revision: (path: string) => Promise<number>;
  readonly save: (from: string, to: string) => Promise<number>;
  readonly restore: (copy: string, to: string) => Promise<number>;
  readonly recover: (path: string) => Promise<Recovery | undefined>;
  readonly export: (path: string, to: string) => Promise<Exported>;
} {
  return {
    revision: storeRevision,
    save: saveStore,
    restore: (copy, to) => restoreStore(copy, to, clock),
    recover: (path) => recoverStore(path, clock),
    export: exportStore,
  };
}

/** The revision that a store shows which nobody has open; rejects with StorageUnavailableError where it is damaged. */
export function storeRevision(path: string): Promise<number> {
  return usingStore(path, async (store) => {
    await verifyWhole(store);
    return store.statements.lastKnown();
  });
}

/**
 * Copies the store `from` as a whole to the file `to` (mode 0600; what is there is replaced), and resolves with the
 * revision that it shows. Nobody else may have the store: rejects with StorageUnavailableError where somebody does, or
 * where it is damaged.
 */
export function saveStore(from: string, to: string): Promise<number> {
  return usingStore(from, async (store) => {
    await verifyWhole(store);
    const { backup } = await import('node:sqlite');
    try {
      await removeStore(to);
      // Made here, so that nobody else may read it from its first byte on.
      await (await open(to, 'wx', 0o600)).close();
      await backup(store.database, to, { rate: COPY_PAGES });
      await syncFile(to);
      await syncFolder(dirname(to));
    } catch (error) {
      throw unavailable(error, to);
    }
    return store.statements.lastKnown();
  });
}

/**
 * Puts a copy that `saveStore` made in the place of the store `to`, whole or not at all, and resolves with the store's
 * new revision: one beyond all that were ever given out, with all before it compacted. Objects are those of the copy,
 * but clients that watch from what they saw before are told that it is gone (410) and list again; without this, they
 * would take the past for news that they have, and miss what changes (`etcdutl snapshot restore` with
 * `--bump-revision --mark-compacted`, kubernetes/kubernetes#118501). Rejects where another process has the store.
 */
export async function restoreStore(copy: string, to: string, clock: Clock): Promise<number> {
  const neighbour = `${to}.restored`;
  try {
    const saved = await saveStore(copy, neighbour);
    const revision = Math.max(saved, await lastRevisionOf(to, clock)) + 1;
    await compactWhole(neighbour);
    await putInPlace(neighbour, to, revision);
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
    await storage.compact((await storage.status()).revision);
  } finally {
    await storage.close();
  }
}

/**
 * The last revision that a store may have given out. Of one that is damaged its mark tells. Without a mark it is the time
 * in milliseconds, as no store makes a thousand revisions in each second since 1970.
 */
async function lastRevisionOf(path: string, clock: Clock): Promise<number> {
  try {
    return await usingStore(path, (store) => Promise.resolve(store.statements.lastKnown()));
  } catch (error) {
    if (error instanceof DamagedStoreError) return readMark(path)?.ceiling ?? clock.now();
    throw error;
  }
}
