import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { syncFolder } from '../../host/files.ts';
import { DamagedStoreError, StorageUnavailableError } from '../contract.ts';
import { unavailable } from './errors.ts';

/** Raised when the tables change; an older file is migrated, a newer one refused. Rows of version 1 have no checksum. */
const SCHEMA_VERSION = 2;

/**
 * The page size of new files. Objects have two or three kilobytes. With SQLite's default of 4,096, half a page stays
 * empty for each, and a commit of many writes rewrites most pages for nothing.
 */
const PAGE_BYTES = 8_192;

/**
 * One row per revision, for ever or until compaction; the state at a moment is the last row of each key up to it.
 * A delete is a row without value.
 */
const SCHEMA = `
  CREATE TABLE revisions (
    revision INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    value BLOB,
    time INTEGER NOT NULL,
    actor TEXT,
    cause INTEGER,
    checksum INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX revisions_by_key ON revisions (key, revision);
  CREATE TABLE compaction (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,
    removed INTEGER NOT NULL
  ) STRICT;
  INSERT INTO compaction VALUES (1, 0, 0);
`;

/** What brings a file of a format to the newest one. */
const MIGRATIONS: Readonly<Record<number, string>> = {
  0: SCHEMA,
  1: 'ALTER TABLE revisions ADD COLUMN checksum INTEGER;',
};

/**
 * Opens or makes the file (mode 0600: it holds Secrets) and its directory, takes it for this process alone and brings
 * its tables up to date. Rejects with StorageUnavailableError.
 */
export async function openDatabase(path: string, maxBytes: number | undefined): Promise<DatabaseSync> {
  try {
    if (path !== ':memory:') {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await createFile(path);
    }
    // Loaded here, so that bundles for hosts without SQLite (the agent, a client) can import this folder.
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(path);
    try {
      prepare(database, path, maxBytes);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  } catch (error) {
    throw unavailable(error, path);
  }
}

/** Made together with the format's number. Without them the file's first page is not what was written. */
function assertTables(database: DatabaseSync, path: string): void {
  const rows = database.prepare("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").all();
  const names = new Set(rows.map((row) => row['name']));
  const missing = ['revisions', 'revisions_by_key', 'compaction'].filter((name) => !names.has(name));
  if (missing.length > 0) throw new DamagedStoreError(path, [`it has no ${missing.join(' and no ')}`]);
}

/**
 * Makes the file if it is missing. One that is there must not even be opened here: closing any handle of a file gives up
 * all locks that this process has on it (POSIX), SQLite's too.
 */
async function createFile(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close();
    await syncFolder(dirname(path));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function prepare(database: DatabaseSync, path: string, maxBytes: number | undefined): void {
  // The lock is kept until close, or until the process is gone: there is no lock file to clean up.
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  database.exec('PRAGMA journal_size_limit = 16777216');
  database.exec('PRAGMA cell_size_check = ON');
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > SCHEMA_VERSION) {
    throw new StorageUnavailableError(
      `the store ${path} was written by a newer version (format ${version}): use that version or a newer one`,
    );
  }
  if (version > 0) assertTables(database, path);
  // A write even where nothing changes: an exclusive lock is only taken by the first one.
  const change = MIGRATIONS[version] ?? '';
  database.exec(`BEGIN IMMEDIATE; ${change} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  if (maxBytes !== undefined) {
    const pageSize = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
    database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`);
  }
}

/** The first page that a store of this many bytes has, as far as it is the same in all: its header and its tables. */
export async function firstPage(bytes: number): Promise<Uint8Array> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(':memory:');
  try {
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}`);
    const page = Buffer.from(database.serialize().subarray(0, PAGE_BYTES));
    // WAL, for reading and for writing (https://www.sqlite.org/fileformat2.html#the_database_header).
    page.writeUInt16BE(0x0202, 18);
    page.writeUInt32BE(Math.floor(bytes / PAGE_BYTES), 28);
    return page;
  } finally {
    database.close();
  }
}
