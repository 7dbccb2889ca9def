import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { DamagedStoreError } from '../contract.ts';
import { openDatabase } from './database.ts';
import { unavailable } from './errors.ts';
import { checkLog, type LogCheck } from './logFile.ts';
import { type Mark, readMark } from './mark.ts';
import { Statements } from './statements.ts';

/** A store's file that this process has, and that has all that was ever acknowledged. */
export interface OpenStore {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly statements: Statements;
}

/**
 * Opens or makes a store. Rejects with DamagedStoreError where it ends before the last revision that was acknowledged,
 * and then has changed nothing; with StorageUnavailableError where it cannot be used or another process has it.
 */
export async function openStore(path: string, maxBytes?: number): Promise<OpenStore> {
  if (path !== ':memory:') await assertNotLost(path);
  const database = await openDatabase(path, maxBytes);
  try {
    const statements = new Statements(database, path);
    if (path !== ':memory:') assertReaches(path, statements.lastKnown(), readMark(path));
    return { path, database, statements };
  } catch (error) {
    database.close();
    throw unavailable(error, path);
  }
}

/** Opens a store for as long as it is used. Rejects as `openStore` does, and with what SQLite says of it. */
export async function usingStore<T>(path: string, use: (store: OpenStore) => Promise<T>): Promise<T> {
  const store = await openStore(path);
  try {
    return await use(store);
  } catch (error) {
    throw unavailable(error, path);
  } finally {
    store.database.close();
  }
}

/** Before SQLite opens the store: it would make a file that is missing, and cut off what it does not take of the log. */
async function assertNotLost(path: string): Promise<void> {
  const mark = readMark(path);
  if (mark !== undefined && mark.acknowledged > 0 && !existsSync(path)) {
    throw new DamagedStoreError(path, [`the file is missing, though it had ${mark.acknowledged} revisions`]);
  }
  const log = checkLog(logPath(path));
  if (log === undefined || log.whole) return;
  const last = await lastRevisionOf(path);
  assertWhole(path, last, log);
  assertReaches(path, last, readMark(path));
}

function assertWhole(path: string, last: number, { lostCommits }: LogCheck): void {
  if (lostCommits === 0) return;
  throw new DamagedStoreError(path, [
    `its log ${basename(logPath(path))} is damaged, and the ${lostCommits} commits or more after revision ${last} are lost`,
  ]);
}

function assertReaches(path: string, last: number, mark: Mark | undefined): void {
  if (mark === undefined) return;
  if (last < mark.acknowledged) {
    throw new DamagedStoreError(path, [
      `it ends with revision ${last}, and revisions up to ${mark.acknowledged} were acknowledged: its log ${basename(logPath(path))} is cut off, damaged or missing, or the file is an older one`,
    ]);
  }
  if (last > mark.ceiling) {
    throw new DamagedStoreError(path, [
      `it says that its last revision is ${last}, and none above ${mark.ceiling} was ever given out`,
    ]);
  }
}

/** Without changing anything, and without a checkpoint at the end. Rejects where another process has the store. */
async function lastRevisionOf(path: string): Promise<number> {
  const { DatabaseSync } = await import('node:sqlite');
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      return new Statements(database, path).lastKnown();
    } finally {
      database.close();
    }
  } catch (error) {
    throw unavailable(error, path);
  }
}

function logPath(path: string): string {
  return `${path}-wal`;
}
