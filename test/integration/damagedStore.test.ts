import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { configMaps } from '../../src/api/resources.ts';
import { httpsClient, type HttpsClient } from '../../src/client/https.ts';
import { parseKubeconfig } from '../../src/client/kubeconfig.ts';

const cli = path.resolve(import.meta.dirname, '../../dist/cli.cjs');
const WRITES = 40;

/** Control planes that were killed, and whose files were harmed before they start again. */
describe('a control plane whose files are damaged', () => {
  let folder: string;
  let data: string;
  let child: ChildProcess | undefined;
  /** The highest version that was given out. */
  let newest: bigint;

  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-damaged-'));
    data = path.join(folder, 'killed');
    const client = await serve();
    newest = 0n;
    for (let i = 0; i < WRITES; i++) {
      const { metadata } = await client.create(configMaps, {
        metadata: { namespace: 'default', name: `c-${i}` },
        data: { text: 'x'.repeat(500) },
      });
      newest = BigInt(metadata.resourceVersion);
    }
    client.dispose();
    await kill();
  });
  after(() => rm(folder, { recursive: true }));

  beforeEach(async () => {
    data = path.join(folder, 'harmed');
    await rm(data, { recursive: true, force: true });
    await cp(path.join(folder, 'killed'), data, { recursive: true });
  });
  afterEach(kill);

  /** Starts it and resolves with a client once it is ready. */
  async function serve(...options: string[]): Promise<HttpsClient> {
    const started = spawn(process.execPath, [cli, 'serve', '--data', data, ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = started;
    for await (const line of createInterface({ input: started.stdout })) {
      const kubeconfig = /^ready .* kubeconfig=(.*)$/.exec(line)?.[1];
      if (kubeconfig === undefined) continue;
      return httpsClient(parseKubeconfig(await readFile(kubeconfig, 'utf8')).client);
    }
    throw new Error('the control plane ended before it was ready');
  }
  async function kill(): Promise<void> {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }
  /** Runs to its end; gives its code and all that it said. */
  async function run(...options: string[]): Promise<{ code: number; text: string }> {
    const started = spawn(process.execPath, [cli, 'serve', '--data', data, ...options]);
    let text = '';
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    }
    const [code] = (await once(started, 'close')) as [number];
    return { code, text };
  }
  const refused = async (why: RegExp): Promise<void> => {
    const { code, text } = await run();
    assert.equal(code, 1, text);
    assert.match(text, why);
    assert.doesNotMatch(text, /^ready/m);
  };
  const store = (suffix = ''): string => path.join(data, `store.db${suffix}`);
  const flip = async (file: string, at: (length: number) => number): Promise<void> => {
    const bytes = await readFile(file);
    const place = at(bytes.length);
    bytes[place] = bytes[place]! ^ 1;
    await writeFile(file, bytes);
  };

  it('starts after a kill', async () => {
    const client = await serve();
    const { items } = await client.list(configMaps, { namespace: 'default', labelSelector: '' });
    assert.equal(items.filter(({ metadata }) => metadata.name.startsWith('c-')).length, WRITES);
    client.dispose();
  });

  it('refuses one flipped byte of the log, and goes on with what is whole when told, without a version twice', async () => {
    await flip(store('-wal'), (length) => length >> 1);
    const harmed = await readFile(store('-wal'));
    await refused(/the store .*store\.db is damaged: .*commits or more .* are lost.*--recover/s);
    await refused(/is damaged/);
    assert.deepEqual(await readFile(store('-wal')), harmed);

    const file = path.join(folder, 'export.json');
    const { code, text } = await run('--export', file);
    assert.equal(code, 0, text);
    assert.match(text, /^exported \d+ objects to /m);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const list = JSON.parse(await readFile(file, 'utf8')) as { items: { kind: string }[] };
    assert.ok(list.items.some(({ kind }) => kind === 'Namespace'));
    assert.equal((await run('--export', file)).code, 1, 'the file was overwritten');

    const client = await serve('--recover');
    const { items, metadata } = await client.list(configMaps, { namespace: 'default' });
    const left = items.filter((item) => item.metadata.name.startsWith('c-')).length;
    assert.ok(left > 0 && left < WRITES, String(left));
    assert.ok(BigInt(metadata.resourceVersion ?? 0) > newest);
    const made = await client.create(configMaps, { metadata: { namespace: 'default', name: 'next' } });
    assert.ok(BigInt(made.metadata.resourceVersion) > newest);
    client.dispose();
    const kept = (await readdir(data)).filter((name) => name.includes('.damaged-'));
    assert.equal(kept.length, 2, kept.join(' '));
  });

  it('refuses a log that is gone or cut off, and a store that is gone', async () => {
    await rm(store('-wal'));
    await refused(/it ends with revision \d+, and revisions up to \d+ were acknowledged/);
    await copyFile(path.join(folder, 'killed/store.db-wal'), store('-wal'));
    await rm(store());
    await refused(/the file is missing/);
  });

  for (const [what, harm] of [
    ['missing', (file: string) => rm(file)],
    ['empty', (file: string) => writeFile(file, '')],
  ] as const) {
    for (const name of ['ca.key', 'ca.crt', 'sa.key']) {
      it(`makes no new keys where ${name} is ${what}`, async () => {
        const file = path.join(data, 'pki', name);
        await harm(file);
        await refused(new RegExp(`${name.replace('.', '\\.')} is ${what}.*Put it back from a backup`, 's'));
        assert.equal(await readFile(file, 'utf8').catch(() => 'missing'), what === 'empty' ? '' : 'missing');
      });
    }
  }

  it('makes no new keys where all are gone', async () => {
    await rm(path.join(data, 'pki'), { recursive: true });
    await refused(/ca\.crt is missing/);
  });
});
