import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStorage } from '../../src/storage/index.ts';
import { farStorage } from '../harness/farStorage.ts';
import { quietRandom } from '../harness/seed.ts';
import { historyContract, type StorageFixture, storageContract } from './storage.suite.ts';

async function openFile(): Promise<StorageFixture> {
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
}

async function openMemory(): Promise<StorageFixture> {
  const storage = await openSqliteStorage({ path: ':memory:' });
  return {
    storage,
    reopen: () => Promise.reject(new Error('nothing is kept')),
    dispose: () => storage.close(),
  };
}

async function openFar(): Promise<StorageFixture> {
  const near = await openMemory();
  return { ...near, storage: farStorage(near.storage, quietRandom('far storage')) };
}

storageContract('SQLite file', { durable: true }, openFile);
storageContract('SQLite in memory', { durable: false }, openMemory);
storageContract('a store that answers late and out of turn', { durable: false }, openFar);
historyContract('SQLite file', openFile);
historyContract('SQLite in memory', openMemory);
