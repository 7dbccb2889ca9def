import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStorage } from '../../src/storage/index.ts';
import { type StorageFixture, storageContract } from './storage.suite.ts';

storageContract('SQLite file', { durable: true }, async (): Promise<StorageFixture> => {
  const directory = await mkdtemp(join(tmpdir(), 'wheelhouse-storage-'));
  const path = join(directory, 'state.db');
  const storage = await openSqliteStorage({ path });
  const opened = [storage];
  return {
    storage,
    reopen: async () => {
      const again = await openSqliteStorage({ path });
      opened.push(again);
      return again;
    },
    dispose: async () => {
      for (const each of opened) await each.close();
      await rm(directory, { recursive: true });
    },
  };
});

storageContract('SQLite in memory', { durable: false }, async (): Promise<StorageFixture> => {
  const storage = await openSqliteStorage({ path: ':memory:' });
  return {
    storage,
    reopen: () => Promise.reject(new Error('nothing is kept')),
    dispose: () => storage.close(),
  };
});
