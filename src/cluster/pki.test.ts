import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ClusterError } from './errors.ts';
import { ensurePki, type Pki } from './pki.ts';

describe('ensurePki()', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const server = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-pki-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const ensure = (isNew: boolean, at = now): Promise<Pki> => ensurePki({ folder, server, isNew, now: at });
  const write = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text);
  const read = (name: string): Promise<string> => readFile(path.join(folder, name), 'utf8');
  const isCut = (file: RegExp) => (error: unknown) => {
    assert.ok(error instanceof ClusterError, String(error));
    assert.match(error.message, file);
    assert.match(error.message, /Put it back from a backup/);
    return true;
  };

  it('makes everything once, keys for their owner alone', async () => {
    const made = await ensure(true);
    assert.deepEqual(await ensure(false), made);
    assert.deepEqual(await ensure(true), made);
    const names = await readdir(folder);
    assert.equal(names.length, 11);
    for (const name of names.filter((each) => each.endsWith('.key'))) {
      assert.equal((await stat(path.join(folder, name))).mode & 0o777, 0o600);
    }
  });

  for (const name of ['ca.crt', 'ca.key', 'sa.key']) {
    for (const [what, harm] of [
      ['missing', () => rm(path.join(folder, name))],
      ['empty', () => write(name, '')],
      ['damaged', async () => write(name, (await read(name)).replace(/[A-Za-z]{4}\n/, '!!!!\n').slice(40))],
    ] as const) {
      it(`makes no new authority where ${name} is ${what}, and changes nothing`, async () => {
        await ensure(true);
        await harm();
        const before = await readdir(folder);
        for (const isNew of [false, true]) {
          await assert.rejects(ensure(isNew), isCut(new RegExp(`${name.replace('.', '\\.')} is ${what}`)));
        }
        assert.deepEqual(await readdir(folder), before);
      });
    }
  }

  it('refuses a key that is not the one of the certificate', async () => {
    await ensure(true);
    const key = await read('ca.key');
    await rm(folder, { recursive: true });
    await ensure(true);
    await write('ca.key', key);
    await assert.rejects(ensure(false), isCut(/ca\.key is not the key of .*ca\.crt/));
  });

  it('refuses a cluster whose folder of keys is gone, and makes keys for a new one', async () => {
    await assert.rejects(ensure(false), isCut(/ca\.crt is missing/));
    assert.deepEqual(await readdir(folder), []);
  });

  it('goes on where it was broken off at any moment of the first start', async () => {
    await ensure(true);
    const all = new Map(
      await Promise.all(
        (await readdir(folder)).map(async (n): Promise<[string, string]> => [n, await read(n)]),
      ),
    );
    const order = ['sa.key', 'ca.key', 'ca.crt', 'apiserver.key', 'apiserver.crt', 'admin.key', 'admin.crt'];
    for (let written = 0; written < order.length; written++) {
      for (const name of await readdir(folder)) await rm(path.join(folder, name));
      for (const name of order.slice(0, written)) await write(name, all.get(name)!);
      const { ca } = await ensure(true);
      assert.equal(ca.cert === all.get('ca.crt'), written >= 3, `${written} files`);
    }
  });

  it('issues again what is missing, damaged, of another authority or about to end', async () => {
    const first = await ensure(true);
    await rm(path.join(folder, 'admin.key'));
    await write('apiserver.crt', '');
    const second = await ensure(false);
    assert.deepEqual(second.ca, first.ca);
    assert.notEqual(second.admin.cert, first.admin.cert);
    assert.ok(new X509Certificate(second.server.cert).verify(new X509Certificate(first.ca.cert).publicKey));
    await write('admin.key', first.server.key);
    assert.notEqual((await ensure(false)).admin.cert, second.admin.cert);
    const third = await ensure(false, now + 340 * 86_400_000);
    assert.notEqual(third.server.cert, second.server.cert);
    assert.deepEqual(third.ca, first.ca);
  });
});
