import type { DatabaseSync } from 'node:sqlite';
import type { Cause } from '../../api/request.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { Broadcaster } from '../broadcaster.ts';
import {
  CompactedError,
  DamagedStoreError,
  type EventBatch,
  type GetResult,
  type HistoryRecord,
  type ListOptions,
  type ListResult,
  type Storage,
  type StorageEvent,
  type StorageHistory,
  StorageUnavailableError,
  type StoredEntry,
  type StoreStatus,
  Value,
  type WriteResult,
} from '../contract.ts';
import { endOf } from '../keys.ts';
import { Replay } from '../replay.ts';
import { type Commit, CommitQueue, evaluate, type PendingWrite } from './commitQueue.ts';
import { fullError, isFull, unavailable } from './errors.ts';
import { type MarkFile, openMark } from './mark.ts';
import { openStore, type OpenStore } from './openStore.ts';
import type { Row } from './rows.ts';
import type { RevisionRow, Statements } from './statements.ts';
import { Reserve } from './reserve.ts';
import { assertNone, verifyAtOpen } from './verification.ts';

export interface SqliteStorageOptions {
  /** A file (its directory is made), or `:memory:` for a store that goes with the process. */
  readonly path: string;
  readonly clock?: Clock;
  /** The file's limit; beyond it writes fail as on a full disk. Default: none. */
  readonly maxBytes?: number;
  /**
   * How much of the past is kept, in revisions; what is older is compacted away as writes come. Default 50,000: some
   * days of a small cluster, and a file of one or two hundred megabytes.
   */
  readonly keepRevisions?: number;
  /** Events that one watcher may have unread before it is ended. Default 100,000. */
  readonly watchBuffer?: number;
  /** Told where damage is found after the store has been opened: a large one is looked through while it serves. */
  readonly onDamage?: (error: DamagedStoreError) => void;
}

/** Past events that a watch reads at a time. */
const WATCH_PAGE = 500;

/** Rows that one step of compaction goes through, so that it holds nothing else up. */
const COMPACTION_STEP = 500;

/** By how much the past may outgrow `keepRevisions`, so that compaction comes seldom. */
const COMPACTION_SLACK = 1.1;

/**
 * Opens or creates a store. Rejects with DamagedStoreError where it is not what was written, and then has changed nothing;
 * with StorageUnavailableError where it cannot be used or another process has it.
 */
export async function openSqliteStorage(options: SqliteStorageOptions): Promise<Storage> {
  const { path, clock = systemClock } = options;
  const store = await openStore(path, options.maxBytes);
  try {
    const current = readCurrent(store);
    if (path === ':memory:') return new SqliteStorage(store, undefined, current, options);
    const unverified = verifyAtOpen(store, clock);
    const mark = await openMark(path, store.statements.lastKnown());
    const storage = new SqliteStorage(store, mark, current, options);
    if (unverified !== undefined) storage.verify(unverified);
    return storage;
  } catch (error) {
    store.database.close();
    throw unavailable(error, path);
  }
}

/**
 * The embedded driver: a SQLite file with one row per revision. Current entries are in memory too, so that
 * compare-and-set and `get` touch no disk; only commits, lists and the past do.
 */
class SqliteStorage implements Storage {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #mark: MarkFile | undefined;
  readonly #commits: CommitQueue;
  readonly #watchers: Broadcaster<StorageEvent, EventBatch>;
  readonly #current: Map<string, StoredEntry>;
  readonly #onDamage: ((error: DamagedStoreError) => void) | undefined;
  readonly #keepRevisions: number;
  readonly #reserve: Reserve;
  readonly history: StorageHistory = {
    list: (prefix, options = {}) => this.#history(prefix, options),
  };
  #revision: number;
  #compacted: number;
  #compaction: Promise<void> = Promise.resolve();
  readonly #stopVerifying = new AbortController();
  #verification: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #closed = false;

