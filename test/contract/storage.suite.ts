import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  CompactedError,
  type Storage,
  type StorageEvent,
  StorageUnavailableError,
  Value,
  type WriteResult,
} from '../../src/storage/contract.ts';

/** A store under test, empty at first. */
export interface StorageFixture {
  readonly storage: Storage;
  /** The same store again after `close()`: only asked of durable ones. */
  reopen(): Promise<Storage>;
  /** Closes what is open and removes what is left. */
  dispose(): Promise<void>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const value = (text: string): Value => new Value(encoder.encode(JSON.stringify(text)));
const textOf = (v: Value | undefined): string | undefined =>
  v === undefined ? undefined : (JSON.parse(decoder.decode(v.bytes)) as string);

async function written(result: Promise<WriteResult>): Promise<number> {
  const outcome = await result;
  assert.ok(outcome.ok, 'the write was refused');
  return outcome.revision;
}

/** Reads events until `count` have come or the watch ends. */
async function collect(
  watch: AsyncIterable<readonly StorageEvent[]>,
  count: number,
): Promise<StorageEvent[]> {
  const events: StorageEvent[] = [];
  if (count === 0) return events;
  for await (const batch of watch) {
    assert.ok(batch.length > 0, 'a batch is never empty');
    events.push(...batch);
    if (events.length >= count) break;
  }
  return events;
}

type Operation =
  | { readonly type: 'create' | 'update'; readonly key: string; readonly text: string }
  | { readonly type: 'delete'; readonly key: string };

const KEYS = ['/a/x/1', '/a/x/2', '/a/y/1', '/ab/1', '/b/1'] as const;
const PREFIXES = ['', '/a/', '/a/x/', '/a', '/b/1', '/none/'] as const;

const operations = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constantFrom('create' as const, 'update' as const),
      key: fc.constantFrom(...KEYS),
      text: fc.string({ maxLength: 4 }),
    }),
    fc.record({ type: fc.constant('delete' as const), key: fc.constantFrom(...KEYS) }),
  ),
  { maxLength: 40 },
);

/** Applies an operation to what is there now, all of one batch at once; gives the revisions of those that were taken. */
async function apply(storage: Storage, batch: readonly Operation[]): Promise<number[]> {
  const results = await Promise.all(
    batch.map(async (operation) => {
      if (operation.type === 'create') return storage.create(operation.key, value(operation.text));
      const there = await storage.get(operation.key);
      if (there === undefined) return undefined;
      return operation.type === 'update'
        ? storage.update(operation.key, value(operation.text), there.revision)
        : storage.delete(operation.key, there.revision);
    }),
  );
  return results.flatMap((result) => (result?.ok === true ? [result.revision] : []));
}

/** The state after the events, as `key=text@revision` lines in order of key. */
function replay(events: readonly StorageEvent[], prefix: string, upTo: number): string[] {
  const state = new Map<string, string>();
  for (const event of events) {
    if (event.revision > upTo || !event.key.startsWith(prefix)) continue;
    if (event.type === 'delete') state.delete(event.key);
    else state.set(event.key, `${event.key}=${String(textOf(event.value))}@${event.revision}`);
  }
  return [...state].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}

