import type { Cause } from '../../api/request.ts';
import { createDeferred, type Deferred } from '../../base/deferred.ts';
import {
  type StorageEvent,
  StorageUnavailableError,
  type StoredEntry,
  type Value,
  type WriteResult,
} from '../contract.ts';

/** A write that waits for its commit. */
export interface PendingWrite {
  readonly key: string;
  /** Undefined deletes. */
  readonly value: Value | undefined;
  /** The revision that the key must have; 0: it must not be there. */
  readonly expected: number;
  readonly cause: Cause | undefined;
  /** Deletes, or is part of a deletion. */
  readonly makesRoom: boolean;
}

/** The commit of a batch: what happened, and the outcome of each write in order. */
export interface Commit {
  readonly events: readonly StorageEvent[];
  readonly results: readonly (WriteResult | StorageUnavailableError)[];
}

/** Most writes of one transaction, so that a burst does not hold the thread for long. */
const MAX_BATCH = 512;

/** Most turns for which a batch stays open; a turn without I/O takes some microseconds. */
const MAX_TURNS = 4;

/**
 * Group commit: all writes that come in one turn of the event loop, and in those that follow it at once, share one
 * transaction and its one fsync. Nobody waits for a timer.
 */
export class CommitQueue {
  readonly #commit: (writes: readonly PendingWrite[]) => Commit;
  readonly #published: (events: readonly StorageEvent[]) => void;
  #waiting: { readonly write: PendingWrite; readonly done: Deferred<WriteResult> }[] = [];
  #idle: Deferred<undefined> | undefined;

  /** `commit` is all or nothing: it makes the batch durable or throws. `published` hands its events to watchers. */
  constructor(
    commit: (writes: readonly PendingWrite[]) => Commit,
    published: (events: readonly StorageEvent[]) => void,
  ) {
    this.#commit = commit;
    this.#published = published;
  }

  add(write: PendingWrite): Promise<WriteResult> {
    const done = createDeferred<WriteResult>();
    this.#waiting.push({ write, done });
    if (this.#idle === undefined) {
      this.#idle = createDeferred<undefined>();
      this.#gather(0, 0);
    }
    return done.promise;
  }

  /** Resolves when nothing waits. */
  async drain(): Promise<void> {
    await this.#idle?.promise;
  }

  /** Commits once a turn has brought no more writes: what is on its way in other connections comes with this batch. */
  #gather(seen: number, turns: number): void {
    setImmediate(() => {
      const count = this.#waiting.length;
      if (count > seen && count < MAX_BATCH && turns < MAX_TURNS) this.#gather(count, turns + 1);
      else this.#flush();
    });
  }

  #flush(): void {
    const batch = this.#waiting.splice(0, MAX_BATCH);
    try {
      const { events, results } = this.#commit(batch.map(({ write }) => write));
      // Watchers first: their promises resolve before the writers', so that these need not wait for the watch cache.
      this.#published(events);
      batch.forEach(({ done }, i) => {
        const result = results[i] as WriteResult | StorageUnavailableError;
        if (result instanceof StorageUnavailableError) done.reject(result);
        else done.resolve(result);
      });
    } catch (error) {
      for (const { done } of batch) done.reject(error);
    }
    if (this.#waiting.length > 0) {
      this.#gather(0, 0);
      return;
    }
    this.#idle?.resolve(undefined);
    this.#idle = undefined;
  }
}

/** What a batch would do: each write sees the state as the earlier ones of the batch leave it. Pure. */
export function evaluate(
  writes: readonly PendingWrite[],
  current: (key: string) => StoredEntry | undefined,
  revision: number,
): Commit {
  const changed = new Map<string, StoredEntry | undefined>();
  const events: StorageEvent[] = [];
  const results = writes.map(({ key, value, expected, cause }): WriteResult => {
    const before = changed.has(key) ? changed.get(key) : current(key);
    const last = revision + events.length;
    if ((before?.revision ?? 0) !== expected) return { ok: false, revision: last, current: before };
    // A delete of what is not there, with revision 0, is nobody's intention.
    if (value === undefined && before === undefined) {
      return { ok: false, revision: last, current: undefined };
    }
    const next = last + 1;
    changed.set(key, value === undefined ? undefined : { key, revision: next, value });
    events.push(
      value === undefined
        ? {
            type: 'delete',
            key,
            revision: next,
            value: (before as StoredEntry).value,
            previous: before?.value,
            cause,
          }
        : { type: 'put', key, revision: next, value, previous: before?.value, cause },
    );
    return { ok: true, revision: next };
  });
  return { events, results };
}
