import type { Cause } from '../api/request.ts';

/**
 * An encoded object with a memo of its decoded form. Storage drivers hand on the same instance in process, so
 * that what was decoded once is never decoded again. What is encoded carries no resourceVersion: it is the revision.
 */
export class Value {
  #encoded: Uint8Array | string | undefined;
  #decoded: unknown;

  /**
   * `encoded` in UTF-8 or as text. `decoded`, where given, is what it decodes to (and what encodes to it, by
   * JSON.stringify); the caller gives it away.
   */
  constructor(encoded: Uint8Array | string, decoded?: unknown) {
    this.#encoded = encoded;
    this.#decoded = decoded;
  }

  get bytes(): Uint8Array {
    const { encoded } = this;
    return typeof encoded === 'string' ? Buffer.from(encoded) : encoded;
  }

  /** The bytes, or as long as it is at hand the text that they are in UTF-8. */
  get encoded(): Uint8Array | string {
    return this.#encoded ?? JSON.stringify(this.#decoded);
  }

  /** Gives up a text whose final form has been made; it can be had again from the object. */
  dropText(): void {
    if (typeof this.#encoded === 'string' && this.#decoded !== undefined) this.#encoded = undefined;
  }

  /** The object, decoded at the first call. Shared: callers must not change it (the watch cache freezes it). */
  decode(): unknown {
    this.#decoded ??= JSON.parse(textOf(this.encoded));
    return this.#decoded;
  }
}

const decoder = new TextDecoder();

function textOf(encoded: Uint8Array | string): string {
  return typeof encoded === 'string' ? encoded : decoder.decode(encoded);
}

export interface StoredEntry {
  readonly key: string;
  /** Revision of the last write of this key. */
  readonly revision: number;
  readonly value: Value;
}

export interface StorageEvent {
  readonly type: 'put' | 'delete';
  readonly key: string;
  /** Revision of this event. */
  readonly revision: number;
  /** The new value; for a delete, the last one. */
  readonly value: Value;
  /** The value before, undefined where the key was created. For a delete it is `value`. */
  readonly previous: Value | undefined;
  readonly cause: Cause | undefined;
}

/** Some events of a watch, in order of revision. */
export interface EventBatch {
  /** Empty where the batch only tells how far the store is. */
  readonly events: readonly StorageEvent[];
  /** The watch has given every event up to this revision. */
  readonly revision: number;
}

/** How far a store is. */
export interface StoreStatus {
  /** The revision of the last durable write. Every write that was acknowledged before this call is at or before it. */
  readonly revision: number;
  /** The oldest revision that can be read as of. */
  readonly compacted: number;
}

export interface GetResult {
  /** Undefined where there is none. */
  readonly entry: StoredEntry | undefined;
  /** The revision that the answer shows: the one that was asked for, or the store's current one. */
  readonly revision: number;
}

export interface ListOptions {
  /** At most this many entries; 0 or missing for all. */
  readonly limit?: number;
  /** Only keys greater than this one. */
  readonly after?: string;
  /** As of this revision; 0 or missing for now. */
  readonly revision?: number;
}

export interface ListResult {
  /** In order of key (bytewise). */
  readonly entries: readonly StoredEntry[];
  /** The revision that the answer shows: `options.revision`, or the store's current one. */
  readonly revision: number;
  /** How many entries follow the last one given. */
  readonly remaining: number;
}

/** The outcome of a compare-and-set, a value and not an exception: losing a race is no failure. */
export type WriteResult =
  | { readonly ok: true; readonly revision: number }
  /** The key is not as expected; `current` is what was there at `revision`, undefined for nothing. */
  | { readonly ok: false; readonly revision: number; readonly current: StoredEntry | undefined };

/** A list or watch asks for a revision that is compacted away. The API answers 410. */
export class CompactedError extends Error {
  override readonly name = 'CompactedError';
  readonly compactedRevision: number;
  constructor(requested: number, compactedRevision: number) {
    super(`revision ${requested} has been compacted, the oldest is ${compactedRevision}`);
    this.compactedRevision = compactedRevision;
  }
}

/** The store cannot take writes or is closed: a full disk, an I/O error. `message` says what to do. */
export class StorageUnavailableError extends Error {
  override readonly name: string = 'StorageUnavailableError';
}

/** Another process has the store open: a store has one at a time. */
export class StoreInUseError extends StorageUnavailableError {
  override readonly name = 'StoreInUseError';
}

/**
 * The store is not what was written to it: its disk has lost or changed something. Nothing has been done to it, and
 * nothing is served from it.
 */
export class DamagedStoreError extends StorageUnavailableError {
  /** Which store is damaged, and how. `message` says besides what can be done. */
  readonly damage: string;

