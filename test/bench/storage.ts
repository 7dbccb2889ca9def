import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { encode, openSqliteStorage, startWatchCache } from '../../src/storage/index.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { type Benchmark, median } from './benchmark.ts';

const WRITERS = 32;
const WRITES = 20_000;
const RUNS = 3;

/** Durable inserts of 1 KB ConfigMaps by 32 writers through driver and watch cache, against bare inserts in batches of 32. */
export const storage: Benchmark = {
  name: 'storage',
  async run(report) {
    const directory = await mkdtemp(join(tmpdir(), 'wheelhouse-bench-'));
    try {
      const raw: number[] = [];
      const driver: number[] = [];
      for (let run = 0; run < RUNS; run++) {
        raw.push(rawInserts(join(directory, `raw${run}.db`)));
        driver.push(await driverInserts(join(directory, `driver${run}.db`)));
      }
      report({
        what: 'insert 1 KB, 32 writers',
        value: median(driver),
        unit: '/s',
        limit: { what: 'raw SQLite, 32 a commit', value: median(raw) },
        target: { atLeast: 0.5 },
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};

function configMap(i: number): KubeObject & { data: Record<string, string> } {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `cm-${i}`,
      namespace: 'default',
      uid: '5d4f0f6e-9a2f-4f62-b0ac-1f4f0c7b1d11',
      creationTimestamp: '2026-01-01T00:00:00Z',
      resourceVersion: '',
    },
    data: { text: 'x'.repeat(800) },
  };
}

async function driverInserts(path: string): Promise<number> {
  const store = await openSqliteStorage({ path });
  const cache = await startWatchCache(store);
  let next = 0;
  const start = performance.now();
  const writer = async (): Promise<void> => {
    while (next < WRITES) {
      const i = next++;
      const result = await store.create(`core/configmaps/default/cm-${i}`, encode(configMap(i)), {
        actor: 'bench',
      });
      if (!result.ok) throw new Error('the key exists');
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  const rate = (WRITES / (performance.now() - start)) * 1000;
  await cache.close();
  await store.close();
  return rate;
}

/** The same rows and durability in the fewest steps that SQLite lets one take. */
function rawInserts(path: string): number {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('CREATE TABLE entries (revision INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB) STRICT');
  const insert = database.prepare('INSERT INTO entries VALUES (?, ?, ?)');
  const value = Buffer.from(JSON.stringify(configMap(0)));
  const start = performance.now();
  for (let i = 0; i < WRITES;) {
    database.exec('BEGIN');
    for (const end = i + WRITERS; i < end; i++) insert.run(i + 1, `core/configmaps/default/cm-${i}`, value);
    database.exec('COMMIT');
  }
  const rate = (WRITES / (performance.now() - start)) * 1000;
  database.close();
  return rate;
}
