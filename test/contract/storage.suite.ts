import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  CompactedError,
  type EventBatch,
  type Storage,
  type StorageEvent,
  type StorageHistory,
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

/** Of each property: they open stores of their own. */
const RUNS = 15;

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
async function collect(watch: AsyncIterable<EventBatch>, count: number): Promise<StorageEvent[]> {
  const events: StorageEvent[] = [];
  if (count === 0) return events;
  for await (const batch of watch) {
    for (const { revision } of batch.events) assert.ok(revision <= batch.revision);
    events.push(...batch.events);
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
      const { entry: there } = await storage.get(operation.key);
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

const revisionOf = async (storage: Storage): Promise<number> => (await storage.status()).revision;

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
      it('an empty store has no keys', async () => {
        const { entry, revision } = await storage.get('/a/1');
        assert.equal(entry, undefined);
        const list = await storage.list('');
        assert.deepEqual([list.entries, list.remaining], [[], 0]);
        assert.ok(revision <= list.revision);
        assert.ok((await storage.status()).compacted <= revision);
      });

      it('every write raises the one revision, and every answer says which one it shows', async () => {
        const empty = await revisionOf(storage);
        const first = await written(storage.create('/a/1', value('x')));
        const second = await written(storage.create('/b/1', value('y')));
        const third = await written(storage.update('/a/1', value('z'), first));
        const fourth = await written(storage.delete('/b/1', second));
        const rising = [empty, first, second, third, fourth];
        assert.deepEqual(
          rising,
          [...new Set(rising)].sort((x, y) => x - y),
        );
        assert.ok((await revisionOf(storage)) >= fourth);
        const { entry, revision } = await storage.get('/a/1');
        assert.deepEqual([entry?.revision, textOf(entry?.value)], [third, 'z']);
        assert.ok(revision >= fourth);
        assert.equal((await storage.get('/b/1')).entry, undefined);
        assert.ok((await storage.list('/b/')).revision >= fourth);
      });

      it('create is refused with the current entry where the key exists', async () => {
        const first = await written(storage.create('/a/1', value('x')));
        const result = await storage.create('/a/1', value('y'));
        assert.ok(!result.ok);
        assert.deepEqual([textOf(result.current?.value), result.current?.revision], ['x', first]);
        assert.ok(result.revision >= first);
        assert.equal((await storage.get('/a/1')).entry?.revision, first);
      });

      it('update and delete are refused where the revision is another', async () => {
        const first = await written(storage.create('/a/1', value('x')));
        const second = await written(storage.update('/a/1', value('y'), first));
        for (const expected of [first, second + 1]) {
          for (const result of [
            await storage.update('/a/1', value('z'), expected),
            await storage.delete('/a/1', expected),
          ]) {
            assert.ok(!result.ok);
            assert.equal(result.current?.revision, second);
            assert.ok(result.revision >= second);
          }
        }
        assert.equal((await storage.get('/a/1')).entry?.revision, second);
      });

      it('update and delete are refused without an entry where the key is not there', async () => {
        const other = await written(storage.create('/b/1', value('x')));
        for (const result of [
          await storage.update('/a/1', value('z'), other),
          await storage.delete('/a/1', other),
          await storage.delete('/a/1', 0),
        ]) {
          assert.ok(!result.ok);
          assert.equal(result.current, undefined);
          assert.ok(result.revision >= other);
        }
        assert.equal((await storage.get('/a/1')).entry, undefined);
      });

      it('a key can be created again after its deletion', async () => {
        const first = await written(storage.create('/a/1', value('x')));
        const second = await written(storage.delete('/a/1', first));
        assert.ok((await written(storage.create('/a/1', value('y')))) > second);
      });

      it('of writers with the same expectation exactly one wins, also in one turn', async () => {
        const first = await written(storage.create('/a/1', value('0')));
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            i % 5 === 4 ? storage.delete('/a/1', first) : storage.update('/a/1', value(String(i)), first),
          ),
        );
        assert.equal(results.filter((r) => r.ok).length, 1);
      });

      it('read-modify-write loops lose no increment', async () => {
        await written(storage.create('/counter', value('0')));
        const increment = async (): Promise<void> => {
          for (;;) {
            const { entry } = await storage.get('/counter');
            assert.ok(entry);
            const next = value(String(Number(textOf(entry.value)) + 1));
            if ((await storage.update('/counter', next, entry.revision)).ok) return;
          }
        };
        await Promise.all(Array.from({ length: 12 }, increment));
        assert.equal(textOf((await storage.get('/counter')).entry?.value), '12');
      });

      it('a write that has resolved is in every later read', async () => {
        for (let i = 0; i < 10; i++) {
          const revision = await written(storage.create(`/a/${i}`, value('x')));
          const [one, list, status] = await Promise.all([
            storage.get(`/a/${i}`),
            storage.list('/a/'),
            storage.status(),
          ]);
          assert.equal(one.entry?.revision, revision);
          assert.equal(list.entries.length, i + 1);
          for (const answer of [one, list, status]) assert.ok(answer.revision >= revision);
        }
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
      /** Of each key's creation. */
      let made: Map<string, number>;
      let last: number;
      beforeEach(async () => {
        made = new Map();
        for (const key of [...keys].reverse()) {
          last = await written(storage.create(key, value(key)));
          made.set(key, last);
        }
      });
      const listed = async (
        prefix: string,
        options?: Parameters<Storage['list']>[1],
      ): Promise<{ keys: string[]; remaining: number }> => {
        const { entries, remaining, revision } = await storage.list(prefix, options);
        if (options?.revision !== undefined) assert.equal(revision, options.revision);
        return { keys: entries.map((e) => e.key), remaining };
      };

      it('gives what starts with the prefix in order of key', async () => {
        assert.deepEqual((await listed('/a/')).keys, ['/a/1', '/a/2', '/a/3']);
        assert.deepEqual((await listed('/a')).keys, ['/a/1', '/a/2', '/a/3', '/ab/1']);
        assert.deepEqual((await listed('')).keys, keys);
        assert.deepEqual((await listed('/c/')).keys, []);
      });

      it('limit and after page through at one revision, with the number that remain', async () => {
        const first = await storage.list('/a/', { limit: 2 });
        assert.deepEqual([first.entries.map(({ key }) => key), first.remaining], [['/a/1', '/a/2'], 1]);
        await written(storage.create('/a/25', value('late')));
        await written(storage.delete('/a/3', made.get('/a/3')!));
        assert.deepEqual(await listed('/a/', { limit: 2, after: '/a/2', revision: first.revision }), {
          keys: ['/a/3'],
          remaining: 0,
        });
        assert.deepEqual((await listed('/a/', { after: '/a/2' })).keys, ['/a/25']);
        assert.deepEqual((await listed('/a/', { after: '/0' })).keys, ['/a/1', '/a/2', '/a/25']);
      });

      it('get and list as of a revision show the past', async () => {
        await written(storage.update('/a/1', value('new'), made.get('/a/1')!));
        const gone = await written(storage.delete('/a/2', made.get('/a/2')!));
        const past = await storage.get('/a/1', last);
        assert.deepEqual([textOf(past.entry?.value), past.revision], ['/a/1', last]);
        assert.equal((await storage.get('/a/2', gone - 1)).entry?.revision, made.get('/a/2'));
        assert.equal((await storage.get('/a/2', gone)).entry, undefined);
        assert.equal((await storage.get('/a/1', made.get('/a/2'))).entry, undefined);
        assert.deepEqual((await listed('/a/', { revision: made.get('/a/2')! })).keys, ['/a/2', '/a/3']);
        assert.deepEqual((await listed('/a/')).keys, ['/a/1', '/a/3']);
      });
    });

    describe('watch', () => {
      it('gives the past after a revision, then what follows, with previous values', async () => {
        const one = await written(storage.create('/a/1', value('one')));
        const two = await written(storage.update('/a/1', value('two'), one));
        const watched = collect(storage.watch('/a/', one, stop.signal), 3);
        await written(storage.create('/b/1', value('other')));
        const gone = await written(storage.delete('/a/1', two));
        const three = await written(storage.create('/a/1', value('three')));
        const events = (await watched).map((e) => [
          e.type,
          e.key,
          e.revision,
          textOf(e.value),
          textOf(e.previous),
        ]);
        assert.deepEqual(events, [
          ['put', '/a/1', two, 'two', 'one'],
          ['delete', '/a/1', gone, 'two', 'two'],
          ['put', '/a/1', three, 'three', undefined],
        ]);
      });

      it('a watch from a revision to come passes over what is before it', async () => {
        const first = await written(storage.create('/0', value('0')));
        // Past the next write for certain, and not past many more.
        const watched = collect(storage.watch('', first + 10, stop.signal), 1);
        let revision = first;
        for (let i = 1; revision <= first + 10; i++) {
          revision = await written(storage.create(`/${i}`, value('x')));
        }
        assert.deepEqual(
          (await watched).map((e) => e.revision),
          [revision],
        );
      });

      it('tells that it has given everything up to a revision, soon after it was asked', async () => {
        const iterator = storage.watch('', await revisionOf(storage), stop.signal)[Symbol.asyncIterator]();
        await written(storage.create('/a/1', value('x')));
        const revision = await revisionOf(storage);
        let reached = 0;
        let events = 0;
        while (reached < revision) {
          storage.requestProgress();
          const result = await iterator.next();
          assert.ok(result.done !== true);
          reached = result.value.revision;
          events += result.value.events.length;
        }
        assert.equal(events, 1);
      });

      it('ends when its signal aborts, before and while it is read', async () => {
        const iterator = storage.watch('', 0, stop.signal)[Symbol.asyncIterator]();
        const next = iterator.next();
        stop.abort();
        assert.equal((await next).done, true);
        assert.equal((await storage.watch('', 0, stop.signal)[Symbol.asyncIterator]().next()).done, true);
      });

      it('rejects where it starts before the compaction point', async () => {
        const made = [];
        for (const key of ['/1', '/2', '/3']) made.push(await written(storage.create(key, value(key))));
        await storage.compact(made[1]!);
        await assert.rejects(collect(storage.watch('', made[0]!, stop.signal), 1), CompactedError);
        assert.deepEqual(
          (await collect(storage.watch('', made[1]!, stop.signal), 1)).map((e) => e.revision),
          [made[2]],
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
                const watches: AsyncIterator<EventBatch>[] = [];
                const starts: number[] = [];
                const taken: number[] = [];
                for (const batch of [[], ...batches]) {
                  taken.push(...(await apply(own.storage, batch)));
                  const start = await revisionOf(own.storage);
                  starts.push(start);
                  watches.push(own.storage.watch(prefix, start, controller.signal)[Symbol.asyncIterator]());
                }
                const all = await collect(own.storage.watch('', starts[0]!, controller.signal), taken.length);
                assert.deepEqual(
                  all.map((e) => e.revision),
                  taken.toSorted((a, b) => a - b),
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
          { numRuns: RUNS },
        );
      });
    });

    describe('compaction', () => {
      /** A store of its own with what a batch of operations did to it, one after the other. */
      async function withEvents(
        batch: readonly Operation[],
        use: (at: {
          readonly storage: Storage;
          readonly events: readonly StorageEvent[];
          readonly signal: AbortSignal;
        }) => Promise<void>,
      ): Promise<void> {
        const own = await open();
        const controller = new AbortController();
        try {
          const start = await revisionOf(own.storage);
          let count = 0;
          for (const operation of batch) count += (await apply(own.storage, [operation])).length;
          const events = await collect(own.storage.watch('', start, controller.signal), count);
          await use({ storage: own.storage, events, signal: controller.signal });
        } finally {
          controller.abort();
          await own.dispose();
        }
      }
      async function sameAsReplay(
        at: Storage,
        events: readonly StorageEvent[],
        prefix: string,
        revision: number,
      ): Promise<void> {
        const { entries } = await at.list(prefix, { revision });
        const lines = entries.map((e) => `${e.key}=${String(textOf(e.value))}@${e.revision}`);
        assert.deepEqual(lines, replay(events, prefix, revision));
      }

      it('a list at any revision is the replay of the events up to it', async () => {
        await fc.assert(
          fc.asyncProperty(operations, fc.constantFrom(...PREFIXES), (batch, prefix) =>
            withEvents(batch, async (at) => {
              for (const { revision } of at.events)
                await sameAsReplay(at.storage, at.events, prefix, revision);
            }),
          ),
          { numRuns: RUNS },
        );
      });

      it('changes nothing that is at or after its point, and refuses what is before', async () => {
        await fc.assert(
          fc.asyncProperty(operations, fc.array(fc.nat(40), { maxLength: 3 }), (batch, points) =>
            withEvents(batch, async (at) => {
              const { events } = at;
              for (const point of points.filter((index) => index < events.length)) {
                const asked = events[point]!.revision;
                await at.storage.compact(asked);
                const { compacted } = await at.storage.status();
                assert.ok(compacted >= asked);
                // Revision 0 means now.
                if (compacted > 1) {
                  await assert.rejects(at.storage.list('', { revision: compacted - 1 }), CompactedError);
                }
                const left = events.filter(({ revision }) => revision > compacted);
                for (const { revision } of left) await sameAsReplay(at.storage, events, '', revision);
                await sameAsReplay(at.storage, events, '', compacted);
                const later = await collect(at.storage.watch('', compacted, at.signal), left.length);
                const shown = (e: StorageEvent): unknown => [
                  e.revision,
                  e.type,
                  textOf(e.value),
                  textOf(e.previous),
                ];
                assert.deepEqual(later.map(shown), left.map(shown));
              }
            }),
          ),
          { numRuns: RUNS },
        );
      });
    });

    describe('close', () => {
      it('waits for writes under way and refuses everything afterwards', async () => {
        const write = storage.create('/a/1', value('x'));
        const watched = collect(storage.watch('/none/', 0, stop.signal), 1);
        const refused = assert.rejects(watched, StorageUnavailableError);
        // A write that is still on its way there may come too late.
        await write;
        const another = storage.create('/a/0', value('x')).catch((error: unknown) => error);
        await storage.close();
        const outcome = await another;
        assert.ok(outcome instanceof StorageUnavailableError || (outcome as WriteResult).ok);
        await refused;
        for (const ask of [
          () => storage.get('/a/1'),
          () => storage.list(''),
          () => storage.status(),
          () => storage.create('/a/2', value('x')),
          () => collect(storage.watch('', 0, stop.signal), 1),
        ]) {
          await assert.rejects(ask, StorageUnavailableError);
        }
        await storage.close();
      });
    });

    if (!durable) return;
    describe('reopen', () => {
      it('what was acknowledged and the compaction point are there when it is opened again', async () => {
        const made: number[] = [];
        for (let i = 0; i < 10; i++) made.push(await written(storage.create(`/a/${i}`, value(String(i)))));
        made.push(await written(storage.delete('/a/9', made[9]!)));
        await storage.compact(made[4]!);
        await storage.close();
        const again = await fixture.reopen();
        const status = await again.status();
        assert.ok(status.revision >= made[10]!);
        assert.equal(status.compacted, made[4]);
        assert.equal((await again.list('')).entries.length, 9);
        assert.deepEqual(
          (await collect(again.watch('', made[4]!, stop.signal), 6)).map((e) => e.revision),
          made.slice(5),
        );
        assert.ok((await written(again.create('/b', value('x')))) > made[10]!);
      });

      it('the revision does not fall back where the last write was a delete that is compacted', async () => {
        const made = await written(storage.create('/a', value('x')));
        const gone = await written(storage.delete('/a', made));
        await storage.compact(gone);
        await storage.close();
        const again = await fixture.reopen();
        assert.ok((await revisionOf(again)) >= gone);
        assert.ok((await written(again.create('/a', value('y')))) > gone);
      });
    });
  });
}

