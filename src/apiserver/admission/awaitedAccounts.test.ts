import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import type { Cache, CacheEvent } from '../../storage/cache.ts';
import { readerOf } from '../../../test/harness/admission.ts';
import { awaitedAccounts } from './awaitedAccounts.ts';

/** A cache that holds the objects that the test puts into it, and knows its listeners. */
class FakeCache implements Pick<Cache, 'get' | 'onChange'> {
  readonly listeners = new Set<(event: CacheEvent) => void>();
  readonly #entries = new Map<string, CacheEvent['entry']>();

  get(key: string): CacheEvent['entry'] | undefined {
    return this.#entries.get(key);
  }

  onChange(_prefix: string, listener: (event: CacheEvent) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  }

  put(key: string): void {
    const entry = {
      key,
      revision: 1,
      object: { metadata: { name: key } },
      bytes: new Uint8Array(),
    } as unknown as CacheEvent['entry'];
    this.#entries.set(key, entry);
    for (const listener of [...this.listeners])
      listener({ type: 'put', entry, previous: undefined, cause: undefined });
  }
}

describe('awaitedAccounts', () => {
  const key = 'core/serviceaccounts/ns/default';

  it('answers at once for what is there, and for any other name after a look at the newest state', async () => {
    const cache = new FakeCache();
    cache.put(key);
    const find = awaitedAccounts(cache, { catchUp }, new FakeClock());
    function catchUp(): Promise<void> {
      cache.put('core/serviceaccounts/ns/late');
      return Promise.resolve();
    }
    assert.equal((find('ns', 'default') as { metadata: { name: string } }).metadata.name, key);
    assert.equal(await find('ns', 'other'), undefined);
    assert.notEqual(await find('ns', 'late'), undefined);
    assert.equal(cache.listeners.size, 0);
  });

  it('waits for the default account of its namespace and then lets go', async () => {
    const cache = new FakeCache();
    const clock = new FakeClock();
    const found = Promise.resolve(awaitedAccounts(cache, readerOf(), clock)('ns', 'default'));
    cache.put('core/serviceaccounts/other/default');
    assert.equal(cache.listeners.size, 1);
    cache.put(key);
    assert.equal((await found)?.metadata.name, key);
    assert.deepEqual([cache.listeners.size, clock.pending], [0, 0]);
  });

  it('gives up after a while', async () => {
    const cache = new FakeCache();
    const clock = new FakeClock();
    const found = Promise.resolve(awaitedAccounts(cache, readerOf(), clock)('ns', 'default'));
    await clock.advance(1500);
    assert.equal(await found, undefined);
    assert.deepEqual([cache.listeners.size, clock.pending], [0, 0]);
  });
});