  /** `findings`: what is damaged, a phrase each; at least one. */
  constructor(path: string, findings: readonly string[], cause?: unknown) {
    const damage = `the store ${path} is damaged: ${findings.join('; ')}`;
    super(
      `${damage}. Restore a snapshot, export what is whole (--export), or start from what is whole (--recover); ` +
        'until then nothing in it is changed',
      cause === undefined ? undefined : { cause },
    );
    this.damage = damage;
  }
}

/** One change in the history. */
export interface HistoryRecord {
  readonly revision: number;
  readonly key: string;
  readonly type: 'put' | 'delete';
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly cause: Cause | undefined;
  readonly value: Value;
}

/** The past with its causes, in drivers that keep them. */
export interface StorageHistory {
  /** Changes of the keys under a prefix, newest first, as far back as compaction allows. */
  list(
    prefix: string,
    options?: { readonly limit?: number; readonly before?: number },
  ): Promise<readonly HistoryRecord[]>;
}

/**
 * A key-value store with etcd's model: one revision for the whole store, which rises with every write, and every
 * revision readable until it is compacted. It knows keys and bytes, no kinds. With which revision a store begins, and by
 * how much a write raises it, is the driver's business: others may write to it too.
 *
 * A store may be far away. Nothing is answered at once, answers may come in another order than questions, and every
 * answer says which revision it shows. What a watch gives may come later than the answer to the write that it tells of.
 *
 * Promises: a write that resolved with `ok` is durable (it survives the process and the machine dying), is in every
 * later read, and comes in every watch exactly once and in order of revision. Writes that wait in the same turn may
 * share one commit. All methods reject with StorageUnavailableError once closed.
 */
export interface Storage {
  /** The newest entry. `revision`: as of then; CompactedError if gone. */
  get(key: string, revision?: number): Promise<GetResult>;
  list(prefix: string, options?: ListOptions): Promise<ListResult>;
  /** `ok: false` with the current entry where the key exists. A driver may keep no causes. */
  create(key: string, value: Value, cause?: Cause): Promise<WriteResult>;
  /**
   * Replaces the value if the key's revision is `expected`. `makesRoom`: the write is part of a deletion; where the disk
   * is full it is taken from what is kept for those, as deletes are.
   */
  update(
    key: string,
    value: Value,
    expected: number,
    cause?: Cause,
    makesRoom?: boolean,
  ): Promise<WriteResult>;
  /** Deletes the key if its revision is `expected`. The event carries the last value. */
  delete(key: string, expected: number, cause?: Cause): Promise<WriteResult>;
  /**
   * All events with a revision greater than `after` under the prefix, in order, then what follows, until the signal
   * aborts (the iterator ends). Subscribes before it reads the past, so nothing falls between. Rejects with
   * CompactedError at the first `next()` where `after` is older than the compaction point. A watcher that falls behind by
   * more than the driver's bound is ended with CompactedError, never the writer held.
   */
  watch(prefix: string, after: number, signal: AbortSignal): AsyncIterable<EventBatch>;
  /**
   * Has the watches of this process told soon how far the store is. Nothing where every revision is an event under every
   * prefix that is watched, as in a store of our own.
   */
  requestProgress(): void;
  status(): Promise<StoreStatus>;
  /** Forgets revisions older than `revision` (current values stay). */
  compact(revision: number): Promise<void>;
  /** Undefined in drivers that keep no causes. */
  readonly history: StorageHistory | undefined;
  /** Waits for writes under way, then releases everything. */
  close(): Promise<void>;
}
