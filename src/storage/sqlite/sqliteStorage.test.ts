import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CompactedError, type Storage, StorageUnavailableError, Value } from '../contract.ts';
import { openSqliteStorage, type SqliteStorageOptions } from './sqliteStorage.ts';

const value = (length = 10): Value => new Value(new TextEncoder().encode(JSON.stringify('x'.repeat(length))));

describe('openSqliteStorage', () => {
  let directory: string;
  let path: string;
  const opened: Storage[] = [];
  const open = async (options?: Partial<SqliteStorageOptions>): Promise<Storage> => {
    const storage = await openSqliteStorage({ path, ...options });
    opened.push(storage);
    return storage;
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wheelhouse-sqlite-'));
    path = join(directory, 'deep', 'state.db');
  });
  afterEach(async () => {
    for (const storage of opened.splice(0)) await storage.close();
    await rm(directory, { recursive: true });
  });

  it('makes the directory, and a file that only its owner can read', async () => {
    await open();
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('refuses a store that this process has open already', async () => {
    await open();
    await assert.rejects(open(), /in use by another process: stop the other control plane/);
  });

  it('refuses a store that another process has open, and gives it up on close', async () => {
    const storage = await open();
    const module = JSON.stringify(new URL('./sqliteStorage.ts', import.meta.url).href);
    const script = `const { openSqliteStorage } = await import(${module});
      const storage = await openSqliteStorage({ path: process.argv[1] }).catch((error) => error);
      console.log(storage.name ?? 'opened ' + (await storage.status()).revision, storage.message ?? '');`;
    const other = async (): Promise<string> =>
      (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, path])).stdout;
    await storage.create('/a', value());
    assert.match(await other(), /^StoreInUseError .*in use by another process/);
    await storage.close();
    assert.match(await other(), /^opened 1/);
  });

  it('a file that is no store is refused with what to do', async () => {
    path = join(directory, 'text.db');
    await writeFile(path, 'not a database, but long enough to be looked at '.repeat(40));
    await assert.rejects(open(), /is damaged: SQLite cannot read it .*Restore a snapshot/);
  });

  it('a store of a newer format is refused and left as it is', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    path = join(directory, 'newer.db');
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await assert.rejects(open(), /written by a newer version \(format 99\)/);
  });

  it('a store of the first format is taken over with all that is in it', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    path = join(directory, 'older.db');
    const database = new DatabaseSync(path);
    database.exec(`
      CREATE TABLE revisions (revision INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB, time INTEGER NOT NULL,
        actor TEXT, cause INTEGER) STRICT;
      CREATE UNIQUE INDEX revisions_by_key ON revisions (key, revision);
      CREATE TABLE compaction (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL,
        removed INTEGER NOT NULL) STRICT;
      INSERT INTO compaction VALUES (1, 0, 0);
      INSERT INTO revisions VALUES (1, '/a', CAST('"one"' AS BLOB), 1, 'alice', NULL);
      PRAGMA user_version = 1`);
    database.close();
    for (const count of [1, 2]) {
      const storage = await open();
      assert.equal((await storage.list('')).entries.length, count);
      assert.equal((await storage.get('/a')).entry?.value.decode(), 'one');
      await storage.create(`/${count}`, value());
      await storage.close();
    }
  });

  it('a directory in place of the file is refused with what to do', async () => {
    path = directory;
    await assert.rejects(open(), StorageUnavailableError);
  });

  it('a full store refuses writes with a remedy and loses nothing that was acknowledged', async () => {
    const storage = await open({ maxBytes: 200_000 });
    let count = 0;
    await assert.rejects(
      async () => {
        for (;;) {
          await storage.create(`/a/${count}`, value(10_000));
          count++;
        }
      },
      (error) =>
        error instanceof StorageUnavailableError && /cannot grow: free some space/.test(error.message),
    );
    assert.ok(count > 5);
    assert.equal((await storage.status()).revision, count);
    assert.equal((await storage.list('/a/')).entries.length, count);
    await storage.close();
    const again = await open();
    assert.equal((await again.status()).revision, count);
    assert.equal((await again.list('/a/')).entries.length, count);
  });

  it('a failed commit fails every write of its batch and none is seen', async () => {
    const storage = await open({ maxBytes: 200_000 });
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) => storage.create(`/a/${i}`, value(10_000))),
    );
    assert.deepEqual([...new Set(results.map((r) => r.status))], ['rejected']);
    assert.equal((await storage.status()).revision, 0);
    assert.equal((await storage.get('/a/0')).entry, undefined);
    assert.equal((await storage.create('/a/0', value())).ok, true);
  });

  it('a watcher that falls behind is ended with CompactedError', async () => {
    const storage = await open({ path: ':memory:', watchBuffer: 2 });
    const signal = new AbortController().signal;
    const slow = storage.watch('', 0, signal)[Symbol.asyncIterator]();
    for (const key of ['/1', '/2', '/3']) await storage.create(key, value());
    await assert.rejects(slow.next(), CompactedError);
  });

  it('keeps as many revisions of the past as it is told, and every current value', async () => {
    const storage = await open({ path: ':memory:', keepRevisions: 100 });
    await storage.create('/stays', value());
    for (let i = 0; i < 300; i++) await storage.create(`/${i}`, value());
    assert.ok((await storage.status()).compacted >= 301 - 110);
    assert.ok((await storage.status()).compacted <= 301 - 100);
    await assert.rejects(storage.list('', { revision: 10 }), CompactedError);
    assert.equal((await storage.list('')).entries.length, 301);
  });

  it('compaction gives space back to later writes', async () => {
    const storage = await open({ maxBytes: 400_000 });
    let revision = 0;
    for (let i = 0; i < 200; i++) {
      const result =
        revision === 0
          ? await storage.create('/a', value(10_000))
          : await storage.update('/a', value(10_000), revision);
      assert.ok(result.ok);
      revision = result.revision;
      if (i % 10 === 9) await storage.compact(revision);
    }
    assert.equal((await storage.history!.list('/a')).length, 0);
    assert.equal((await storage.get('/a')).entry?.revision, 200);
  });
});
