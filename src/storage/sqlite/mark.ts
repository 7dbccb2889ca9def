import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { syncFolder } from '../../host/files.ts';

/** What is known of a store apart from the store itself. */
export interface Mark {
  /** The last revision that a writer was told of. It may lag behind after a loss of power, and is never ahead. */
  readonly acknowledged: number;
  /** No revision above this one was ever given out. */
  readonly ceiling: number;
}

/** The file beside a store that holds its mark. */
export function markPath(store: string): string {
  return `${store}-mark`;
}

/**
 * The ceiling is raised by so many revisions at a time. Each raise costs a sync, which every other write of the mark
 * does without.
 */
const LEASE = 10_000;

/** Two copies in sectors of their own, written in turn: a write that is torn leaves the other one. */
const COPY_AT = [0, 512] as const;
const LINE_BYTES = 'wheelhouse-mark '.length + 2 * 17 + 9;
const LINE = /^wheelhouse-mark (\d{16}) (\d{16}) ([0-9a-f]{8})\n/;

/** The mark of a store; undefined where there is none that can be read. */
export function readMark(store: string): Mark | undefined {
  const file = markPath(store);
  if (!existsSync(file)) return undefined;
  const bytes = readFileSync(file);
  const copies = COPY_AT.map((at) => decode(bytes.toString('latin1', at))).filter(
    (copy) => copy !== undefined,
  );
  if (copies.length === 0) return undefined;
  return {
    acknowledged: Math.max(...copies.map(({ acknowledged }) => acknowledged)),
    ceiling: Math.max(...copies.map(({ ceiling }) => ceiling)),
  };
}

/**
 * The high-water mark of a store that is open. It is written after every commit, without a sync: what a process has
 * written outlives it. So a store that ends before its mark has lost what was acknowledged.
 */
export class MarkFile {
  readonly #file: number;
  #acknowledged: number;
  #ceiling: number;
  #turn = 0;
  /** The same for every write. */
  readonly #line = Buffer.alloc(LINE_BYTES);

  /** Takes over the descriptor of the file. */
  constructor(file: number, mark: Mark) {
    this.#file = file;
    this.#acknowledged = mark.acknowledged;
    this.#ceiling = mark.ceiling;
  }

  /** Before revisions up to this one are given out. Throws where the disk refuses. */
  lease(revision: number): void {
    if (revision <= this.#ceiling) return;
    this.#ceiling = revision + LEASE;
    this.#write();
    fsyncSync(this.#file);
  }

  /** After a commit is durable, and before anybody is told of it. */
  acknowledge(revision: number): void {
    this.#acknowledged = revision;
    this.#write();
  }

  close(): void {
    fsyncSync(this.#file);
    closeSync(this.#file);
  }

  #write(): void {
    this.#turn = 1 - this.#turn;
    this.#line.write(encode(this.#acknowledged, this.#ceiling), 'latin1');
    writeSync(this.#file, this.#line, 0, LINE_BYTES, COPY_AT[this.#turn]);
  }
}

/** Opens the mark of a store, or makes it. The caller has the store's lock. `last`: the store's last revision. */
export async function openMark(store: string, last: number): Promise<MarkFile> {
  const path = markPath(store);
  const known = readMark(store);
  const acknowledged = Math.max(known?.acknowledged ?? 0, last);
  const isNew = !existsSync(path);
  const mark = new MarkFile(openSync(path, isNew ? 'wx' : 'r+', 0o600), {
    acknowledged,
    ceiling: Math.max(known?.ceiling ?? 0, acknowledged),
  });
  if (known?.acknowledged !== acknowledged) {
    // Twice: both copies.
    mark.acknowledge(acknowledged);
    mark.acknowledge(acknowledged);
  }
  if (isNew) await syncFolder(dirname(path));
  return mark;
}

/** Writes the mark of a store that nobody has open. */
export async function writeMark(store: string, revision: number): Promise<void> {
  (await openMark(store, revision)).close();
}

function encode(acknowledged: number, ceiling: number): string {
  const numbers = `${digits(acknowledged)} ${digits(ceiling)}`;
  return `wheelhouse-mark ${numbers} ${crc32(numbers).toString(16).padStart(8, '0')}\n`;
}

function decode(text: string): Mark | undefined {
  const [, acknowledged = '', ceiling = '', sum = ''] = LINE.exec(text) ?? [];
  if (sum === '' || crc32(`${acknowledged} ${ceiling}`) !== Number.parseInt(sum, 16)) return undefined;
  return { acknowledged: Number(acknowledged), ceiling: Number(ceiling) };
}

function digits(revision: number): string {
  return String(revision).padStart(16, '0');
}
