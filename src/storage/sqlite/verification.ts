import type { StatementSync } from 'node:sqlite';
import type { Clock } from '../../base/clock.ts';
import { DamagedStoreError } from '../contract.ts';
import { unavailable } from './errors.ts';
import type { OpenStore } from './openStore.ts';
import { columns, damageOf, type RawRow, rowOf } from './rows.ts';
import type { Statements } from './statements.ts';

/** Rows of one step: a millisecond or two. */
const STEP = 100;

/** More would say nothing more. */
const MAX_FINDINGS = 5;

/** How long opening a store may look for damage. */
const AT_OPEN_MS = 20;

/** A file up to this size is checked for its structure as it is opened. */
const AT_OPEN_BYTES = 16 * 1024 * 1024;

/** Between two steps beside the service, each of which takes a millisecond or two. */
const PAUSE_MS = 20;

/**
 * Looks through a store for as long as opening may take. What is left of a large one is looked through by `rest`, beside
 * the service. Both throw DamagedStoreError.
 */
export function verifyAtOpen(
  store: OpenStore,
  clock: Clock,
): { rest(signal: AbortSignal): Promise<void> } | undefined {
  const until = clock.monotonic() + AT_OPEN_MS;
  if (store.statements.bytes() <= AT_OPEN_BYTES) assertStructure(store);
  const rows = new RowCheck(store);
  while (clock.monotonic() < until) if (!rows.step()) return undefined;
  return {
    async rest(signal) {
      do await clock.sleep(PAUSE_MS, signal);
      while (rows.step());
    },
  };
}

/** Looks through a whole store that nobody waits for. Rejects with DamagedStoreError. */
export async function verifyWhole(store: OpenStore): Promise<void> {
  assertStructure(store);
  const rows = new RowCheck(store);
  while (rows.step()) await new Promise((resolve) => setImmediate(resolve));
}

/** Throws DamagedStoreError where there are findings. */
export function assertNone(findings: readonly string[], path: string): void {
  if (findings.length === 0) return;
  const more = findings.length - MAX_FINDINGS;
  throw new DamagedStoreError(path, [
    ...findings.slice(0, MAX_FINDINGS),
    ...(more > 0 ? [`and ${more} more`] : []),
  ]);
}

/** What SQLite finds in the structure of the file. Reads all of it: a millisecond or two a megabyte. */
function assertStructure({ database, path }: OpenStore): void {
  let lines: readonly string[];
  try {
    const rows = database.prepare(`PRAGMA quick_check(${MAX_FINDINGS})`).all();
    lines = rows.map((row) => String(row['quick_check']));
  } catch (error) {
    throw unavailable(error, path);
  }
  if (lines[0] === 'ok') return;
  assertNone(
    lines.map((line) => line.replace(/^\*\*\* in database main \*\*\*\s*/, '').replace(/\s+/g, ' ')),
    path,
  );
}

/**
 * Goes once through all rows of a store, the past too, in steps between which others may write: each row is what was
 * written, none is missing, and the index has it.
 */
class RowCheck {
  readonly #path: string;
  readonly #statements: Statements;
  readonly #next: StatementSync;
  /** All revisions up to this one must be there, as far as they are not compacted away. */
  readonly #upTo: number;
  readonly #findings: string[] = [];
  #after = 0;

  constructor({ database, statements, path }: OpenStore) {
    this.#path = path;
    this.#statements = statements;
    this.#upTo = statements.lastRevision();
    this.#next = database.prepare(
      `SELECT ${columns('r')}, EXISTS (
         SELECT 1 FROM revisions i INDEXED BY revisions_by_key WHERE i.key = r.key AND i.revision = r.revision
       ) AS indexed FROM revisions r NOT INDEXED WHERE r.revision > ? ORDER BY r.revision LIMIT ${STEP}`,
    );
  }

  /** Goes on; false at the end. Throws DamagedStoreError once it is there, or has found enough. */
  step(): boolean {
    let rows: readonly RawRow[];
    try {
      rows = this.#next.all(this.#after);
    } catch (error) {
      throw unavailable(error, this.#path);
    }
    for (const raw of rows) this.#check(raw);
    const isLast = rows.length < STEP;
    if (isLast && this.#after < this.#upTo) this.#missing(this.#upTo + 1);
    if (isLast || this.#findings.length >= MAX_FINDINGS) assertNone(this.#findings, this.#path);
    return !isLast;
  }

  #check(raw: RawRow): void {
    const row = rowOf(raw);
    this.#missing(row.revision);
    const damage = damageOf(row, raw) ?? (raw['indexed'] === 1 ? undefined : notIndexed(row.revision));
    if (damage !== undefined) this.#findings.push(damage);
    this.#after = row.revision;
  }

  /** Revisions follow each other without gaps, except where compaction has been. */
  #missing(next: number): void {
    const first = Math.max(this.#after, this.#statements.compaction().removed) + 1;
    if (first >= next) return;
    this.#findings.push(
      first === next - 1 ? `revision ${first} is missing` : `revisions ${first} to ${next - 1} are missing`,
    );
  }
}

function notIndexed(revision: number): string {
  return `the index lacks revision ${revision}`;
}
