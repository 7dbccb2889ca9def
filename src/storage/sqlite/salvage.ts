import { constants, existsSync } from 'node:fs';
import { copyFile, open, rm } from 'node:fs/promises';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { DamagedStoreError } from '../contract.ts';
import { firstPage } from './database.ts';
import { isCorrupt, unavailable } from './errors.ts';
import { readMark } from './mark.ts';
import { columns, damageOf, type RawRow, type Row, rowOf } from './rows.ts';

/** The undamaged part of a store. */
export interface Whole {
  /** The newest row that is whole of each object, oldest first. Read one at a time. */
  readonly rows: Iterable<Row>;
  /** The last revision of which anything is known; 0 for none. */
  readonly last: number;
  /** Keys whose newest row is damaged, in order: an older one takes its place where there is one. */
  readonly damaged: readonly string[];
}

/** Rows that are read at a time where nothing is wrong. */
const PAGE = 200;

/**
 * Reads what is whole of a store that nobody has, from a copy beside it that is removed at the end: the store itself stays
 * as it is to the last byte. Rejects with StorageUnavailableError where another process has it, and with
 * DamagedStoreError where nothing can be read.
 */
export async function salvage<T>(path: string, use: (whole: Whole) => Promise<T>): Promise<T> {
  if (!existsSync(path)) throw new DamagedStoreError(path, ['the file is missing']);
  const copy = `${path}.salvage`;
  try {
    await assertFree(path);
    await copyFiles(path, copy);
    const database = await openReadable(copy);
    try {
      return await use(new Salvage(database, readMark(path)?.ceiling ?? 0));
    } finally {
      database.close();
    }
  } catch (error) {
    throw unavailable(error, path);
  } finally {
    for (const suffix of ['', '-wal', '-shm']) await rm(copy + suffix, { force: true });
  }
}

/** The store's file and its log; file systems that can share the bytes do. */
export async function copyFiles(from: string, to: string): Promise<void> {
  for (const suffix of ['', '-wal']) {
    if (existsSync(from + suffix)) await copyFile(from + suffix, to + suffix, constants.COPYFILE_FICLONE);
  }
}

/** Rejects where another process has the store. */
async function assertFree(path: string): Promise<void> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch (error) {
    if (!isCorrupt(error)) throw error;
  } finally {
    database.close();
  }
}

/** The first page says what is where, and is the same in all stores: where it is damaged, that of a new one takes its place. */
async function openReadable(copy: string): Promise<DatabaseSync> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(copy);
  if (canRead(database)) return database;
  database.close();
  await replaceFirstPage(copy);
  const mended = new DatabaseSync(copy);
  if (canRead(mended)) return mended;
  mended.close();
  throw new DamagedStoreError(copy, ['nothing in it can be read']);
}

function canRead(database: DatabaseSync): boolean {
  try {
    return Number(database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count']) >= 3;
  } catch {
    return false;
  }
}

async function replaceFirstPage(copy: string): Promise<void> {
  const file = await open(copy, 'r+');
  try {
    await file.write(await firstPage((await file.stat()).size), 0, undefined, 0);
  } finally {
    await file.close();
  }
}

/** A row without its value. */
interface Found {
  readonly revision: number;
  readonly key: string;
  readonly isDelete: boolean;
}

class Salvage implements Whole {
  readonly #one: StatementSync;
  readonly #page: StatementSync;
  readonly #database: DatabaseSync;
  /** The key of each revision, as the index and the rows themselves tell it. */
  readonly #known = new Map<number, string>();
  readonly #found: readonly Found[];

  /** No revision above the ceiling was ever given out. */
  constructor(database: DatabaseSync, ceiling: number) {
    this.#database = database;
    const row = `SELECT ${columns('r')} FROM revisions r NOT INDEXED WHERE`;
    this.#one = database.prepare(`${row} r.revision = ?`);
    this.#page = database.prepare(`${row} r.revision > ? ORDER BY r.revision LIMIT ${PAGE}`);
    const isWhole = this.#readIndex('ASC') || this.#readIndex('DESC');
    this.#found = [...this.#walk(isWhole, ceiling)];
  }

  get last(): number {
    return Math.max(
      0,
      this.#found.at(-1)?.revision ?? 0,
      ...[...this.#known.keys()].sort(ascending).slice(-1),
    );
  }

  get rows(): Iterable<Row> {
    const newest = new Map<string, number>();
    for (const { revision, key, isDelete } of this.#found) {
      if (isDelete) newest.delete(key);
      else newest.set(key, revision);
    }
    return this.#rowsOf([...newest.values()].sort(ascending));
  }

  get damaged(): readonly string[] {
    const newest = new Map<string, number>();
    for (const [revision, key] of this.#known) newest.set(key, Math.max(revision, newest.get(key) ?? 0));
    const found = new Set(this.#found.map(({ revision }) => revision));
    return [...newest].flatMap(([key, revision]) => (found.has(revision) ? [] : [key])).sort();
  }

  *#rowsOf(revisions: readonly number[]): Generator<Row, void, undefined> {
    for (const revision of revisions) {
      const raw = this.#one.get(revision);
      if (raw !== undefined) yield rowOf(raw);
    }
  }

  /** From one end, as far as it can be read; true where that is the other end. */
  #readIndex(order: 'ASC' | 'DESC'): boolean {
    const entries = this.#database.prepare(
      `SELECT key, revision FROM revisions INDEXED BY revisions_by_key ORDER BY key ${order}, revision ${order}`,
    );
    return (
      readable(() => {
        for (const { key, revision } of entries.iterate()) this.#known.set(Number(revision), String(key));
        return true;
      }) === true
    );
  }

  /** Page by page, and past what cannot be read revision by revision. */
  *#walk(indexIsWhole: boolean, ceiling: number): Generator<Found, void, undefined> {
    const known = [...this.#known.keys()].sort(ascending);
    const end = indexIsWhole ? (known.at(-1) ?? 0) : Math.max(ceiling, known.at(-1) ?? 0);
    let after = 0;
    let at = 0;
    for (;;) {
      const rows = readable(() => this.#page.all(after));
      if (rows !== undefined) {
        for (const raw of rows) yield* this.#take(raw);
        if (rows.length < PAGE) return;
        after = Number(rows.at(-1)?.['revision']);
        continue;
      }
      while (at < known.length && (known[at] as number) <= after) at++;
      after = indexIsWhole ? (known[at] ?? end + 1) : after + 1;
      if (after > end) return;
      const raw = readable(() => this.#one.get(after));
      if (raw !== undefined) yield* this.#take(raw);
    }
  }

  *#take(raw: RawRow): Generator<Found, void, undefined> {
    const row = rowOf(raw);
    this.#known.set(row.revision, this.#known.get(row.revision) ?? row.key);
    if (damageOf(row, raw) !== undefined) return;
    yield { revision: row.revision, key: row.key, isDelete: row.value === undefined };
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}

/** Undefined where it comes upon a damaged page. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isCorrupt(error)) return undefined;
    throw error;
  }
}