/** What every storage driver keeps (src/storage/contract.ts). `durable`: something is left after `close()`. */
export function storageContract(
  name: string,
  { durable }: { readonly durable: boolean },
  open: () => Promise<StorageFixture>,
): void {
  describe(`Storage contract: ${name}`, () => {
    let fixture: StorageFixture;
    let storage: Storage;
    let stop: AbortController;

    beforeEach(async () => {
      fixture = await open();
      ({ storage } = fixture);
      stop = new AbortController();
    });
    afterEach(async () => {
      stop.abort();
      await fixture.dispose();
    });

    describe('get, create, update, delete', () => {
      it('an empty store has revision 0 and no keys', async () => {
        assert.equal(storage.currentRevision(), 0);
        assert.equal(await storage.get('/a/1'), undefined);
        assert.deepEqual(await storage.list(''), { entries: [], revision: 0, remaining: 0 });
      });

      it('every write raises the one revision by one', async () => {
        assert.equal(await written(storage.create('/a/1', value('x'))), 1);
        assert.equal(await written(storage.create('/b/1', value('y'))), 2);
        assert.equal(await written(storage.update('/a/1', value('z'), 1)), 3);
        assert.equal(await written(storage.delete('/b/1', 2)), 4);
        assert.equal(storage.currentRevision(), 4);
        assert.equal((await storage.get('/a/1'))?.revision, 3);
        assert.equal(textOf((await storage.get('/a/1'))?.value), 'z');
        assert.equal(await storage.get('/b/1'), undefined);
      });

      it('create is refused with the current entry where the key exists', async () => {
        await written(storage.create('/a/1', value('x')));
        const result = await storage.create('/a/1', value('y'));
        assert.ok(!result.ok);
        assert.equal(textOf(result.current?.value), 'x');
        assert.equal(result.current?.revision, 1);
        assert.equal(storage.currentRevision(), 1);
      });

      it('update and delete are refused where the revision is another', async () => {
        await written(storage.create('/a/1', value('x')));
        await written(storage.update('/a/1', value('y'), 1));
        for (const result of [await storage.update('/a/1', value('z'), 1), await storage.delete('/a/1', 1)]) {
          assert.ok(!result.ok);
          assert.equal(result.current?.revision, 2);
        }
        assert.equal(storage.currentRevision(), 2);
      });

      it('update and delete are refused without an entry where the key is not there', async () => {
        for (const result of [
          await storage.update('/a/1', value('z'), 1),
          await storage.delete('/a/1', 1),
          await storage.delete('/a/1', 0),
        ]) {
          assert.deepEqual(result, { ok: false, current: undefined });
        }
      });

      it('a key can be created again after its deletion', async () => {
        await written(storage.create('/a/1', value('x')));
        await written(storage.delete('/a/1', 1));
        assert.equal(await written(storage.create('/a/1', value('y'))), 3);
      });

      it('of writers with the same expectation exactly one wins, also in one turn', async () => {
        await written(storage.create('/a/1', value('0')));
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            i % 5 === 4 ? storage.delete('/a/1', 1) : storage.update('/a/1', value(String(i)), 1),
          ),
        );
        assert.equal(results.filter((r) => r.ok).length, 1);
        assert.equal(storage.currentRevision(), 2);
      });

      it('read-modify-write loops lose no increment', async () => {
        await written(storage.create('/counter', value('0')));
        const increment = async (): Promise<void> => {
          for (;;) {
            const there = await storage.get('/counter');
            assert.ok(there);
            const next = value(String(Number(textOf(there.value)) + 1));
            if ((await storage.update('/counter', next, there.revision)).ok) return;
          }
        };
        await Promise.all(Array.from({ length: 12 }, increment));
        assert.equal(textOf((await storage.get('/counter'))?.value), '12');
      });

      it('bytes survive unchanged', async () => {
        const bytes = encoder.encode('{"kind":"Ünïcode 🚢","n":9007199254740993123}');
        await written(storage.create('/a/1', new Value(bytes)));
        const [entry] = (await storage.list('/a/')).entries;
        assert.deepEqual(Buffer.from(entry!.value.bytes), Buffer.from(bytes));
      });
    });

    describe('list', () => {
      const keys = ['/a/1', '/a/2', '/a/3', '/ab/1', '/b/1'];
      beforeEach(async () => {
        for (const key of [...keys].reverse()) await written(storage.create(key, value(key)));
      });
      const listed = async (
        prefix: string,
        options?: Parameters<Storage['list']>[1],
      ): Promise<{ keys: string[]; remaining: number; revision: number }> => {
        const { entries, remaining, revision } = await storage.list(prefix, options);
        return { keys: entries.map((e) => e.key), remaining, revision };
      };

      it('gives what starts with the prefix in order of key', async () => {
        assert.deepEqual((await listed('/a/')).keys, ['/a/1', '/a/2', '/a/3']);
        assert.deepEqual((await listed('/a')).keys, ['/a/1', '/a/2', '/a/3', '/ab/1']);
        assert.deepEqual((await listed('')).keys, keys);
        assert.deepEqual((await listed('/c/')).keys, []);
      });

      it('limit and after page through at one revision, with the number that remain', async () => {
        assert.deepEqual(await listed('/a/', { limit: 2 }), {
          keys: ['/a/1', '/a/2'],
          remaining: 1,
          revision: 5,
        });
        await written(storage.create('/a/25', value('late')));
        await written(storage.delete('/a/3', (await storage.get('/a/3'))!.revision));
        assert.deepEqual(await listed('/a/', { limit: 2, after: '/a/2', revision: 5 }), {
          keys: ['/a/3'],
          remaining: 0,
          revision: 5,
        });
        assert.deepEqual((await listed('/a/', { after: '/a/2' })).keys, ['/a/25']);
        assert.deepEqual((await listed('/a/', { after: '/0' })).keys, ['/a/1', '/a/2', '/a/25']);
      });

      it('get and list as of a revision show the past', async () => {
        await written(storage.update('/a/1', value('new'), 5));
        await written(storage.delete('/a/2', 4));
        assert.equal(textOf((await storage.get('/a/1', 5))?.value), '/a/1');
        assert.equal((await storage.get('/a/2', 6))?.revision, 4);
        assert.equal(await storage.get('/a/2', 7), undefined);
        assert.equal(await storage.get('/a/1', 4), undefined);
        assert.deepEqual((await listed('/a/', { revision: 4 })).keys, ['/a/2', '/a/3']);
        assert.deepEqual((await listed('/a/')).keys, ['/a/1', '/a/3']);
      });
    });

    describe('watch', () => {
      it('gives the past after a revision, then what follows, with previous values and causes', async () => {
        await written(storage.create('/a/1', value('one'), { actor: 'alice' }));
        await written(storage.update('/a/1', value('two'), 1, { actor: 'controller', revision: 1 }));
        const watched = collect(storage.watch('/a/', 1, stop.signal), 3);
        await written(storage.create('/b/1', value('other')));
        await written(storage.delete('/a/1', 2, { actor: 'bob' }));
        await written(storage.create('/a/1', value('three')));
        const events = (await watched).map(({ type, key, revision, value: v, previous, cause }) => [
          type,
          key,
          revision,
          textOf(v),
          textOf(previous),
          cause,
        ]);
        assert.deepEqual(events, [
          ['put', '/a/1', 2, 'two', 'one', { actor: 'controller', revision: 1 }],
          ['delete', '/a/1', 4, 'two', 'two', { actor: 'bob' }],
          ['put', '/a/1', 5, 'three', undefined, undefined],
        ]);
      });

      it('a watch from a revision to come passes over what is before it', async () => {
        const watched = collect(storage.watch('', 2, stop.signal), 1);
        for (const key of ['/1', '/2', '/3']) await written(storage.create(key, value(key)));
        assert.deepEqual(
          (await watched).map((e) => e.revision),
          [3],
        );
      });

      it('a write that has resolved is already in a watch', async () => {
        const iterator = storage.watch('/a/', 0, stop.signal)[Symbol.asyncIterator]();
        const first = iterator.next();
        await written(storage.create('/a/1', value('x')));
        const pending = Symbol('pending');
        const settled = await Promise.race([
          first,
          new Promise((resolve) => setImmediate(() => resolve(pending))),
        ]);
        assert.notEqual(settled, pending);
        await iterator.return?.();
      });

      it('ends when its signal aborts, before and while it is read', async () => {
        const iterator = storage.watch('', 0, stop.signal)[Symbol.asyncIterator]();
        const next = iterator.next();
        stop.abort();
        assert.equal((await next).done, true);
        assert.equal((await storage.watch('', 0, stop.signal)[Symbol.asyncIterator]().next()).done, true);
      });

      it('rejects where it starts before the compaction point', async () => {
        for (const key of ['/1', '/2', '/3']) await written(storage.create(key, value(key)));
        await storage.compact(2);
        await assert.rejects(collect(storage.watch('', 1, stop.signal), 1), CompactedError);
        assert.deepEqual(
          (await collect(storage.watch('', 2, stop.signal), 1)).map((e) => e.revision),
          [3],
        );
      });

      it('every watcher sees every event of its prefix once and in order, whenever it starts', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(operations, { maxLength: 4 }),
            fc.constantFrom(...PREFIXES),
            async (batches, prefix) => {
              const own = await open();
              const controller = new AbortController();
              try {
                const watches: AsyncIterator<readonly StorageEvent[]>[] = [];
                const starts: number[] = [];
                for (const batch of [[], ...batches]) {
                  await apply(own.storage, batch);
                  starts.push(own.storage.currentRevision());
                  const watch = own.storage.watch(prefix, own.storage.currentRevision(), controller.signal);
                  watches.push(watch[Symbol.asyncIterator]());
                }
                const all = await collect(
                  own.storage.watch('', 0, controller.signal),
                  own.storage.currentRevision(),
                );
                assert.deepEqual(
                  all.map((e) => e.revision),
                  Array.from({ length: own.storage.currentRevision() }, (_, i) => i + 1),
                );
                for (const [i, iterator] of watches.entries()) {
                  const expected = all
                    .filter((e) => e.revision > starts[i]! && e.key.startsWith(prefix))
                    .map((e) => e.revision);
                  const seen = await collect({ [Symbol.asyncIterator]: () => iterator }, expected.length);
                  assert.deepEqual(
                    seen.map((e) => e.revision),
                    expected,
                  );
                }
              } finally {
                controller.abort();
                await own.dispose();
              }
            },
          ),
          { numRuns: 25 },
        );
      });
    });

    describe('history and compaction', () => {
      it('a list at any revision is the replay of the events up to it', async () => {
        await fc.assert(
          fc.asyncProperty(operations, fc.constantFrom(...PREFIXES), async (batch, prefix) => {
            const own = await open();
            const controller = new AbortController();
            try {
              for (const operation of batch) await apply(own.storage, [operation]);
              const last = own.storage.currentRevision();
              const events = await collect(own.storage.watch('', 0, controller.signal), last);
              for (let revision = 1; revision <= last; revision++) {
                const { entries } = await own.storage.list(prefix, { revision });
                const lines = entries.map((e) => `${e.key}=${String(textOf(e.value))}@${e.revision}`);
                assert.deepEqual(lines, replay(events, prefix, revision));
              }
            } finally {
              controller.abort();
              await own.dispose();
            }
          }),
          { numRuns: 15 },
        );
      });

      it('compaction changes nothing that is at or after its point, and refuses what is before', async () => {
        await fc.assert(
          fc.asyncProperty(operations, fc.array(fc.nat(40), { maxLength: 3 }), async (batch, points) => {
            const own = await open();
            const controller = new AbortController();
            try {
              for (const operation of batch) await apply(own.storage, [operation]);
              const last = own.storage.currentRevision();
              const events = await collect(own.storage.watch('', 0, controller.signal), last);
              for (const point of points) {
                await own.storage.compact(point);
                const compacted = own.storage.compactedRevision();
                assert.ok(compacted >= Math.min(point, last));
                if (compacted > 1) {
                  await assert.rejects(own.storage.list('', { revision: compacted - 1 }), CompactedError);
                }
                for (let revision = Math.max(compacted, 1); revision <= last; revision++) {
                  const { entries } = await own.storage.list('', { revision });
                  const lines = entries.map((e) => `${e.key}=${String(textOf(e.value))}@${e.revision}`);
                  assert.deepEqual(lines, replay(events, '', revision));
                }
                const later = await collect(
                  own.storage.watch('', compacted, controller.signal),
                  last - compacted,
                );
                assert.deepEqual(
                  later.map((e) => [e.revision, e.type, textOf(e.value), textOf(e.previous)]),
                  events
                    .slice(compacted)
                    .map((e) => [e.revision, e.type, textOf(e.value), textOf(e.previous)]),
                );
              }
              assert.equal(own.storage.currentRevision(), last);
            } finally {
              controller.abort();
              await own.dispose();
            }
          }),
          { numRuns: 15 },
        );
      });

      it('history gives the changes under a prefix newest first, with time, cause and value', async () => {
        const before = Date.now();
        await written(storage.create('/a/1', value('one'), { actor: 'alice' }));
        await written(storage.create('/b/1', value('other')));
        await written(storage.delete('/a/1', 1, { actor: 'bob', revision: 2 }));
        const records = await storage.history('/a/');
        assert.deepEqual(
          records.map((r) => [r.revision, r.type, textOf(r.value), r.cause]),
          [
            [3, 'delete', 'one', { actor: 'bob', revision: 2 }],
            [1, 'put', 'one', { actor: 'alice' }],
          ],
        );
        for (const { time } of records) assert.ok(time >= before && time <= Date.now());
        assert.deepEqual(
          (await storage.history('', { limit: 1, before: 3 })).map((r) => r.revision),
          [2],
        );
      });
    });

    describe('close', () => {
      it('waits for writes under way and refuses everything afterwards', async () => {
        const write = storage.create('/a/1', value('x'));
        const watched = collect(storage.watch('/none/', 0, stop.signal), 1);
        const refused = assert.rejects(watched, StorageUnavailableError);
        await storage.close();
        assert.equal((await write).ok, true);
        await refused;
        await assert.rejects(storage.get('/a/1'), StorageUnavailableError);
        await assert.rejects(storage.list(''), StorageUnavailableError);
        await assert.rejects(storage.create('/a/2', value('x')), StorageUnavailableError);
        await assert.rejects(collect(storage.watch('', 0, stop.signal), 1), StorageUnavailableError);
        await storage.close();
      });
    });

    if (!durable) return;
    describe('reopen', () => {
      it('what was acknowledged, its history and the compaction point are there when it is opened again', async () => {
        for (let i = 1; i <= 10; i++) await written(storage.create(`/a/${i}`, value(String(i))));
        await written(storage.delete('/a/10', 10));
        await storage.compact(5);
        await storage.close();
        const again = await fixture.reopen();
        assert.equal(again.currentRevision(), 11);
        assert.equal(again.compactedRevision(), 5);
        assert.equal((await again.list('')).entries.length, 9);
        assert.deepEqual(
          (await collect(again.watch('', 5, stop.signal), 6)).map((e) => e.revision),
          [6, 7, 8, 9, 10, 11],
        );
        assert.equal(await written(again.create('/b', value('x'))), 12);
      });

      it('the revision does not fall back where the last write was a delete that is compacted', async () => {
        await written(storage.create('/a', value('x')));
        await written(storage.delete('/a', 1));
        await storage.compact(2);
        await storage.close();
        const again = await fixture.reopen();
        assert.equal(again.currentRevision(), 2);
        assert.equal(await written(again.create('/a', value('y'))), 3);
      });
    });
  });
}