/** What drivers keep besides that have a history. */
export function historyContract(name: string, open: () => Promise<StorageFixture>): void {
  describe(`Storage contract with a history: ${name}`, () => {
    let fixture: StorageFixture;
    let storage: Storage;
    let history: StorageHistory;

    beforeEach(async () => {
      fixture = await open();
      ({ storage } = fixture);
      assert.ok(storage.history !== undefined);
      ({ history } = storage);
    });
    afterEach(() => fixture.dispose());

    it('gives the changes under a prefix newest first, with time, cause and value', async () => {
      const before = Date.now();
      const made = await written(storage.create('/a/1', value('one'), { actor: 'alice' }));
      const other = await written(storage.create('/b/1', value('other')));
      const gone = await written(storage.delete('/a/1', made, { actor: 'bob', revision: other }));
      const records = await history.list('/a/');
      assert.deepEqual(
        records.map((r) => [r.revision, r.type, textOf(r.value), r.cause]),
        [
          [gone, 'delete', 'one', { actor: 'bob', revision: other }],
          [made, 'put', 'one', { actor: 'alice' }],
        ],
      );
      for (const { time } of records) assert.ok(time >= before && time <= Date.now());
      assert.deepEqual(
        (await history.list('', { limit: 1, before: gone })).map((r) => r.revision),
        [other],
      );
    });

    it('watches give the causes too', async () => {
      const start = await revisionOf(storage);
      await written(storage.create('/a/1', value('one'), { actor: 'alice' }));
      await written(storage.create('/a/2', value('two')));
      const stop = new AbortController();
      const events = await collect(storage.watch('', start, stop.signal), 2);
      assert.deepEqual(
        events.map(({ cause }) => cause),
        [{ actor: 'alice' }, undefined],
      );
    });
  });
}
