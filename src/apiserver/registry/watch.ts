import type { Clock } from '../../base/clock.ts';
import { createDeferred, type Deferred } from '../../base/deferred.ts';
import { DisposableStore } from '../../base/disposable.ts';
import type { Event } from '../../base/events.ts';
import type { WatchEvent } from '../../api/request.ts';
import { expired, type StatusError, toStatusError } from '../../api/status.ts';
import type { CacheEvent } from '../../storage/cache.ts';
import { CompactedError } from '../../storage/contract.ts';
import type { RegistryOptions } from './context.ts';
import { catchUp, waitUntilFresh } from './freshness.ts';
import { prefixOf } from './keys.ts';
import type { ListQuery } from './listOptions.ts';
import { selectionOf } from './selection.ts';
import type { Served } from '../resources/served.ts';
import { bookmark, eventsFor, initialEvents } from './watchEvents.ts';

/** Between bookmarks of a quiet watch (apiserver `pkg/storage/cacher`). */
const BOOKMARK_MS = 60_000;
/** A last bookmark comes this long before the watch times out. */
const LAST_BOOKMARK_MS = 2_000;

/**
 * The events of a watch in batches, until `timeoutMs` is over or the signal aborts. Where it starts
 * (apiserver `pkg/storage/cacher`): no resourceVersion or 0: what is there as ADDED, then changes; a
 * resourceVersion: changes after it; `sendInitialEvents`: as asked, closed by a bookmark that says so. What goes
 * wrong on the way (a start that is compacted away: Expired) is an ERROR event, the last one.
 */
export async function watchObjects(
  registry: RegistryOptions,
  served: Served,
  namespace: string,
  query: ListQuery,
  options: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<AsyncIterable<readonly WatchEvent[]>> {
  const selection = selectionOf(served, query.labels, query.fields);
  const requested = query.resourceVersion ?? 0;
  const sendInitial = query.sendInitialEvents ?? requested === 0;
  if (query.resourceVersion === undefined) await catchUp(registry, () => options.signal);
  else if (sendInitial) await waitUntilFresh(registry, requested, () => options.signal);

  const prefix = prefixOf(served.kind.resource, namespace);
  const after = sendInitial || requested === 0 ? registry.cache.revision() : requested;
  const there = sendInitial ? registry.cache.list(prefix) : [];
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  // Subscribes now, in the same turn in which the state was read.
  const changes = registry.cache.watch(prefix, after, signal)[Symbol.asyncIterator]();
  return batches({
    after,
    initial: initialEvents(served, selection, there),
    initialEnd:
      query.sendInitialEvents === true && query.allowBookmarks
        ? bookmark(served, after, { initialEventsEnd: true })
        : undefined,
    changes,
    select: (some) => eventsFor(served, selection, some),
    onEnd: served.onEnd,
    bookmark: query.allowBookmarks ? (revision) => bookmark(served, revision) : undefined,
    revision: () => registry.cache.revision(),
    clock: registry.clock,
    timeoutMs: options.timeoutMs,
    end: () => ended.abort(),
  });
}

interface BatchOptions {
  /** The revision that the changes follow. */
  readonly after: number;
  readonly initial: readonly WatchEvent[] | Promise<readonly WatchEvent[]>;
  /** Follows the initial events. */
  readonly initialEnd: WatchEvent | undefined;
  readonly changes: AsyncIterator<readonly CacheEvent[]>;
  select(changes: readonly CacheEvent[]): readonly WatchEvent[] | Promise<readonly WatchEvent[]>;
  /** Fires when what is watched is no longer served. */
  readonly onEnd: Event<undefined>;
  readonly bookmark: ((revision: number) => WatchEvent) | undefined;
  revision(): number;
  readonly clock: Clock;
  readonly timeoutMs: number;
  end(): void;
}

async function* batches(options: BatchOptions): AsyncGenerator<readonly WatchEvent[], void, undefined> {
  const timers = new DisposableStore();
  timers.add(options.clock.timeout(options.timeoutMs, () => options.end()));
  timers.add(options.onEnd(() => options.end()));
  const alarm = options.bookmark === undefined ? undefined : bookmarkAlarm(options, timers);
  try {
    const initial = options.initial instanceof Promise ? await options.initial : options.initial;
    if (initial.length > 0) yield initial;
    if (options.initialEnd !== undefined) yield [options.initialEnd];
    let pending = options.changes.next();
    for (;;) {
      const result = await (alarm === undefined ? pending : Promise.race([pending, alarm.next()]));
      if (typeof result === 'number') {
        if (options.bookmark !== undefined) yield [options.bookmark(result)];
        continue;
      }
      if (result.done === true) return;
      const selected = options.select(result.value);
      const events = selected instanceof Promise ? await selected : selected;
      if (events.length > 0) yield events;
      pending = options.changes.next();
    }
  } catch (error) {
    yield [{ type: 'ERROR', object: watchError(error, options.after).status }];
  } finally {
    timers.dispose();
    options.end();
  }
}

/**
 * Rings each minute and shortly before the end. A new promise per wait, so that none collects listeners. It tells the
 * revision at the time of the ring: who waits then has had everything up to it, but maybe not what comes until it wakes.
 */
function bookmarkAlarm(options: BatchOptions, timers: DisposableStore): { next(): Promise<number> } {
  let waiting: Deferred<number> | undefined;
  const ring = (): void => waiting?.resolve(options.revision());
  const again = (): void => {
    const timer = timers.add(
      options.clock.timeout(BOOKMARK_MS, () => {
        timers.release(timer);
        ring();
        again();
      }),
    );
  };
  again();
  if (options.timeoutMs > LAST_BOOKMARK_MS) {
    timers.add(options.clock.timeout(options.timeoutMs - LAST_BOOKMARK_MS, ring));
  }
  return { next: () => (waiting = createDeferred<number>()).promise };
}

function watchError(error: unknown, requested: number): StatusError {
  if (error instanceof CompactedError) {
    return expired(`too old resource version: ${requested} (${error.compactedRevision})`);
  }
  return toStatusError(error);
}
