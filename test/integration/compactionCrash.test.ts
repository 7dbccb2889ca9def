import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { openSqliteStorage } from '../../src/storage/index.ts';
import { seededRandom } from '../harness/seed.ts';

const WRITER = fileURLToPath(new URL('./storageWriter.ts', import.meta.url));
/** Few: kills without compaction are tested on the whole control plane (controlPlaneCrash.test.ts). */
const KILLS = 10;
const random = seededRandom('kills while the store compacts');

/** Starts a writer, kills it a random while after its first acknowledged write, gives all that were: key to revision. */
async function writeUntilKilled(path: string, round: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [WRITER, path, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged = new Map<string, number>();
  let rest = '';
  let killing = false;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [key = '', revision] = line.split(' ');
      if (revision !== undefined) acknowledged.set(key, Number(revision));
    }
    if (killing || acknowledged.size === 0) return;
    killing = true;
    // The moment of the kill is what is random here; nothing waits for this timer.
    setTimeout(() => child.kill('SIGKILL'), random.number() * 30);
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL', 'the writer ended by itself');
  return acknowledged;
}

describe('SQLite storage whose process is killed while it compacts', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wheelhouse-crash-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it(`has every acknowledged write after each of ${KILLS} kills`, async function () {
    this.timeout(120_000);
    const path = join(directory, 'state.db');
    const all = new Map<string, number>();
    for (let round = 0; round < KILLS; round++) {
      for (const [key, revision] of await writeUntilKilled(path, round)) all.set(key, revision);
      const storage = await openSqliteStorage({ path });
      try {
        const { entries, revision } = await storage.list('/crash/');
        const found = new Map(entries.map((entry) => [entry.key, entry]));
        for (const [key, written] of all) {
          const entry = found.get(key);
          assert.ok(entry !== undefined, `${key} is lost after kill ${round + 1}`);
          assert.ok(entry.revision >= written, `${key} has fallen back after kill ${round + 1}`);
          assert.equal((entry.value.decode() as { content: string }).content.split(' ')[0], key);
        }
        assert.ok(revision >= Math.max(...all.values()));
      } finally {
        await storage.close();
      }
    }
    assert.ok(all.size > KILLS * 8, `only ${all.size} writes were acknowledged`);
    const database = new DatabaseSync(path);
    assert.deepEqual(
      database
        .prepare('PRAGMA integrity_check')
        .all()
        .map((row) => row['integrity_check']),
      ['ok'],
    );
    database.close();
  });
});
