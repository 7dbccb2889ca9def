import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FakeClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { configMaps } from '../api/resources.ts';
import { expired, serviceUnavailable } from '../api/status.ts';
import type { ConfigMap } from '../api/types.ts';
import type { Client, ObjectEvent } from './contract.ts';
import { createInformerFactory } from './informerFactory.ts';

/** A server of one resource that a test moves by hand: objects, events, and failures of list and watch. */
class FakeServer {
  readonly objects = new Map<string, ConfigMap>();
  revision = 1;
  lists = 0;
  watches: string[] = [];
  failLists = 0;
  #log: ObjectEvent<ConfigMap>[] = [];
  #wake: (() => void)[] = [];
  #ended = false;
  #compacted = 0;

  set(name: string, value: string, uid = name): void {
    const key = `ns/${name}`;
    const existed = this.objects.has(key);
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name,
        namespace: 'ns',
        uid,
        resourceVersion: String(++this.revision),
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
      data: { value },
    } as ConfigMap;
    this.objects.set(key, object);
    this.#push({ type: existed ? 'MODIFIED' : 'ADDED', object });
  }

  delete(name: string): void {
    const old = this.objects.get(`ns/${name}`);
    if (old === undefined) return;
    this.objects.delete(`ns/${name}`);
    const metadata = { ...old.metadata, resourceVersion: String(++this.revision) };
    this.#push({ type: 'DELETED', object: { ...old, metadata } });
  }

  /** Ends the watches under way; they may continue. */
  endWatches(): void {
    this.#ended = true;
    this.#flush();
  }

  /** A client that has not read everything yet must list again. */
  forgetPast(): void {
    this.#log = [];
    this.#compacted = this.revision;
    this.#flush();
  }

  client(): Client {
    return {
      list: () => {
        this.lists += 1;
        if (this.failLists > 0) {
          this.failLists -= 1;
          return Promise.reject(serviceUnavailable('down'));
        }
        return Promise.resolve({
          apiVersion: 'v1',
          kind: 'ConfigMapList',
          metadata: { resourceVersion: String(this.revision) },
          items: [...this.objects.values()],
        });
      },
      watch: (_resource: unknown, options: { resourceVersion: string; signal: AbortSignal }) =>
        this.#watch(Number(options.resourceVersion), options.signal),
    } as unknown as Client;
  }

  async *#watch(after: number, signal: AbortSignal): AsyncGenerator<ObjectEvent<ConfigMap>[]> {
    this.watches.push(String(after));
    let from = after;
    signal.addEventListener('abort', () => this.#flush(), { once: true });
    while (!signal.aborted) {
      if (from < this.#compacted) throw expired('too old resource version');
      if (this.#ended) {
        this.#ended = false;
        return;
      }
      const batch = this.#log.filter(
        (e) => e.type !== 'BOOKMARK' && Number(e.object.metadata.resourceVersion) > from,
      );
      if (batch.length > 0) {
        from = this.revision;
        yield batch;
      } else await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  #push(event: ObjectEvent<ConfigMap>): void {
    this.#log.push(event);
    this.#flush();
  }

  #flush(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const server = new FakeServer();
  const clock = new FakeClock();
  const factory = createInformerFactory({ client: server.client(), clock, logger: silentLogger });
  const informer = factory.for(configMaps);
  const seen: string[] = [];
  informer.addIndex('value', (object) => [object.data?.value ?? '']);
  informer.addHandler({
    onAdd: (o) => seen.push(`+${o.metadata.name}=${o.data?.value}`),
    onUpdate: (o, old) => seen.push(`~${o.metadata.name}:${old.data?.value}>${o.data?.value}`),
    onDelete: (o) => seen.push(`-${o.metadata.name}`),
  });
  const stop = new AbortController();
  return { server, clock, factory, informer, seen, stop };
}