  /** Takes over the store, its mark and the map. */
  constructor(
    { path, database, statements }: OpenStore,
    mark: MarkFile | undefined,
    current: Map<string, StoredEntry>,
    options: SqliteStorageOptions,
  ) {
    this.#path = path;
    this.#current = current;
    this.#onDamage = options.onDamage;
    this.#clock = options.clock ?? systemClock;
    this.#keepRevisions = options.keepRevisions ?? 50_000;
    this.#database = database;
    this.#statements = statements;
    this.#mark = mark;
    this.#reserve = new Reserve({ path, database, clock: this.#clock, maxBytes: options.maxBytes });
    this.#commits = new CommitQueue(
      (writes) => this.#commit(writes),
      (events) => this.#watchers.publish(events),
    );
    this.#watchers = new Broadcaster({
      keyOf: (event) => event.key,
      revisionOf: (event) => event.revision,
      batchOf,
      capacity: options.watchBuffer ?? 100_000,
    });
    this.#compacted = this.#statements.compaction().revision;
    this.#revision = this.#statements.lastKnown();
  }

  /** Goes on looking for damage beside the service. */
  verify(unverified: { rest(signal: AbortSignal): Promise<void> }): void {
    const { signal } = this.#stopVerifying;
    this.#verification = unverified.rest(signal).catch((error: unknown) => {
      if (error instanceof DamagedStoreError) this.#onDamage?.(error);
    });
  }

  status(): Promise<StoreStatus> {
    return this.#read(this.#revision, () => ({ revision: this.#revision, compacted: this.#compacted }));
  }

  /** Every revision is an event. */
  requestProgress(): void {
    this.#assertOpen();
  }

  get(key: string, revision = 0): Promise<GetResult> {
    const at = revision === 0 ? this.#revision : revision;
    return this.#read(at, () => {
      if (at >= this.#revision) return { entry: this.#current.get(key), revision: at };
      const row = this.#statements.at(key, at);
      return { entry: row?.value === undefined ? undefined : this.#entry(row), revision: at };
    });
  }

  list(prefix: string, options: ListOptions = {}): Promise<ListResult> {
    const { limit = 0, after, revision = 0 } = options;
    const at = revision === 0 ? this.#revision : revision;
    return this.#read(at, () => {
      const end = endOf(prefix);
      // U+0000 is the smallest character: `after` and a U+0000 is the next possible key.
      const first = after === undefined || after < prefix ? prefix : `${after}\0`;
      const entries = this.#statements
        .list(first, end, at, limit === 0 ? -1 : limit)
        .map((row) => this.#entry(row));
      const last = entries.at(-1);
      const complete = limit === 0 || entries.length < limit || last === undefined;
      const remaining = complete ? 0 : this.#statements.count(`${last.key}\0`, end, at);
      return { entries, revision: at, remaining };
    });
  }

  create(key: string, value: Value, cause?: Cause): Promise<WriteResult> {
    return this.#write({ key, value, expected: 0, cause, makesRoom: false });
  }

  update(
    key: string,
    value: Value,
    expected: number,
    cause?: Cause,
    makesRoom = false,
  ): Promise<WriteResult> {
    return this.#write({ key, value, expected, cause, makesRoom });
  }

  delete(key: string, expected: number, cause?: Cause): Promise<WriteResult> {
    return this.#write({ key, value: undefined, expected, cause, makesRoom: true });
  }

  watch(prefix: string, after: number, signal: AbortSignal): AsyncIterable<EventBatch> {
    return {
      [Symbol.asyncIterator]: () => {
        this.#assertOpen();
        const live = this.#watchers.subscribe(prefix, after, signal);
        const upTo = this.#revision;
        let from = after;
        return new Replay(live, () => {
          if (from >= upTo) return undefined;
          const page = this.#readNow(from, () =>
            this.#statements
              .changes(prefix, endOf(prefix), from, upTo, WATCH_PAGE)
              .map((row) => this.#event(row)),
          );
          from = page.length < WATCH_PAGE ? upTo : (page.at(-1)?.revision ?? upTo);
          return { events: page, revision: from };
        });
      },
    };
  }

  #history(
    prefix: string,
    { limit = 0, before = Number.MAX_SAFE_INTEGER }: { readonly limit?: number; readonly before?: number },
  ): Promise<readonly HistoryRecord[]> {
    return this.#read(this.#revision, () =>
      this.#statements
        .history(prefix, endOf(prefix), before, this.#compacted, limit === 0 ? -1 : limit)
        .map((row) => {
          const { type, key, revision, value, cause } = this.#event(row);
          return { revision, key, type, time: row.time, cause, value };
        }),
    );
  }

  async compact(revision: number): Promise<void> {
    this.#assertOpen();
    const target = Math.min(revision, this.#revision);
    if (target > this.#compacted) {
      this.#guard(() => this.#statements.setCompaction(target, this.#statements.compaction().removed));
      this.#compacted = target;
    }
    this.#compaction = this.#compaction.catch(() => undefined).then(() => this.#removeSuperseded());
    await this.#compaction;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#commits.drain();
    this.#closed = true;
    this.#stopVerifying.abort();
    await this.#verification;
    await this.#compaction.catch(() => undefined);
    this.#watchers.end(this.#closedError());
    this.#guard(() => {
      this.#mark?.close();
      this.#database.close();
      this.#reserve.close();
    });
  }

  #write(write: PendingWrite): Promise<WriteResult> {
    if (this.#closing !== undefined) return Promise.reject(this.#closedError());
    return this.#commits.add(write);
  }

  /** On a full disk what makes room is committed from the reserve, and the rest refused. */
  #commit(writes: readonly PendingWrite[]): Commit {
    if (this.#reserve.isOpen) {
      try {
        return this.#commitAll(writes);
      } catch (error) {
        if (!isFull(error) || !writes.some(({ makesRoom }) => makesRoom)) throw error;
      }
      this.#reserve.spend();
    }
    const full = fullError(this.#path);
    const { events, results } = this.#commitAll(writes.filter(({ makesRoom }) => makesRoom));
    let next = 0;
    const outcomes = writes.map(({ makesRoom }) => (makesRoom ? (results[next++] ?? full) : full));
    // Deleted objects use space until the history is compacted.
    if (events.length > 0) this.compact(this.#revision).catch(() => undefined);
    return { events, results: outcomes };
  }

  #commitAll(writes: readonly PendingWrite[]): Commit {
    const commit = evaluate(writes, (key) => this.#current.get(key), this.#revision);
    if (commit.events.length === 0) return commit;
    const time = this.#clock.now();
    const last = this.#revision + commit.events.length;
    this.#guard(() => this.#mark?.lease(last));
    this.#transaction(() => {
      for (const { type, key, revision, value, cause } of commit.events) {
        this.#statements.insert(revision, key, type === 'delete' ? undefined : value.encoded, time, cause);
      }
    });
    this.#acknowledge(last);
    for (const { type, key, revision, value } of commit.events) {
      if (type === 'delete') this.#current.delete(key);
      else this.#current.set(key, { key, revision, value });
      this.#revision = revision;
    }
    this.#compactOld();
    return commit;
  }

  /** The commit is durable already, so a mark that cannot be written fails nobody: it lags behind until the next one. */
  #acknowledge(revision: number): void {
    try {
      this.#mark?.acknowledge(revision);
    } catch {
      return;
    }
  }

  /** Where it fails (a full disk), it is tried again after the next write; reads and writes do not depend on it. */
  #compactOld(): void {
    if (this.#revision - this.#compacted <= this.#keepRevisions * COMPACTION_SLACK) return;
    this.compact(this.#revision - this.#keepRevisions).catch(() => undefined);
  }

  /** In steps between which others have their turn. A step that fails, or never ran, is made up for by the next compaction. */
  async #removeSuperseded(): Promise<void> {
    while (!this.#closed) {
      const { revision, removed } = this.#guard(() => this.#statements.compaction());
      if (removed >= revision) return;
      const to = Math.min(removed + COMPACTION_STEP, revision);
      this.#transaction(() => {
        this.#statements.removeSuperseded(removed, to);
        this.#statements.setCompaction(revision, to);
      });
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #transaction(body: () => void): void {
    this.#guard(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        body();
        this.#database.exec('COMMIT');
      } catch (error) {
        // SQLite has rolled back by itself after some errors.
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #read<T>(revision: number, body: () => T): Promise<T> {
    return new Promise((resolve) => resolve(this.#readNow(revision, body)));
  }

  /** `revision`: what the body reads from. */
  #readNow<T>(revision: number, body: () => T): T {
    this.#assertOpen();
    if (revision < this.#compacted) throw new CompactedError(revision, this.#compacted);
    return this.#guard(body);
  }

  #guard<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      throw unavailable(error, this.#path);
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw this.#closedError();
  }

  #closedError(): StorageUnavailableError {
    return new StorageUnavailableError(`the store ${this.#path} is closed`);
  }

  /** With the shared value where the row is the current one, so that it is not decoded again. */
  #entry(row: Row): StoredEntry {
    const current = this.#current.get(row.key);
    return current?.revision === row.revision ? current : entryOf(row);
  }

  #event(row: RevisionRow): StorageEvent {
    const { key, revision, cause } = row;
    const previous = row.previous === undefined ? undefined : new Value(row.previous);
    if (row.value !== undefined) {
      return { type: 'put', key, revision, value: this.#entry(row).value, previous, cause };
    }
    // Compaction keeps the last row before its point, so a delete after it always has one.
    if (previous === undefined) {
      throw new DamagedStoreError(this.#path, [
        `the delete of ${key} at revision ${revision} has no last value`,
      ]);
    }
    return { type: 'delete', key, revision, value: previous, previous, cause };
  }
}

/** All entries, each of them checked. */
function readCurrent({ path, statements }: OpenStore): Map<string, StoredEntry> {
  const current = new Map<string, StoredEntry>();
  const findings: string[] = [];
  for (const { row, damage } of statements.check('', endOf(''), statements.lastKnown())) {
    if (damage === undefined) current.set(row.key, entryOf(row));
    else findings.push(damage);
  }
  assertNone(findings, path);
  return current;
}

/** Every commit is given as a whole, so its last event tells how far the store is. */
function batchOf(events: readonly StorageEvent[]): EventBatch {
  return { events, revision: events.at(-1)?.revision ?? 0 };
}

/** The entry of a row that has a value. */
function entryOf({ key, revision, value }: Row): StoredEntry {
  return { key, revision, value: new Value(value ?? new Uint8Array()) };
}
