import { open, rm } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import { DamagedStoreError } from '../contract.ts';
import { openDatabase } from './database.ts';
import { unavailable } from './errors.ts';
import { readMark } from './mark.ts';
import { usingStore } from './openStore.ts';
import { putInPlace, removeStore } from './replaceStore.ts';
import type { Row } from './rows.ts';
import { copyFiles, salvage } from './salvage.ts';
import { Statements } from './statements.ts';
import { verifyWhole } from './verification.ts';

/** Objects of one transaction. */
const BATCH = 500;

/** The result of recovering a damaged store. */
export interface Recovery {
  /** The store's new revision. */
  readonly revision: number;
  /** Keys of objects whose newest state is lost: they are as they were before, or gone. */
  readonly damaged: readonly string[];
  /** Where the damaged store was put aside. */
  readonly kept: string;
}

/**
 * Makes a store out of what is whole of a damaged one, with a revision that was never given out and without a past, and
 * keeps the damaged one beside it. Resolves with undefined, and changes nothing, where the store is whole. Rejects where
 * another process has it, or where nothing of it can be read.
 */
export async function recoverStore(path: string, clock: Clock): Promise<Recovery | undefined> {
  if (await isWhole(path)) return undefined;
  const neighbour = `${path}.recovered`;
  const kept = `${path}.damaged-${new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '')}`;
  try {
    return await salvage(path, async ({ rows, last, damaged }) => {
      const revision = Math.max(last, readMark(path)?.ceiling ?? clock.now()) + 1;
      await removeStore(neighbour);
      await writeRows(neighbour, rows);
      await copyFiles(path, kept);
      await putInPlace(neighbour, path, revision);
      return { revision, damaged, kept };
    });
  } catch (error) {
    throw unavailable(error, path);
  } finally {
    await removeStore(neighbour);
  }
}

/** What was written of a store. */
export interface Exported {
  readonly objects: number;
  /** Keys of objects whose newest state is lost: they are as they were before, or left out. */
  readonly damaged: readonly string[];
}

/**
 * Writes what is whole of a store that nobody has to a new file (mode 0600): a `List` of the current objects as they are
 * stored. The store may be damaged, and is not changed.
 */
export async function exportStore(path: string, to: string): Promise<Exported> {
  const file = await open(to, 'wx', 0o600);
  try {
    return await salvage(path, async ({ rows, damaged }) => {
      let objects = 0;
      await file.writeFile('{"kind":"List","apiVersion":"v1","metadata":{},"items":[');
      for (const { value } of rows) {
        if (value === undefined) continue;
        await file.writeFile(objects === 0 ? '\n' : ',\n');
        await file.writeFile(value);
        objects++;
      }
      await file.writeFile('\n]}\n');
      await file.sync();
      return { objects, damaged };
    });
  } catch (error) {
    await rm(to);
    throw error;
  } finally {
    await file.close();
  }
}

async function isWhole(path: string): Promise<boolean> {
  try {
    await usingStore(path, verifyWhole);
    return true;
  } catch (error) {
    if (error instanceof DamagedStoreError) return false;
    throw error;
  }
}

async function writeRows(path: string, rows: Iterable<Row>): Promise<void> {
  const database = await openDatabase(path, undefined);
  try {
    const statements = new Statements(database, path);
    let count = 0;
    database.exec('BEGIN');
    for (const { revision, key, value, time, cause } of rows) {
      statements.insert(revision, key, value, time, cause);
      count++;
      if (count % BATCH === 0) database.exec('COMMIT; BEGIN');
    }
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}
