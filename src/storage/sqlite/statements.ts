import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Cause } from '../../api/request.ts';

/** A row of `revisions`. `value` is undefined for a delete, `previous` where the key was not there before. */
export interface RevisionRow {
  readonly revision: number;
  readonly key: string;
  readonly value: Uint8Array | undefined;
  readonly previous: Uint8Array | undefined;
  readonly time: number;
  readonly cause: Cause | undefined;
}

/** Everything the driver asks the database, prepared once. Ranges of keys are `first <= key < end`. */
export class Statements {
  readonly #insert: StatementSync;
  readonly #at: StatementSync;
  readonly #list: StatementSync;
  readonly #count: StatementSync;
  readonly #changes: StatementSync;
  readonly #history: StatementSync;
  readonly #currentRevision: StatementSync;
  readonly #compaction: StatementSync;
  readonly #setCompaction: StatementSync;
  readonly #removeSuperseded: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    // A value given as text is stored as the bytes that it is in UTF-8.
    this.#insert = prepare(
      'INSERT INTO revisions (revision, key, value, time, actor, cause) VALUES (?, ?, CAST(? AS BLOB), ?, ?, ?)',
    );
    this.#at = prepare(
      'SELECT revision, value FROM revisions WHERE key = ? AND revision <= ? ORDER BY revision DESC LIMIT 1',
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
      `${keys} SELECT r.key, r.revision, r.value FROM last JOIN revisions r ON r.revision = last.revision
       WHERE r.value IS NOT NULL LIMIT :limit`,
    );
    this.#count = prepare(
      `${keys} SELECT count(*) AS count FROM last JOIN revisions r ON r.revision = last.revision
       WHERE r.value IS NOT NULL`,
    );
    const row = `SELECT r.revision, r.key, r.value, r.time, r.actor, r.cause, (
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
    value: Uint8Array | string | null,
    time: number,
    cause: Cause | undefined,
  ): void {
    this.#insert.run(revision, key, value, time, cause?.actor ?? null, cause?.revision ?? null);
  }

  /** The last row of a key up to a revision. */
  at(key: string, revision: number): Pick<RevisionRow, 'revision' | 'value'> | undefined {
    const row = this.#at.get(key, revision);
    return row === undefined ? undefined : { revision: Number(row['revision']), value: bytes(row['value']) };
  }

  /** Keys and values that were there at a revision. `limit` -1 for all. */
  list(
    first: string,
    end: string,
    at: number,
    limit: number,
  ): readonly { readonly key: string; readonly revision: number; readonly value: Uint8Array }[] {
    return this.#list.all({ first, end, at, limit }).map((row) => ({
      key: String(row['key']),
      revision: Number(row['revision']),
      value: row['value'] as Uint8Array,
    }));
  }

  count(first: string, end: string, at: number): number {
    return Number(this.#count.get({ first, end, at })?.['count']);
  }

  /** Oldest first. */
  changes(first: string, end: string, after: number, upTo: number, limit: number): readonly RevisionRow[] {
    return this.#changes.all({ first, end, after, upTo, limit }).map(revisionRow);
  }

  /** Newest first. */
  history(
    first: string,
    end: string,
    before: number,
    compacted: number,
    limit: number,
  ): readonly RevisionRow[] {
    return this.#history.all({ first, end, before, compacted, limit }).map(revisionRow);
  }

  /** Of the last row; 0 for none. */
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

  setCompaction(revision: number, removed: number): void {
    this.#setCompaction.run(revision, removed);
  }

  /** Removes what changed after `from` and no read at or after `to` can see. */
  removeSuperseded(from: number, to: number): void {
    this.#removeSuperseded.run({ from, to });
  }
}

function revisionRow(row: Record<string, SQLOutputValue>): RevisionRow {
  const actor = row['actor'];
  const revision = row['cause'];
  return {
    revision: Number(row['revision']),
    key: String(row['key']),
    value: bytes(row['value']),
    previous: bytes(row['previous']),
    time: Number(row['time']),
    cause:
      typeof actor !== 'string' ? undefined : typeof revision === 'number' ? { actor, revision } : { actor },
  };
}

function bytes(value: SQLOutputValue | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}
