import type { SQLOutputValue } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { Cause } from '../../api/request.ts';

/** A row of the table `revisions`: one write. */
export interface Row {
  readonly revision: number;
  readonly key: string;
  /** Undefined for a delete. */
  readonly value: Uint8Array | undefined;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly cause: Cause | undefined;
}

/** A row as SQLite gives it. */
export type RawRow = Readonly<Record<string, SQLOutputValue>>;

/** The columns of a row, of the table of this name in a query. */
export function columns(table: string): string {
  return ['revision', 'key', 'value', 'time', 'actor', 'cause', 'checksum']
    .map((name) => `${table}.${name}`)
    .join(', ');
}

export function rowOf(raw: RawRow): Row {
  const { actor, cause } = raw;
  return {
    revision: Number(raw['revision']),
    key: String(raw['key']),
    value: bytesOf(raw['value']),
    time: Number(raw['time']),
    cause:
      typeof actor !== 'string'
        ? undefined
        : typeof cause === 'number'
          ? { actor, revision: cause }
          : { actor },
  };
}

export function bytesOf(value: SQLOutputValue | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}

/**
 * CRC-32 over all that a row says: SQLite has checksums for its log, and none for what is in the file. A value given as
 * text counts as the bytes that it is in UTF-8.
 */
export function checksumOf(
  row: Omit<Row, 'value'> & { readonly value: Uint8Array | string | undefined },
): number {
  const { revision, key, value, time, cause } = row;
  const what = value === undefined ? 'delete' : 'put';
  const head = `${what} ${revision} ${time} ${cause?.revision ?? ''} ${cause?.actor ?? ''} ${key}`;
  return crc32(head, value === undefined ? 0 : crc32(value));
}

/** What is wrong with a row, undefined where it is what was written. Rows of the store's first format cannot be told. */
export function damageOf(row: Row, raw: RawRow): string | undefined {
  const { checksum } = raw;
  if (checksum === null || checksum === checksumOf(row)) return undefined;
  return `revision ${row.revision} of ${shown(row.key)} is not what was written`;
}

/** A key that is damaged itself may be anything. */
export function shown(key: string): string {
  return JSON.stringify(key.slice(0, 200));
}
