import type { Random } from '../../src/base/random.ts';
import {
  CompactedError,
  type EventBatch,
  type ListOptions,
  type Storage,
  type StorageEvent,
  type StoredEntry,
  type WriteResult,
} from '../../src/storage/contract.ts';

/** Most turns of the event loop that a question or an answer is on its way, and a batch of a watch. */
const MAX_TURNS = 4;
const MAX_WATCH_TURNS = 30;

/** Revisions begin somewhere, and others use some of them. */
const FIRST = 1_000;
const STEP = 3;

/**
 * A store as it may be far away: questions and answers take some turns each and come out of order, watches are late,
 * revisions begin at 1,000 with gaps, the store is always ahead of the last event, and it keeps no causes.
 */
export function farStorage(near: Storage, random: Random): Storage {
  const pipes = new Set<Pipe>();
  let isOpen = true;
  const late = async (max = MAX_TURNS): Promise<void> => {
    if (!isOpen) return;
    for (let turns = Math.floor(random.number() * (max + 1)); turns > 0; turns--) await nextTurn();
  };
  /** On its way there, done, and on its way back. */
  const far = async <T>(ask: () => Promise<T>): Promise<T> => {
    await late();
    try {
      return await ask();
    } catch (error) {
      throw farError(error);
    } finally {
      await late();
    }
  };
  const writeResult = (result: WriteResult): WriteResult =>
    result.ok
      ? { ok: true, revision: farRevision(result.revision) }
      : { ok: false, revision: ahead(result.revision), current: farEntry(result.current) };
  const status: Storage['status'] = () =>
    far(async () => {
      const { revision, compacted } = await near.status();
      return { revision: ahead(revision), compacted: compacted === 0 ? 0 : farRevision(compacted) };
    });
  return {
    history: undefined,
    status,
    get: (key, revision = 0) =>
      far(async () => {
        const result = await near.get(key, asOf(revision));
        return {
          entry: farEntry(result.entry),
          revision: revision === 0 ? ahead(result.revision) : revision,
        };
      }),
    list: (prefix, options: ListOptions = {}) =>
      far(async () => {
        const { revision = 0 } = options;
        const result = await near.list(prefix, { ...options, revision: asOf(revision) });
        return {
          entries: result.entries.map((entry) => farEntry(entry)),
          remaining: result.remaining,
          revision: revision === 0 ? ahead(result.revision) : revision,
        };
      }),
    create: (key, value) => far(async () => writeResult(await near.create(key, value))),
    update: (key, value, expected, cause, makesRoom) =>
      far(async () =>
        writeResult(await near.update(key, value, expectedRevision(expected), cause, makesRoom)),
      ),
    delete: (key, expected) =>
      far(async () => writeResult(await near.delete(key, expectedRevision(expected)))),
    watch: (prefix, after, signal) => ({
      [Symbol.asyncIterator]: () => {
        const pipe = new Pipe(near.watch(prefix, nearRevision(after), signal)[Symbol.asyncIterator](), () =>
          late(MAX_WATCH_TURNS),
        );
        pipes.add(pipe);
        void pipe.ended.then(() => pipes.delete(pipe));
        return pipe;
      },
    }),
    requestProgress() {
      void status().then(
        async ({ revision }) => {
          // By then every event up to this revision is in the pipes.
          await nextTurn();
          for (const pipe of pipes) pipe.push({ events: [], revision });
        },
        () => undefined,
      );
    },
    compact: (revision) => far(() => near.compact(nearRevision(revision))),
    async close() {
      isOpen = false;
      await near.close();
    },
  };
}

/** Carries the batches of a watch, one after the other, each late and the events one by one. */
class Pipe implements AsyncIterator<EventBatch> {
  readonly #source: AsyncIterator<EventBatch>;
  readonly #late: () => Promise<void>;
  readonly #queue: (() => IteratorResult<EventBatch>)[] = [];
  #waiting: (() => void) | undefined;
  readonly ended: Promise<void>;

  constructor(source: AsyncIterator<EventBatch>, late: () => Promise<void>) {
    this.#source = source;
    this.#late = late;
    this.ended = this.#carry();
  }

  push(batch: EventBatch): void {
    this.#put(() => ({ done: false, value: batch }));
  }

  async next(): Promise<IteratorResult<EventBatch>> {
    while (this.#queue.length === 0) await new Promise<void>((resolve) => (this.#waiting = resolve));
    const head = this.#queue[0];
    const result = head!();
    if (result.done !== true) {
      await this.#late();
      this.#queue.shift();
    }
    return result;
  }

  async return(): Promise<IteratorResult<EventBatch>> {
    await this.#source.return?.();
    return { done: true, value: undefined };
  }

  async #carry(): Promise<void> {
    try {
      for (;;) {
        const result = await this.#source.next();
        if (result.done === true) break;
        for (const event of result.value.events) {
          const revision = farRevision(event.revision);
          this.push({ events: [{ ...event, revision, cause: undefined } satisfies StorageEvent], revision });
        }
      }
      this.#put(() => ({ done: true, value: undefined }));
    } catch (error) {
      this.#put(() => {
        throw farError(error);
      });
    }
  }

  #put(result: () => IteratorResult<EventBatch>): void {
    this.#queue.push(result);
    this.#waiting?.();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function farRevision(near: number): number {
  return FIRST + STEP * near;
}

/** Somebody else has written since. */
function ahead(near: number): number {
  return farRevision(near) + 1;
}

/** The last one at or before. */
function nearRevision(far: number): number {
  return far === 0 ? 0 : Math.max(0, Math.floor((far - FIRST) / STEP));
}

/** To read as of then. Before the first write there is nothing to be read, and 0 would mean now. */
function asOf(far: number): number {
  const near = nearRevision(far);
  if (far > 0 && near === 0) throw new CompactedError(far, farRevision(1));
  return near;
}

/** One that no entry has stays one that no entry has. */
function expectedRevision(far: number): number {
  return far === 0 || (far - FIRST) % STEP === 0 ? nearRevision(far) : -1;
}

function farEntry<T extends StoredEntry | undefined>(entry: T): T {
  return entry === undefined ? entry : { ...entry, revision: farRevision(entry.revision) };
}

function farError(error: unknown): unknown {
  if (!(error instanceof CompactedError) || error.compactedRevision >= FIRST) return error;
  return new CompactedError(0, farRevision(error.compactedRevision));
}
