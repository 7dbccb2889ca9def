import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../base/clock.ts';

/**
 * What deletions may use of a full disk: enough for the log to go into the file, and for some thousands of them with the
 * removal of what they made superfluous.
 */
const RESERVE_BYTES = 16 * 1024 * 1024;
/** How many pages the log has before it goes into the file: SQLite's own number, and one for a disk without room. */
const LOG_PAGES = 1000;
const SHORT_LOG_PAGES = 32;
/** How often a full disk is asked whether it has room again. */
const RETRY_MS = 5_000;

export interface ReserveOptions {
  /** The store's file; `:memory:` has no disk. */
  readonly path: string;
  readonly database: DatabaseSync;
  readonly clock: Clock;
  /** The store's own limit, which stands for a disk. */
  readonly maxBytes: number | undefined;
}

/**
 * Space that only writes which make room may use, once there is no other: who has filled a disk must be able to delete.
 * It is a file beside the store that takes the space up until then, and the store's own limit where it has one.
 */
export class Reserve {
  readonly #options: ReserveOptions;
  readonly #file: string | undefined;
  readonly #pageBytes: number;
  #spent = false;
  #askedAt = 0;

  constructor(options: ReserveOptions) {
    this.#options = options;
    this.#file = options.path === ':memory:' ? undefined : `${options.path}-reserve`;
    this.#pageBytes = this.#pragma('page_size');
    this.#spent = !this.#take();
  }

  /** Whether writes that make no room are taken: not from the reserve. */
  get isOpen(): boolean {
    if (!this.#spent) return true;
    const now = this.#options.clock.monotonic();
    if (now - this.#askedAt >= RETRY_MS) {
      this.#askedAt = now;
      this.#spent = !this.#take();
    }
    // The file does not shrink when things are deleted: what is free within it serves as well.
    return !this.#spent || this.#freeBytes() > RESERVE_BYTES;
  }

  /** Gives the space to the writes that make room. */
  spend(): void {
    if (this.#spent) return;
    this.#spent = true;
    this.#askedAt = this.#options.clock.monotonic();
    if (this.#file !== undefined) rmSync(this.#file, { force: true });
    this.#limit(RESERVE_BYTES);
    // The log may be larger than what is left: it goes into the file now, and stays short.
    this.#checkpointAfter(SHORT_LOG_PAGES);
    try {
      this.#options.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // As much as there was room for; the rest follows with the next commits.
    }
  }

  #checkpointAfter(pages: number): void {
    this.#options.database.exec(`PRAGMA wal_autocheckpoint = ${pages}`);
  }

  /** A store that nobody has takes up no more than it needs. */
  close(): void {
    if (this.#file !== undefined) rmSync(this.#file, { force: true });
  }

  /** Takes the space up again; false where there is none. */
  #take(): boolean {
    const { maxBytes } = this.#options;
    if (maxBytes !== undefined) {
      const used = this.#pragma('page_count') * this.#pageBytes - this.#freeBytes();
      if (this.#spent && used > maxBytes * 0.9) return false;
      this.#limit(0);
    }
    if (this.#file !== undefined && !hold(this.#file)) return false;
    this.#checkpointAfter(LOG_PAGES);
    return true;
  }

  #limit(more: number): void {
    const { database, maxBytes } = this.#options;
    if (maxBytes === undefined) return;
    database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor((maxBytes + more) / this.#pageBytes))}`);
  }

  #freeBytes(): number {
    return this.#pragma('freelist_count') * this.#pageBytes;
  }

  #pragma(name: string): number {
    return Number(Object.values(this.#options.database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
  }
}

/** Makes the file that takes the space up, unless it is there. */
function hold(file: string): boolean {
  if (statSync(file, { throwIfNoEntry: false })?.size === RESERVE_BYTES) return true;
  try {
    const handle = openSync(file, 'w', 0o600);
    try {
      // Zeros that are written: a hole would take no space up.
      const block = Buffer.alloc(256 * 1024);
      for (let written = 0; written < RESERVE_BYTES; written += block.length) writeSync(handle, block);
    } finally {
      closeSync(handle);
    }
    return true;
  } catch {
    rmSync(file, { force: true });
    return false;
  }
}
