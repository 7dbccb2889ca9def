import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FakeClock } from '../../base/clock.ts';
import { CompactedError, type Storage, StorageUnavailableError, Value } from '../contract.ts';
import { markPath, readMark } from './mark.ts';
import { openSqliteStorage } from './sqliteStorage.ts';
import { restoreStore, saveStore, storeRevision } from './storeFiles.ts';

const value = (text: string): Value => new Value(Buffer.from(JSON.stringify(text)));

describe('saveStore() and restoreStore()', () => {
  const clock = new FakeClock();
  let folder: string;
  let store: string;
  let copy: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-store-'));
    store = path.join(folder, 'store.db');
    copy = path.join(folder, 'copy.db');
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function using<T>(use: (storage: Storage) => Promise<T>): Promise<T> {
    const storage = await openSqliteStorage({ path: store });
    try {
      return await use(storage);
    } finally {
      await storage.close();
    }
  }
  const objects = (): Promise<readonly unknown[]> =>
    using(async (storage) =>
      (await storage.list('/')).entries.map(({ key, revision, value: v }) => [key, revision, v.decode()]),
    );
  const create = (...keys: string[]): Promise<number> =>
    using(async (storage) => {
      for (const key of keys) await storage.create(key, value(key));
      return (await storage.status()).revision;
    });

  it('a restored store has the objects of the copy, and a revision that was never given out', async () => {
    await create('/a', '/b');
    assert.equal(await saveStore(store, copy), 2);
    assert.equal(await storeRevision(copy), 2);
    await using(async (storage) => {
      await storage.delete('/a', 1);
      await storage.update('/b', value('changed'), 2);
      await storage.create('/c', value('c'));
    });
    assert.equal(await restoreStore(copy, store, clock), 6);
    assert.deepEqual(await objects(), [
      ['/a', 1, '/a'],
      ['/b', 2, '/b'],
    ]);
    assert.deepEqual((await readdir(folder)).sort(), ['copy.db', 'store.db', 'store.db-mark']);
    assert.equal((await stat(copy)).mode & 0o777, 0o600);
    assert.equal((await stat(store)).mode & 0o777, 0o600);
  });

  it('all that was seen before is compacted, and what is written then goes on from the new revision', async () => {
    await create('/a');
    await saveStore(store, copy);
    const last = await create('/b', '/c');
    const revision = await restoreStore(copy, store, clock);
    await using(async (storage) => {
      assert.deepEqual(
        [(await storage.status()).revision, (await storage.status()).compacted],
        [revision, revision],
      );
      for (const seen of [1, last]) {
        const watch = storage.watch('', seen, new AbortController().signal)[Symbol.asyncIterator]();
        await assert.rejects(watch.next(), CompactedError);
        await assert.rejects(storage.list('', { revision: seen }), CompactedError);
      }
      assert.deepEqual(await storage.update('/a', value('new'), 1), { ok: true, revision: revision + 1 });
      const stop = new AbortController();
      for await (const batch of storage.watch('', revision, stop.signal)) {
        assert.deepEqual(
          batch.events.map((event) => [event.key, event.revision]),
          [['/a', revision + 1]],
        );
        stop.abort();
      }
    });
  });

  it('restoring again never repeats a revision, and the past of the copy is gone', async () => {
    await create('/a');
    await using((storage) => storage.update('/a', value('second'), 1));
    await saveStore(store, copy);
    const first = await restoreStore(copy, store, clock);
    assert.equal(first, 3);
    await create('/x', '/y');
    assert.equal(await restoreStore(copy, store, clock), 6);
    assert.deepEqual(await objects(), [['/a', 2, 'second']]);
    assert.deepEqual(await using((storage) => storage.history!.list('/')), []);
  });

  it('a store that is gone or damaged is replaced, above all that its mark or else the time allows', async () => {
    await create('/a');
    await saveStore(store, copy);
    const { ceiling } = readMark(store)!;
    await rm(store);
    assert.equal(await restoreStore(copy, store, clock), ceiling + 1);
    await writeFile(store, 'this is no database, but it is long enough to be looked at'.repeat(100));
    await rm(markPath(store));
    assert.equal(await restoreStore(copy, store, clock), clock.now() + 1);
    assert.deepEqual(await objects(), [['/a', 1, '/a']]);
  });

  it('a store that runs is neither copied nor replaced', async () => {
    await create('/a');
    await saveStore(store, copy);
    await using(async () => {
      await assert.rejects(
        saveStore(store, path.join(folder, 'other.db')),
        (error) => error instanceof StorageUnavailableError && /in use/.test(error.message),
      );
      await assert.rejects(restoreStore(copy, store, clock), /in use/);
    });
    assert.deepEqual((await readdir(folder)).sort(), ['copy.db', 'store.db', 'store.db-mark']);
  });

  it('a damaged copy is refused by name, and the store stays as it is', async () => {
    await create('/a');
    await writeFile(copy, 'no database at all, whatever one may wish for'.repeat(100));
    await assert.rejects(restoreStore(copy, store, clock), /copy\.db is damaged/);
    await assert.rejects(storeRevision(copy), /copy\.db is damaged/);
    assert.deepEqual(await objects(), [['/a', 1, '/a']]);
    assert.deepEqual((await readdir(folder)).sort(), ['copy.db', 'store.db', 'store.db-mark']);
  });
});
