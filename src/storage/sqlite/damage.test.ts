import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '../../base/clock.ts';
import { DamagedStoreError, type Storage, StorageUnavailableError, Value } from '../contract.ts';
import { readMark } from './mark.ts';
import { openSqliteStorage, type SqliteStorageOptions } from './sqliteStorage.ts';
import { exportStore, recoverStore } from './recovery.ts';
import { saveStore } from './storeFiles.ts';

const FILES = ['store.db', 'store.db-wal', 'store.db-mark'] as const;
type File = (typeof FILES)[number];

const value = (text: string): Value => new Value(JSON.stringify({ text, padding: 'x'.repeat(700) }));

/** `key=text@revision` of each entry. */
type State = readonly string[];

async function stateOf(storage: Storage): Promise<State> {
  const { entries } = await storage.list('');
  return entries.map((entry) => `${entry.key}=${textOf(entry.value)}@${entry.revision}`);
}

function textOf(stored: Value): string {
  return (stored.decode() as { text: string }).text;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Places all through a file, its first and last bytes among them. */
function places(bytes: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor((i * (bytes - 1)) / (count - 1)));
}

describe('a damaged SQLite store', () => {
  const clock = new FakeClock();
  let folder: string;
  let path: string;
  /** The files of a store as a killed process leaves them. */
  let files: ReadonlyMap<File, Buffer>;
  let state: State;
  let last: number;

  /** Writes, with half of it in the file and half in the log, and takes the files as they are then. */
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelhouse-damage-'));
    path = join(folder, 'made.db');
    let storage = await openSqliteStorage({ path });
    await write(storage, 'old');
    await storage.close();
    storage = await openSqliteStorage({ path });
    await write(storage, 'new');
    state = await stateOf(storage);
    last = (await storage.status()).revision;
    const taken = new Map<File, Buffer>();
    for (const file of FILES) taken.set(file, await readFile(join(folder, file.replace('store', 'made'))));
    files = taken;
    await storage.close();
    path = join(folder, 'store.db');
  });
  after(() => rm(folder, { recursive: true }));

  beforeEach(async () => {
    for (const name of await readdir(folder)) if (name.startsWith('store')) await rm(join(folder, name));
    for (const [file, bytes] of files) await writeFile(join(folder, file), bytes);
  });

  async function write(storage: Storage, round: string): Promise<void> {
    for (let i = 0; i < 30; i++) {
      const key = `/objects/${round}-${i}`;
      const made = await storage.create(key, value(`made ${i}`), { actor: 'alice' });
      assert.ok(made.ok);
      if (i % 3 === 0) await storage.update(key, value(`changed ${i}`), made.revision);
      if (i % 5 === 4) await storage.delete(key, made.revision);
    }
  }

  const flip = async (file: File, at: number, mask = 0x10): Promise<void> => {
    const bytes = Buffer.from(files.get(file)!);
    bytes[at] = bytes[at]! ^ mask;
    await writeFile(join(folder, file), bytes);
  };
  /** What the files are, in short. */
  const content = async (): Promise<ReadonlyMap<string, string>> =>
    new Map(
      await Promise.all(
        FILES.map(async (file): Promise<[string, string]> => [
          file,
          await readFile(join(folder, file)).then(digest, () => ''),
        ]),
      ),
    );
  async function using<T>(
    use: (storage: Storage) => Promise<T>,
    options?: Partial<SqliteStorageOptions>,
  ): Promise<T> {
    const storage = await openSqliteStorage({ path, ...options });
    try {
      return await use(storage);
    } finally {
      await storage.close();
    }
  }
  /** The state, or the refusal. */
  const start = (): Promise<State | DamagedStoreError> =>
    using(stateOf).catch((error: unknown) => {
      assert.ok(error instanceof DamagedStoreError, String(error));
      assert.match(
        error.message,
        /is damaged: .+\. Restore a snapshot, export what is whole \(--export\), or start .*\(--recover\)/,
      );
      return error;
    });
  const mustRefuse = async (finding: RegExp): Promise<DamagedStoreError> => {
    const refusal = await start();
    assert.ok(refusal instanceof DamagedStoreError, `it started with ${JSON.stringify(refusal)}`);
    assert.match(refusal.damage, finding);
    return refusal;
  };

  it('that is only what a killed process leaves is whole', async () => {
    assert.ok(files.get('store.db-wal')!.length > 100_000, 'nothing was left in the log');
    assert.deepEqual(await start(), state);
    assert.equal(readMark(path)?.acknowledged, last);
  });

  for (const file of ['store.db', 'store.db-wal'] as const) {
    it(`with a flipped bit in ${file}, wherever it is, starts with all that was acknowledged or not at all`, async function () {
      this.timeout(60_000);
      let refused = 0;
      for (const at of places(files.get(file)!.length, 70)) {
        for (const other of FILES) await writeFile(join(folder, other), files.get(other)!);
        await rm(`${path}-shm`, { force: true });
        await flip(file, at);
        const found = await start();
        if (found instanceof DamagedStoreError) refused++;
        else assert.deepEqual(found, state, `byte ${at}`);
      }
      assert.ok(refused > 5, `only ${refused} were refused`);
    });
  }

  it('refuses a log that is damaged in the middle, changes nothing, and says so again', async () => {
    await flip('store.db-wal', files.get('store.db-wal')!.length >> 1);
    const before = await content();
    await mustRefuse(
      /its log store\.db-wal is damaged, and the \d+ commits or more after revision \d+ are lost/,
    );
    assert.deepEqual(await content(), before);
    await mustRefuse(/its log store\.db-wal is damaged/);
  });

  it('finds a damaged middle of the log also where its mark is gone', async () => {
    await rm(`${path}-mark`);
    await flip('store.db-wal', files.get('store.db-wal')!.length >> 1);
    await mustRefuse(/its log store\.db-wal is damaged/);
  });

  const acknowledged = /it ends with revision \d+, and revisions up to \d+ were acknowledged/;
  it('finds the last commit damaged', async () => {
    await flip('store.db-wal', files.get('store.db-wal')!.length - 100);
    await mustRefuse(acknowledged);
    await mustRefuse(acknowledged);
  });

  it('finds the log cut off anywhere, or removed', async () => {
    for (const at of places(files.get('store.db-wal')!.length - 1, 12)) {
      await writeFile(`${path}-wal`, files.get('store.db-wal')!);
      await truncate(`${path}-wal`, at);
      await mustRefuse(acknowledged);
      await writeFile(path, files.get('store.db')!);
    }
    await rm(`${path}-wal`, { force: true });
    await mustRefuse(acknowledged);
  });

  it('finds the file cut off, older or removed', async () => {
    await truncate(path, files.get('store.db')!.length >> 1);
    await rm(`${path}-wal`);
    await mustRefuse(/./);
    await rm(path);
    await mustRefuse(/the file is missing, though it had \d+ revisions/);
    assert.deepEqual((await content()).get('store.db'), '');
  });

  it('that a commit was cut off from, which nobody was told of, is whole', async () => {
    const storage = await openSqliteStorage({ path });
    const known = await readFile(`${path}-wal`);
    await storage.create('/late', value('late'));
    const longer = await readFile(`${path}-wal`);
    await storage.close();
    assert.notDeepEqual(longer, known);
    for (const cut of [1, 5_000, longer.length - known.length - 1]) {
      for (const file of FILES) await writeFile(join(folder, file), files.get(file)!);
      // A loss of power may leave any part of a commit that was never synced.
      await writeFile(`${path}-wal`, longer.subarray(0, longer.length - cut));
      assert.deepEqual(await start(), state, `${cut} bytes`);
    }
  });

  it('with one half of its mark damaged is whole', async () => {
    for (const at of [20, 530]) {
      for (const file of FILES) await writeFile(join(folder, file), files.get(file)!);
      await flip('store.db-mark', at);
      assert.deepEqual(await start(), state);
    }
  });

  describe('whose past is damaged', () => {
    /** Changes a byte of a value that is not current. */
    async function damagePast(): Promise<void> {
      await using((storage) => storage.create('/late', value('late')));
      const text = (await readFile(path)).toString('latin1');
      assert.ok(text.includes('"made 0"'));
      await writeFile(path, text.replaceAll('"made 0"', '"mad_ 0"'), 'latin1');
    }

    it('is refused too, by the revision', async () => {
      await damagePast();
      await mustRefuse(
        /revision \d+ of "\/objects\/old-0" is not what was written; revision \d+ of "\/objects\/new-0" is not/,
      );
    });

    it('and that is too large to be looked through at once tells while it serves', async () => {
      await damagePast();
      const damage = await new Promise<DamagedStoreError>((resolve, reject) => {
        const impatient = new FakeClock();
        // Time is up at once, and every pause is over at once.
        impatient.monotonic = (() => {
          let now = 0;
          return () => (now += 1_000);
        })();
        impatient.sleep = () => Promise.resolve();
        openSqliteStorage({ path, clock: impatient, onDamage: resolve }).then(
          (storage) => cleanups.push(() => storage.close()),
          reject,
        );
      });
      assert.match(damage.message, /"\/objects\/old-0" is not what was written/);
    });
    const cleanups: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0)) await cleanup();
    });

    it('cannot be saved', async () => {
      await damagePast();
      await assert.rejects(saveStore(path, join(folder, 'store-copy.db')), DamagedStoreError);
    });
  });

  describe('recoverStore()', () => {
    it('leaves a whole store as it is', async () => {
      assert.equal(await recoverStore(path, clock), undefined);
      assert.deepEqual(await start(), state);
      assert.equal(await using(async (storage) => (await storage.status()).revision), last);
    });

    it('goes on from the last good revision, above all that were given out, and keeps what was there', async () => {
      await flip('store.db-wal', files.get('store.db-wal')!.length >> 1);
      const before = await content();
      const recovery = await recoverStore(path, clock);
      assert.ok(recovery !== undefined);
      assert.ok(recovery.revision > last);
      for (const suffix of ['', '-wal']) {
        assert.equal(digest(await readFile(recovery.kept + suffix)), before.get(`store.db${suffix}` as File));
      }
      await using(async (storage) => {
        const found = await stateOf(storage);
        assert.ok(found.length > 20 && found.length < state.length, String(found.length));
        assert.equal((await storage.status()).revision, recovery.revision);
        assert.equal((await storage.status()).compacted, recovery.revision);
        const next = await storage.create('/next', value('next'));
        assert.ok(next.ok && next.revision === recovery.revision + 1);
      });
    });

    it('has every object of which something is whole, whatever byte of the file is flipped', async function () {
      this.timeout(60_000);
      await using(() => Promise.resolve());
      const closed = await readFile(path);
      for (const at of places(closed.length, 30)) {
        const bytes = Buffer.from(closed);
        bytes[at] = bytes[at]! ^ 0x10;
        await writeFile(path, bytes);
        await copyFile(join(folder, 'made.db-mark'), `${path}-mark`);
        const recovery = await recoverStore(path, clock);
        const found = await using(stateOf);
        const lost = state.filter((line) => !found.includes(line)).map((line) => line.split('=')[0]!);
        // One page, and what hangs together with it: never more than a few objects.
        assert.ok(lost.length <= 12, `byte ${at}: ${lost.length} are lost`);
        for (const key of lost)
          assert.ok(recovery?.damaged.includes(key), `byte ${at}: ${key} is lost and not named`);
        for (const name of await readdir(folder))
          if (name.includes('.damaged-')) await rm(join(folder, name));
      }
    });

    it('refuses a store of which nothing can be read, and one that another has', async () => {
      await using(async () => {
        await assert.rejects(
          recoverStore(path, clock),
          (error) => error instanceof StorageUnavailableError && /in use/.test(error.message),
        );
      });
      await writeFile(path, 'this is no database, but it is long enough to be looked at'.repeat(300));
      await assert.rejects(recoverStore(path, clock), /nothing in it can be read/);
      await rm(path);
      await assert.rejects(recoverStore(path, clock), /the file is missing/);
    });
  });

  describe('exportStore()', () => {
    const to = (): string => join(folder, 'store-export.json');

    it('writes what is whole, and changes nothing', async () => {
      await flip('store.db-wal', files.get('store.db-wal')!.length >> 1);
      const before = await content();
      const { objects } = await exportStore(path, to());
      const list = JSON.parse(await readFile(to(), 'utf8')) as { kind: string; items: { text: string }[] };
      assert.equal(list.kind, 'List');
      assert.equal(list.items.length, objects);
      assert.ok(objects > 20);
      assert.deepEqual(await content(), before);
    });

    it('writes all of a store that is whole', async () => {
      const { objects, damaged } = await exportStore(path, to());
      assert.equal(objects, state.length);
      assert.deepEqual(damaged, []);
    });
  });
});
