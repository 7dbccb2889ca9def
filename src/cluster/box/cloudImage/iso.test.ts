import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isoImage } from './iso.ts';
import { seedImage } from './seed.ts';

const text = (content: string): Uint8Array => Buffer.from(content);

describe('isoImage()', () => {
  it('has label, names and contents where ISO 9660 and Rock Ridge have them', () => {
    const long = 'x'.repeat(5_000);
    const files = [
      { name: 'user-data', content: text(long) },
      { name: 'meta-data', content: text('instance-id: a\n') },
    ];
    const image = Buffer.from(isoImage('cidata', files));
    assert.equal(image.length % 2_048, 0);
    const at = 16 * 2_048;
    assert.equal(image.toString('latin1', at, at + 7), '\u0001CD001\u0001');
    assert.equal(image.toString('latin1', at + 40, at + 72).trim(), 'cidata');
    assert.equal(image.readUInt32LE(at + 80) * 2_048, image.length);
    assert.equal(image.readUInt32LE(at + 158), 20);
    assert.deepEqual(entries(image), [
      { name: 'meta-data', content: 'instance-id: a\n' },
      { name: 'user-data', content: long },
    ]);
    assert.ok(Buffer.from(isoImage('cidata', files)).equals(image));
  });

  it('refuses more files than its folder holds', () => {
    const files = Array.from({ length: 40 }, (_, index) => ({ name: `file-${index}`, content: text('') }));
    assert.throws(() => isoImage('cidata', files), /40 files do not fit/);
  });
});

describe('seedImage()', () => {
  it('lets Vagrant in by its key at the first boot, and tells cloud-init nothing else', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-seed-'));
    await writeFile(path.join(folder, 'vagrant.pub'), 'ssh-ed25519 KEY vagrant\n');
    const key = await readFile(path.join(folder, 'vagrant.pub'), 'utf8');
    const [meta, user] = entries(Buffer.from(seedImage([key])));
    assert.equal(meta?.name, 'meta-data');
    assert.match(user?.content ?? '', /^#cloud-config\n/);
    assert.match(user?.content ?? '', /- name: vagrant\n/);
    assert.match(user?.content ?? '', /- ssh-ed25519 KEY vagrant\n/);
    await rm(folder, { recursive: true });
  });
});

/** The files of the root, as a system reads them. */
function entries(image: Buffer): readonly { readonly name: string; readonly content: string }[] {
  const found = [];
  for (let offset = 20 * 2_048; image[offset] !== 0; offset += image[offset] ?? 0) {
    const entry = image.subarray(offset, offset + (image[offset] ?? 0));
    const nm = entry.indexOf('NM');
    if (nm < 0) continue;
    const name = entry.toString('latin1', nm + 5, nm + (entry[nm + 2] ?? 0));
    const start = entry.readUInt32LE(2) * 2_048;
    found.push({ name, content: image.toString('latin1', start, start + entry.readUInt32LE(10)) });
  }
  return found;
}
