import type { Entry } from '../api/request.ts';
import { createDeferred, type Deferred } from '../base/deferred.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/events.ts';
import { Broadcaster } from './broadcaster.ts';
import type { Cache, CacheEvent } from './cache.ts';
import { CacheEntry } from './cacheEntry.ts';
import {
  CompactedError,
  type EventBatch,
  type Storage,
  type StorageEvent,
  StorageUnavailableError,
  type StoredEntry,
} from './contract.ts';
import { EventWindow } from './eventWindow.ts';
import { directoriesOf, isDirectory } from './keys.ts';
import { Replay } from './replay.ts';
import { SortedMap } from './sortedMap.ts';

export interface WatchCacheOptions {
  /** Events that are kept for watches that start in the past. Default 8,192. */
  readonly window?: number;
  /** Events that one watcher may have unread before it is ended. Default 16,384. */
  readonly watchBuffer?: number;
}

/** With so many lists at hand no empty one is added. */
const MANY_LISTS = 4_096;

/** What the cache reads of the store. */
export type Followed = Pick<Storage, 'list' | 'watch' | 'requestProgress'>;

/** Starts a cache of the whole store; resolves once it shows what the store has. */
export async function startWatchCache(storage: Followed, options: WatchCacheOptions = {}): Promise<Cache> {
  const cache = new WatchCache(storage, options);
  await cache.start();
  return cache;
}

class WatchCache implements Cache {
  readonly #storage: Followed;
  readonly #windowSize: number;
  readonly #entries = new SortedMap<CacheEntry>();
  /** Lists as they were last given, until something under their prefix changes. */
  readonly #lists = new Map<string, readonly Entry[]>();
  readonly #listeners = new Map<string, Emitter<CacheEvent>>();
  readonly #watchers: Broadcaster<CacheEvent, readonly CacheEvent[]>;
  readonly #waiting = new Set<{ readonly revision: number; readonly reached: Deferred<undefined> }>();
  readonly #stop = new AbortController();
  #window: EventWindow;
  #revision = 0;
  #feed: Promise<void> = Promise.resolve();
  #ended: Error | undefined;

  constructor(storage: Followed, options: WatchCacheOptions) {
    this.#storage = storage;
    this.#windowSize = options.window ?? 8_192;
    this.#window = new EventWindow(this.#windowSize, 0);
    this.#watchers = new Broadcaster({
      keyOf: (event) => event.entry.key,
      revisionOf: (event) => event.entry.revision,
      batchOf: (events) => events,
      capacity: options.watchBuffer ?? 16_384,
    });
  }

  async start(): Promise<void> {
    await this.#fill();
    this.#feed = this.#run();
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  list(prefix: string): readonly Entry[] {
    const known = this.#lists.get(prefix);
    if (known !== undefined) return known;
    const list = this.#entries.withPrefix(prefix);
    // Admission reads some prefixes without entries again and again, so their empty lists are kept. Only some are kept,
    // because a client can think up any number of prefixes.
    const isKept = list.length > 0 || this.#lists.size < MANY_LISTS;
    if (isKept && isDirectory(prefix)) this.#lists.set(prefix, list);
    return list;
  }

  revision(): number {
    return this.#revision;
  }

  async waitFor(revision: number, signal: AbortSignal): Promise<void> {
    if (this.#revision >= revision) return;
    signal.throwIfAborted();
    if (this.#ended !== undefined) throw this.#ended;
    const waiter = { revision, reached: createDeferred<undefined>() };
    const abort = (): void => waiter.reached.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#waiting.add(waiter);
    this.#storage.requestProgress();
    try {
      await waiter.reached.promise;
    } finally {
      this.#waiting.delete(waiter);
      signal.removeEventListener('abort', abort);
    }
  }

  watch(prefix: string, after: number, signal: AbortSignal): AsyncIterable<readonly CacheEvent[]> {
    return {
      [Symbol.asyncIterator]: () => {
        if (this.#ended !== undefined) throw this.#ended;
        const live = this.#watchers.subscribe(prefix, after, signal);
        if (after < this.#window.from) live.end(new CompactedError(after, this.#window.from));
        let past: readonly CacheEvent[] | undefined = live.ended ? [] : this.#window.after(after, prefix);
        return new Replay(live, () => {
          const page = past;
          past = undefined;
          return page?.length === 0 ? undefined : page;
        });
      },
    };
  }

  onChange(prefix: string, listener: (event: CacheEvent) => void): Disposable {
    let emitter = this.#listeners.get(prefix);
    if (emitter === undefined) this.#listeners.set(prefix, (emitter = new Emitter<CacheEvent>()));
    return emitter.event(listener);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#feed;
    this.#end(new StorageUnavailableError('the watch cache is closed'));
  }

  /** Follows the store until it ends. Where the store's watch was too slow or too old, starts over from a list. */
  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        for await (const batch of this.#storage.watch('', this.#revision, this.#stop.signal)) {
          this.#apply(batch);
        }
      } catch (error) {
        if (!(error instanceof CompactedError)) {
          this.#end(error as Error);
          return;
        }
        await this.#fill().catch((failure: unknown) => this.#end(failure as Error));
        if (this.#ended !== undefined) return;
      }
    }
  }

  #apply({ events, revision }: EventBatch): void {
    const changes = events.map((event) => this.#change(event));
    for (const change of changes) this.#window.push(change);
    this.#revision = Math.max(this.#revision, revision);
    this.#watchers.publish(changes);
    this.#wake();
  }

  /** Enters one event and tells the listeners. */
  #change({ type, key, revision, value, cause }: StorageEvent): CacheEvent {
    const entry = new CacheEntry(key, revision, value);
    const change: CacheEvent = { type, entry, previous: this.#entries.get(key), cause };
    if (type === 'put') this.#entries.set(key, entry);
    else this.#entries.delete(key);
    this.#revision = revision;
    for (const directory of directoriesOf(key)) this.#lists.delete(directory);
    for (const [prefix, emitter] of this.#listeners) if (key.startsWith(prefix)) emitter.fire(change);
    return change;
  }

  /**
   * Takes over the store's state as a whole. Listeners hear the differences; watchers are ended, as their window of
   * events has a gap, and start over from a list.
   */
  async #fill(): Promise<void> {
    const { entries, revision } = await this.#storage.list('');
    const there = new Set(entries.map(({ key }) => key));
    const gone = [...this.#entries.keys()].filter((key) => !there.has(key));
    for (const key of gone) this.#leave(key, revision);
    for (const entry of entries) {
      if (this.#entries.get(entry.key)?.revision !== entry.revision) this.#enter(entry);
    }
    this.#revision = revision;
    this.#window = new EventWindow(this.#windowSize, revision);
    this.#watchers.end(new CompactedError(revision - 1, revision));
    this.#wake();
  }

  #enter({ key, revision, value }: StoredEntry): void {
    this.#change({ type: 'put', key, revision, value, previous: undefined, cause: undefined });
  }

  #leave(key: string, revision: number): void {
    const value = (this.#entries.get(key) as CacheEntry).value;
    this.#change({ type: 'delete', key, revision, value, previous: value, cause: undefined });
  }

  #wake(): void {
    for (const { revision, reached } of this.#waiting) {
      if (revision <= this.#revision) reached.resolve(undefined);
    }
  }

  #end(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#watchers.end(error);
    for (const { reached } of this.#waiting) reached.reject(error);
    for (const emitter of this.#listeners.values()) emitter.dispose();
  }
}
