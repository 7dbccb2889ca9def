import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { StorageUnavailableError } from '../contract.ts';
import { unavailable } from './errors.ts';

/** Raised when the tables change; an older file is migrated, a newer one refused. */
const SCHEMA_VERSION = 1;

/**
 * Of new files. Objects have two or three kilobytes: with SQLite's default of 4,096 half a page stays empty for each, and
 * a commit of many writes most pages for nothing.
 */
const PAGE_BYTES = 8_192;

/**
 * One row per revision, for ever or until compaction; the state at a moment is the last row of each key up to it.
 * A delete is a row without value.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS revisions (
    revision INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    value BLOB,
    time INTEGER NOT NULL,
    actor TEXT,
    cause INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS revisions_by_key ON revisions (key, revision);
  CREATE TABLE IF NOT EXISTS compaction (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,
    removed INTEGER NOT NULL
  ) STRICT;
  INSERT OR IGNORE INTO compaction VALUES (1, 0, 0);
`;

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

/**
 * Makes the file if it is missing. One that is there must not even be opened here: closing any handle of a file gives up
 * all locks that this process has on it (POSIX), SQLite's too.
 */
async function createFile(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close();
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
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > SCHEMA_VERSION) {
    throw new StorageUnavailableError(
      `the store ${path} was written by a newer version (format ${version}): use that version or a newer one`,
    );
  }
  // A write even where nothing changes: an exclusive lock is only taken by the first one.
  database.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  if (maxBytes !== undefined) {
    const pageSize = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
    database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`);
  }
}