describe('informer', () => {
  it('lists, then follows the watch, with handlers after the cache', async () => {
    const { server, factory, informer, seen, stop } = setUp();
    server.set('a', '1');
    factory.start(stop.signal);
    await factory.whenSynced(stop.signal);
    assert.equal(informer.synced, true);
    server.set('b', '1');
    server.set('a', '2');
    await settle();
    server.delete('b');
    await settle();
    assert.deepEqual(seen, ['+a=1', '+b=1', '~a:1>2', '-b']);
    assert.deepEqual(
      informer.list('ns').map((o) => o.metadata.name),
      ['a'],
    );
    assert.deepEqual(informer.byIndex('value', '1'), []);
    assert.equal(informer.byIndex('value', '2').length, 1);
    assert.equal(informer.resourceVersion, String(server.revision));
    stop.abort();
    await factory.stopped();
  });

  it('is shared by all who ask for the same resource and selector', () => {
    const { factory } = setUp();
    assert.equal(factory.for(configMaps), factory.for(configMaps));
    assert.notEqual(factory.for(configMaps), factory.for(configMaps, { fieldSelector: 'metadata.name=a' }));
  });

  it('tells a handler that comes late what is there already', async () => {
    const { server, factory, informer, stop } = setUp();
    server.set('a', '1');
    factory.start(stop.signal);
    await factory.whenSynced(stop.signal);
    const late: string[] = [];
    const subscription = informer.addHandler({ onAdd: (o) => late.push(o.metadata.name) });
    subscription.dispose();
    server.set('b', '1');
    await settle();
    assert.deepEqual(late, ['a']);
    stop.abort();
    await factory.stopped();
  });

  it('continues an ended watch where it stopped, without a list', async () => {
    const { server, clock, factory, seen, stop } = setUp();
    factory.start(stop.signal);
    await factory.whenSynced(stop.signal);
    server.set('a', '1');
    await settle();
    await clock.advance(60_000);
    server.endWatches();
    await settle();
    server.set('a', '2');
    await settle();
    assert.equal(server.lists, 1);
    assert.deepEqual(server.watches, ['1', '2']);
    assert.deepEqual(seen, ['+a=1', '~a:1>2']);
    stop.abort();
    await factory.stopped();
  });

  it('lists again on Expired and tells only what has changed meanwhile', async () => {
    const { server, clock, factory, seen, stop } = setUp();
    server.set('same', '1');
    server.set('gone', '1');
    server.set('changed', '1');
    server.set('replaced', '1');
    factory.start(stop.signal);
    await factory.whenSynced(stop.signal);
    await settle();
    seen.length = 0;
    server.endWatches();
    server.delete('gone');
    server.set('changed', '2');
    server.delete('replaced');
    server.set('replaced', '2', 'other-uid');
    server.forgetPast();
    await settle();
    await clock.advance(800);
    assert.equal(server.lists, 2);
    assert.deepEqual(seen, ['~changed:1>2', '-replaced', '+replaced=2', '-gone']);
    stop.abort();
    await factory.stopped();
  });

  it('tries a failed list again with growing delays', async () => {
    const { server, clock, factory, informer, stop } = setUp();
    server.failLists = 3;
    factory.start(stop.signal);
    await settle();
    for (const delay of [800, 1600]) await clock.advance(delay);
    assert.equal(server.lists, 3);
    assert.equal(informer.synced, false);
    await clock.advance(3200);
    assert.equal(informer.synced, true);
    stop.abort();
    await factory.stopped();
  });

  it('rejects whenSynced when it is stopped before', async () => {
    const { server, factory, stop } = setUp();
    server.failLists = 1;
    factory.start(stop.signal);
    const synced = factory.whenSynced(stop.signal);
    stop.abort();
    await assert.rejects(synced, /stopped before it was synced/);
    await factory.stopped();
  });

  it('ends with the server state after any sequence of changes, ended watches and lost pasts', async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.tuple(fc.constant('set'), fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2')),
      },
      { weight: 3, arbitrary: fc.tuple(fc.constant('delete'), fc.constantFrom('a', 'b', 'c')) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('end')) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('expire')) },
      { weight: 3, arbitrary: fc.tuple(fc.constant('settle')) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { server, clock, factory, informer, stop } = setUp();
        const mirror = new Map<string, ConfigMap>();
        informer.addHandler({
          onAdd: (o) => {
            assert.ok(!mirror.has(o.metadata.name));
            mirror.set(o.metadata.name, o);
          },
          onUpdate: (o, old) => {
            assert.equal(mirror.get(o.metadata.name), old);
            mirror.set(o.metadata.name, o);
          },
          onDelete: (o) => assert.ok(mirror.delete(o.metadata.name)),
        });
        factory.start(stop.signal);
        for (const [what, name = '', value = ''] of steps) {
          if (what === 'set') server.set(name, value);
          else if (what === 'delete') server.delete(name);
          else if (what === 'end') server.endWatches();
          else if (what === 'expire') server.forgetPast();
          else await settle();
        }
        for (let i = 0; i < 5; i += 1) await clock.advance(30_000);
        const expected = [...server.objects.values()]
          .map((o) => `${o.metadata.name}@${o.metadata.resourceVersion}`)
          .sort();
        const state = (objects: Iterable<ConfigMap>): string[] =>
          [...objects].map((o) => `${o.metadata.name}@${o.metadata.resourceVersion}`).sort();
        assert.deepEqual(state(informer.list()), expected);
        assert.deepEqual(state(informer.list('ns')), expected);
        assert.deepEqual(state(mirror.values()), expected);
        assert.deepEqual(state(['1', '2'].flatMap((v) => informer.byIndex('value', v))), expected);
        stop.abort();
        await factory.stopped();
      }),
      { numRuns: 200 },
    );
  });

  it('ends when its resource is dropped, and tells that everything is gone', async () => {
    const { server, factory, informer, seen, stop } = setUp();
    server.set('a', '1');
    factory.start(stop.signal);
    await factory.whenSynced(stop.signal);
    factory.drop(configMaps);
    assert.deepEqual(seen, ['+a=1', '-a']);
    assert.deepEqual(informer.list(), []);
    await factory.stopped();
    server.set('b', '1');
    await settle();
    assert.equal(seen.length, 2);
    assert.notEqual(factory.for(configMaps), informer);
    stop.abort();
  });
});
