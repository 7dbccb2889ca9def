import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { KubeObject } from '../api/meta.ts';
import type { Cache, CacheEvent } from './cache.ts';
import { CompactedError, type Storage, StorageUnavailableError } from './contract.ts';
import { encode } from './encoding.ts';
import { openSqliteStorage } from './sqlite/sqliteStorage.ts';
import { startWatchCache } from './watchCache.ts';

const object = (name: string, data = ''): KubeObject & { data: string } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, uid: name, resourceVersion: '', creationTimestamp: '2026-01-01T00:00:00Z' },
  data,
});
const nameOf = (event: CacheEvent): string => `${event.type} ${event.entry.object.metadata.name}`;

async function take(watch: AsyncIterable<readonly CacheEvent[]>, count: number): Promise<CacheEvent[]> {
  const events: CacheEvent[] = [];
  for await (const batch of watch) {
    events.push(...batch);
    if (events.length >= count) break;
  }
  return events;
}

describe('startWatchCache', () => {
  let storage: Storage;
  let cache: Cache;
  let stop: AbortController;

  beforeEach(async () => {
    storage = await openSqliteStorage({ path: ':memory:' });
    cache = await startWatchCache(storage);
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await cache.close();
    await storage.close();
  });

  it('shows what was there before it started', async () => {
    await storage.create('/cm/a', encode(object('a')));
    await storage.create('/cm/b', encode(object('b')));
    await storage.delete('/cm/a', 1);
    const other = await startWatchCache(storage);
    assert.deepEqual(
      other.list('/cm/').map((e) => e.object.metadata.name),
      ['b'],
    );
    assert.equal(other.revision(), 3);
    await other.close();
  });

  it('has a write before its promise resolves, for creates, updates and deletes of many writers', async () => {
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const key = `/cm/${i}`;
        const created = await storage.create(key, encode(object(String(i))));
        assert.ok(created.ok);
        assert.equal(cache.get(key)?.revision, created.revision);
        const updated = await storage.update(key, encode(object(String(i), 'x')), created.revision);
        assert.ok(updated.ok);
        assert.equal(cache.get(key)?.object.metadata.resourceVersion, String(updated.revision));
        const deleted = await storage.delete(key, updated.revision);
        assert.ok(deleted.ok);
        assert.equal(cache.get(key), undefined);
        assert.ok(cache.revision() >= deleted.revision);
      }),
    );
  });

  it('gives the same frozen object and the same bytes at every read, and the same list until something changes', async () => {
    await storage.create('/cm/a', encode(object('a')));
    const list = cache.list('/cm/');
    assert.equal(cache.list('/cm/'), list);
    assert.equal(list[0]?.object, cache.get('/cm/a')?.object);
    assert.equal(list[0]?.bytes, cache.get('/cm/a')?.bytes);
    assert.ok(Object.isFrozen(list[0]?.object));
    await storage.create('/cm2/a', encode(object('a')));
    assert.equal(cache.list('/cm/'), list);
    await storage.create('/cm/b', encode(object('b')));
    assert.equal(list.length, 1);
    assert.equal(cache.list('/cm/').length, 2);
  });

  it('a delete carries the last state with the revision of the delete', async () => {
    const seen: CacheEvent[] = [];
    cache.onChange('/cm/', (event) => seen.push(event));
    await storage.create('/cm/a', encode(object('a', 'last')), { actor: 'alice' });
    await storage.delete('/cm/a', 1, { actor: 'bob' });
    assert.deepEqual(seen.map(nameOf), ['put a', 'delete a']);
    assert.equal(seen[1]?.entry.object.metadata.resourceVersion, '2');
    assert.match(Buffer.from(seen[1].entry.bytes).toString(), /"resourceVersion":"2".*"last"/);
    assert.equal(seen[1].previous, seen[0]?.entry);
    assert.deepEqual(
      seen.map((e) => e.cause?.actor),
      ['alice', 'bob'],
    );
  });

  it('onChange is called before the write resolves, for its prefix only, until it is disposed', async () => {
    const seen: string[] = [];
    const subscription = cache.onChange('/cm/', (event) => seen.push(event.entry.key));
    await storage.create('/cm/a', encode(object('a')));
    await storage.create('/cmx/a', encode(object('a')));
    assert.deepEqual(seen, ['/cm/a']);
    subscription.dispose();
    await storage.create('/cm/b', encode(object('b')));
    assert.deepEqual(seen, ['/cm/a']);
  });

  it('watch: replays from the window, then goes on live', async () => {
    await storage.create('/cm/a', encode(object('a')));
    await storage.create('/cm/b', encode(object('b')));
    const watched = take(cache.watch('/cm/', 1, stop.signal), 2);
    await storage.create('/cm/c', encode(object('c')));
    assert.deepEqual((await watched).map(nameOf), ['put b', 'put c']);
  });

  it('watch: a prefix that is no directory works as one', async () => {
    const watched = take(cache.watch('/cm/a', 0, stop.signal), 2);
    for (const name of ['b', 'a', 'ab']) await storage.create(`/cm/${name}`, encode(object(name)));
    assert.deepEqual((await watched).map(nameOf), ['put a', 'put ab']);
  });

  it('watch: rejects where the window does not reach back, and from a start that is not in it', async () => {
    const small = await startWatchCache(storage, { window: 4 });
    for (let i = 1; i <= 10; i++) await storage.create(`/cm/${i}`, encode(object(String(i))));
    await assert.rejects(take(small.watch('/cm/', 5, stop.signal), 1), CompactedError);
    assert.deepEqual((await take(small.watch('/cm/', 6, stop.signal), 4)).map(nameOf), [
      'put 7',
      'put 8',
      'put 9',
      'put 10',
    ]);
    await small.close();
    const late = await startWatchCache(storage);
    await assert.rejects(take(late.watch('/cm/', 9, stop.signal), 1), CompactedError);
    await late.close();
  });

  it('watch: one that does not read is ended and holds nobody up', async () => {
    const bounded = await startWatchCache(storage, { watchBuffer: 3 });
    const slow = bounded.watch('/cm/', 0, stop.signal)[Symbol.asyncIterator]();
    const quick = take(bounded.watch('/cm/', 0, stop.signal), 6);
    for (let i = 1; i <= 6; i++) await storage.create(`/cm/${i}`, encode(object(String(i))));
    assert.equal((await quick).length, 6);
    await assert.rejects(slow.next(), CompactedError);
    assert.equal((await slow.next()).done, true);
    await bounded.close();
  });

  it('watch: every watcher sees what the store did under its prefix, in order, wherever it starts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('/a/1', '/a/2', '/b/1'), fc.boolean()), { maxLength: 30 }),
        fc.nat(30),
        fc.constantFrom('', '/a/', '/b/1'),
        async (changes, start, prefix) => {
          const own = await openSqliteStorage({ path: ':memory:' });
          const ownCache = await startWatchCache(own);
          const expected: number[] = [];
          const controller = new AbortController();
          const watches = [ownCache.watch(prefix, start, controller.signal)[Symbol.asyncIterator]()];
          for (const [key, remove] of changes) {
            const there = ownCache.get(key);
            const result =
              there === undefined
                ? await own.create(key, encode(object(key)))
                : remove
                  ? await own.delete(key, there.revision)
                  : await own.update(key, encode(object(key)), there.revision);
            assert.ok(result.ok);
            if (result.revision > start && key.startsWith(prefix)) expected.push(result.revision);
          }
          watches.push(ownCache.watch(prefix, start, controller.signal)[Symbol.asyncIterator]());
          for (const iterator of watches) {
            const watch = { [Symbol.asyncIterator]: () => iterator };
            const seen = expected.length === 0 ? [] : await take(watch, expected.length);
            assert.deepEqual(
              seen.map((e) => e.entry.revision),
              expected,
            );
          }
          controller.abort();
          await ownCache.close();
          await own.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('waitFor: resolves when the revision is there, rejects when aborted or closed', async () => {
    const reached = cache.waitFor(2, stop.signal);
    await storage.create('/cm/a', encode(object('a')));
    await storage.create('/cm/b', encode(object('b')));
    await reached;
    await cache.waitFor(1, stop.signal);
    const given = new AbortController();
    const aborted = cache.waitFor(9, given.signal);
    given.abort(new Error('given up'));
    await assert.rejects(aborted, /given up/);
    const closed = assert.rejects(cache.waitFor(9, stop.signal), StorageUnavailableError);
    await cache.close();
    await closed;
    await assert.rejects(cache.waitFor(9, stop.signal), StorageUnavailableError);
  });

  it('starts over from a list where the watch of the store breaks off: listeners hear the difference, watchers end', async () => {
    const broken = new AbortController();
    let watches = 0;
    // The real store, except that its first watch fails as one that fell behind.
    const breaking = new Proxy(storage, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property);
        if (property !== 'watch')
          return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        return (prefix: string, after: number, signal: AbortSignal) =>
          watches++ > 0 ? target.watch(prefix, after, signal) : failing(broken.signal);
      },
    });
    await storage.create('/cm/gone', encode(object('gone')));
    await storage.create('/cm/stays', encode(object('stays')));
    const own = await startWatchCache(breaking);
    const seen: string[] = [];
    own.onChange('/cm/', (event) => seen.push(nameOf(event)));
    const watcher = assert.rejects(take(own.watch('/cm/', 2, stop.signal), 1), CompactedError);
    await storage.delete('/cm/gone', 1);
    await storage.create('/cm/new', encode(object('new')));
    assert.deepEqual(seen, []);
    broken.abort();
    await own.waitFor(4, stop.signal);
    await watcher;
    assert.deepEqual(seen, ['delete gone', 'put new']);
    await storage.create('/cm/later', encode(object('later')));
    await own.waitFor(5, stop.signal);
    assert.deepEqual(
      own.list('/cm/').map((e) => e.object.metadata.name),
      ['later', 'new', 'stays'],
    );
    await own.close();
  });
});

/** A watch that gives nothing and fails as compacted when told. */
function failing(signal: AbortSignal): AsyncIterable<never> {
  const next = (): Promise<never> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new CompactedError(1, 2))));
  return { [Symbol.asyncIterator]: () => ({ next }) };
}
