import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Cause } from '../../api/request.ts';
import { DamagedStoreError } from '../contract.ts';
import { bytesOf, checksumOf, columns, damageOf, type RawRow, type Row, rowOf, shown } from './rows.ts';

/** A row with the key's value before, undefined where it was not there. */
export interface RevisionRow extends Row {
  readonly previous: Uint8Array | undefined;
}

/** A row of an object that is there, or what is wrong with it. */
export type CheckedRow =
  { readonly row: Row; readonly damage: undefined } | { readonly row: undefined; readonly damage: string };

/**
 * Everything the driver asks the database, prepared once. Ranges of keys are `first <= key < end`. Rows that are not what
 * was written are not given: then a DamagedStoreError is thrown.
 */
export class Statements {
  readonly #insert: StatementSync;
  readonly #at: StatementSync;
  readonly #list: StatementSync;
  readonly #count: StatementSync;
  readonly #changes: StatementSync;
  readonly #history: StatementSync;
  readonly #currentRevision: StatementSync;
  readonly #compaction: StatementSync;
  readonly #bytes: StatementSync;
  readonly #setCompaction: StatementSync;
  readonly #removeSuperseded: StatementSync;

  readonly #path: string;

  /** `path` is for messages. */
  constructor(database: DatabaseSync, path: string) {
    this.#path = path;
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    // A value given as text is stored as the bytes that it is in UTF-8.
    this.#insert = prepare(
      'INSERT INTO revisions (revision, key, value, time, actor, cause, checksum) VALUES (?, ?, CAST(? AS BLOB), ?, ?, ?, ?)',
    );
    this.#at = prepare(
      `SELECT ${columns('r')} FROM revisions r WHERE key = ? AND revision <= ? ORDER BY revision DESC LIMIT 1`,
    );
    // Steps from key to key in the index, so that the cost is the number of keys and not of revisions.
    const keys = `WITH RECURSIVE
      keys (key) AS (
        SELECT min(key) FROM revisions WHERE key >= :first AND key < :end
        UNION ALL
        SELECT (SELECT min(r.key) FROM revisions r WHERE r.key > keys.key AND r.key < :end)
        FROM keys WHERE keys.key IS NOT NULL
      ),
      last (key, revision) AS (
        SELECT key, (SELECT max(r.revision) FROM revisions r WHERE r.key = keys.key AND r.revision <= :at)
        FROM keys WHERE key IS NOT NULL
      )`;
    this.#list = prepare(
      `${keys} SELECT ${columns('r')}, last.key AS listed, last.revision AS at
       FROM last LEFT JOIN revisions r ON r.revision = last.revision
       WHERE last.revision IS NOT NULL AND (r.value IS NOT NULL OR r.revision IS NULL) LIMIT :limit`,
    );
    this.#count = prepare(
      `${keys} SELECT count(*) AS count FROM last JOIN revisions r ON r.revision = last.revision
       WHERE r.value IS NOT NULL`,
    );
    const row = `SELECT ${columns('r')}, (
        SELECT p.value FROM revisions p WHERE p.key = r.key AND p.revision < r.revision ORDER BY p.revision DESC LIMIT 1
      ) AS previous FROM revisions r`;
    this.#changes = prepare(
      `${row} WHERE r.revision > :after AND r.revision <= :upTo AND r.key >= :first AND r.key < :end
       ORDER BY r.revision LIMIT :limit`,
    );
    this.#history = prepare(
      `${row} WHERE r.key >= :first AND r.key < :end AND r.revision < :before AND r.revision > :compacted
       ORDER BY r.revision DESC LIMIT :limit`,
    );
    this.#currentRevision = prepare('SELECT max(revision) AS revision FROM revisions');
    this.#compaction = prepare('SELECT revision, removed FROM compaction');
    this.#bytes = prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size');
    this.#setCompaction = prepare('UPDATE compaction SET revision = ?, removed = ?');
    // Driven by the keys that changed in the range, so that objects that stay cost nothing.
    this.#removeSuperseded = prepare(
      `DELETE FROM revisions WHERE revision IN (
         SELECT o.revision
         FROM (SELECT key, max(revision) AS last FROM revisions
               WHERE revision > :from AND revision <= :to GROUP BY key) AS changed
         JOIN revisions o ON o.key = changed.key AND o.revision < changed.last
         UNION ALL
         SELECT revision FROM revisions WHERE revision > :from AND revision <= :to AND value IS NULL)`,
    );
  }

  insert(
    revision: number,
    key: string,
    value: Uint8Array | string | undefined,
    time: number,
    cause: Cause | undefined,
  ): void {
    this.#insert.run(
      revision,
      key,
      value ?? null,
      time,
      cause?.actor ?? null,
      cause?.revision ?? null,
      checksumOf({ revision, key, value, time, cause }),
    );
  }

  /** The last row of a key up to a revision. */
  at(key: string, revision: number): Row | undefined {
    const raw = this.#at.get(key, revision);
    return raw === undefined ? undefined : this.#good(raw);
  }

  /** The row of each key that was there at a revision, in order of key. `limit` -1 for all. */
  list(first: string, end: string, at: number, limit: number): readonly Row[] {
    return this.#list.all({ first, end, at, limit }).map((raw) => {
      const { row, damage } = checked(raw);
      if (damage !== undefined) throw new DamagedStoreError(this.#path, [damage]);
      return row;
    });
  }

  /** As `list`, also with what is damaged. */
  *check(first: string, end: string, at: number): Generator<CheckedRow, void, undefined> {
    for (const raw of this.#list.iterate({ first, end, at, limit: -1 })) yield checked(raw);
  }

  count(first: string, end: string, at: number): number {
    return Number(this.#count.get({ first, end, at })?.['count']);
  }

  /** Oldest first. */
  changes(first: string, end: string, after: number, upTo: number, limit: number): readonly RevisionRow[] {
    return this.#changes.all({ first, end, after, upTo, limit }).map((raw) => this.#withPrevious(raw));
  }

  /** Newest first. */
  history(
    first: string,
    end: string,
    before: number,
    compacted: number,
    limit: number,
  ): readonly RevisionRow[] {
    return this.#history.all({ first, end, before, compacted, limit }).map((raw) => this.#withPrevious(raw));
  }

  /** The revision of the last row; 0 if there is none. */
  lastRevision(): number {
    return Number(this.#currentRevision.get()?.['revision'] ?? 0);
  }

  /** What may be read from, and up to where rows have been removed (a removal may be under way or cut off). */
  compaction(): { readonly revision: number; readonly removed: number } {
    const row = this.#compaction.get();
    return { revision: Number(row?.['revision']), removed: Number(row?.['removed']) };
  }

  /** The revision that the store shows. The compaction point counts: the row of the last one, a delete, may be gone. */
  lastKnown(): number {
    return Math.max(this.lastRevision(), this.compaction().revision);
  }

  /** The size of the file, with what is in the log and not in it yet. */
  bytes(): number {
    return Number(this.#bytes.get()?.['bytes']);
  }

  setCompaction(revision: number, removed: number): void {
    this.#setCompaction.run(revision, removed);
  }

  /** Removes what changed after `from` and no read at or after `to` can see. */
  removeSuperseded(from: number, to: number): void {
    this.#removeSuperseded.run({ from, to });
  }

  #withPrevious(raw: RawRow): RevisionRow {
    return { ...this.#good(raw), previous: bytesOf(raw['previous']) };
  }

  #good(raw: RawRow): Row {
    const row = rowOf(raw);
    const damage = damageOf(row, raw);
    if (damage !== undefined) throw new DamagedStoreError(this.#path, [damage]);
    return row;
  }
}

/** Checks a row of a list, in which each row stands beside its index entry. */
function checked(raw: RawRow): CheckedRow {
  if (raw['revision'] === null) {
    const damage = `revision ${Number(raw['at'])} of ${shown(String(raw['listed']))} is missing`;
    return { row: undefined, damage };
  }
  const row = rowOf(raw);
  const damage =
    row.key === raw['listed']
      ? damageOf(row, raw)
      : `the index has ${shown(String(raw['listed']))} for ${shown(row.key)}`;
  return damage === undefined ? { row, damage } : { row: undefined, damage };
}
