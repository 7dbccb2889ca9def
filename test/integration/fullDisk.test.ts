import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { silentLogger } from '../../src/base/logger.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import { startTestServer, type TestServer } from '../harness/apiServer.ts';

interface ConfigMap {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly data: Readonly<Record<string, string>>;
}

const ALL = '/api/v1/namespaces/default/configmaps';
const MAX_BYTES = 500_000;

/** The store's limit stands for the disk: SQLite fails in the same way at both. */
describe('an API server whose disk is full', () => {
  let directory: string;
  let api: TestServer;
  let acknowledged: Map<string, string>;

  const open = async (maxBytes?: number): Promise<TestServer> =>
    startTestServer({
      storagePath: path.join(directory, 'store.db'),
      logger: silentLogger,
      ...(maxBytes === undefined ? {} : { storageMaxBytes: maxBytes }),
    });
  const create = (name: string): ReturnType<typeof api.call<ConfigMap>> =>
    api.call<ConfigMap>('POST', ALL, { metadata: { name }, data: { text: name.repeat(500) } });

  /** Writes until the first refusal, which is returned. */
  async function fill(): Promise<{ code: number; body: unknown }> {
    for (let i = 0; ; i++) {
      const name = `c-${i}`;
      const { code, body } = await create(name);
      if (code !== 201) return { code, body };
      acknowledged.set(name, body.metadata.resourceVersion);
    }
  }
  async function verify(): Promise<void> {
    const { body } = await api.call<{ items: ConfigMap[] }>('GET', ALL);
    assert.deepEqual(
      new Map(body.items.map(({ metadata }) => [metadata.name, metadata.resourceVersion])),
      acknowledged,
    );
    for (const { metadata, data } of body.items) assert.equal(data['text'], metadata.name.repeat(500));
  }

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-full-'));
    acknowledged = new Map();
    api = await open(MAX_BYTES);
  });
  afterEach(async () => {
    await api.stop();
    await rm(directory, { recursive: true });
  });

  it('refuses writes of every kind with 503 and what to do, and serves reads on', async () => {
    const { code, body } = await fill();
    assert.equal(code, 503);
    const { message, reason, status } = body as { message: string; reason: string; status: string };
    assert.deepEqual([status, reason], ['Failure', 'ServiceUnavailable']);
    assert.match(message, /the store .*store\.db cannot grow: free some space on its disk/);
    assert.ok(acknowledged.size > 10);

    const big = { data: { text: 'x'.repeat(400_000) } };
    const patched = await api.call<{ message: string }>('PATCH', `${ALL}/c-0`, big, {
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    assert.equal(patched.code, 503);
    assert.match(patched.body.message, /free some space/);
    await verify();
  });

  it('deletes, and takes writes again when that has made room', async () => {
    await fill();
    const remove = async (name: string): Promise<void> => {
      const { code, body } = await api.call<{ message?: string }>('DELETE', `${ALL}/${name}`);
      assert.equal(code, 200, body.message);
      acknowledged.delete(name);
    };
    const names = [...acknowledged.keys()];
    for (const name of names.slice(0, names.length / 2)) await remove(name);
    await verify();
    // The room is there as soon as the past has been forgotten, and asked for every five seconds.
    const deadline = Date.now() + 20_000;
    let code = 503;
    while (code !== 201 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      ({ code } = await create('again'));
    }
    assert.equal(code, 201);
  });

  it('has everything that was acknowledged after a restart on a larger disk, and writes again', async () => {
    await fill();
    await api.stop();
    api = await open();
    await verify();
    const { code, body } = await create('more');
    assert.equal(code, 201);
    const newest = Math.max(...[...acknowledged.values()].map(Number));
    assert.ok(Number(body.metadata.resourceVersion) > newest);
  });
});

describe('an API server on a disk of its own that is full', () => {
  let directory: string;
  let api: TestServer;

  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-disk-'));
    await systemProcesses.run('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'wheelhouse-full', directory]);
    api = await startTestServer({ storagePath: path.join(directory, 'store.db'), logger: silentLogger });
  });
  after(async () => {
    await api.stop();
    await systemProcesses.run('umount', [directory]);
    await rm(directory, { recursive: true });
  });

  it('deletes what filled it', async () => {
    const text = 'x'.repeat(100_000);
    const made: string[] = [];
    for (let i = 0; ; i++) {
      const name = `c-${i}`;
      const { code } = await api.call('POST', ALL, { metadata: { name }, data: { text } });
      if (code === 503) break;
      assert.equal(code, 201);
      made.push(name);
    }
    assert.ok(made.length > 10);
    for (const name of made) {
      const { code, body } = await api.call<{ message?: string }>('DELETE', `${ALL}/${name}`);
      assert.equal(code, 200, body.message);
    }
    const deadline = Date.now() + 20_000;
    let code = 503;
    while (code !== 201 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      ({ code } = await api.call('POST', ALL, { metadata: { name: 'again' }, data: { text } }));
    }
    assert.equal(code, 201);
  });
});
