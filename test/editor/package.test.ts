import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { systemProcesses } from '../../src/host/processes.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The package as a user gets it. Needs the bundles of `npm run build`. */
describe('the packaged extension', function () {
  this.timeout(120_000);
  let folder: string;
  let files: ReadonlyMap<string, Buffer>;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-package-'));
    const vsix = path.join(folder, 'wheelhouse.vsix');
    const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
    const options = [
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--out',
      vsix,
    ];
    await systemProcesses.run(process.execPath, [vsce, 'package', ...options], { cwd: root });
    files = unzip(await readFile(vsix));
    console.log(`    measured: the package has ${((await stat(vsix)).size / 1e6).toFixed(2)} MB`);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('carries the bundles, what nodes are made of, and its icons', () => {
    const wanted = [
      ...[
        'extension.cjs',
        'controlPlaneWorker.cjs',
        'controlPlaneWorker.main.cjs',
        'yamlWorker.cjs',
        'agent.mjs',
        'bootstrap.mjs',
      ].map((f) => `dist/${f}`),
      ...['resources/icon.png', 'resources/wheel.svg', 'resources/node/Dockerfile', 'package.json'],
      ...['Vagrantfile', 'provision.sh', 'box/customize.sh', 'node/wheelhouse.service'].map(
        (f) => `vagrant/${f}`,
      ),
      'resources/node/packages',
    ];
    assert.deepEqual(
      wanted.filter((file) => (files.get(`extension/${file}`)?.length ?? 0) === 0),
      [],
    );
  });

  it('leaves out sources, tests, source maps and modules', () => {
    const unwanted = [...files.keys()].filter((file) =>
      /\.ts$|\.map$|(^|\/)(node_modules|src|test|scripts|\.cache|\.vscode-test|artifacts)\//.test(file),
    );
    assert.deepEqual(unwanted, []);
  });

  it('has every file that its manifest names', () => {
    const manifest = files.get('extension/package.json')?.toString() ?? '{}';
    const named = [...manifest.matchAll(/"(?:\.\/)?((?:dist|resources)\/[^"]+)"/g)].map(
      ([, file = '']) => file,
    );
    assert.ok(named.length >= 4);
    assert.deepEqual(
      named.filter((file) => !files.has(`extension/${file}`)),
      [],
    );
  });

  it('has an icon of 128 by 128 pixels', () => {
    const icon = files.get('extension/resources/icon.png') ?? Buffer.alloc(24);
    assert.deepEqual([icon.readUInt32BE(16), icon.readUInt32BE(20)], [128, 128]);
  });
});

/** The files of a zip archive by its central directory (APPNOTE.TXT 4.3.12), stored or deflated. */
function unzip(archive: Buffer): ReadonlyMap<string, Buffer> {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06'));
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength!);
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const data = archive.subarray(start, start + archive.readUInt32LE(at + 20));
    files.set(name, archive.readUInt16LE(at + 10) === 0 ? data : inflateRawSync(data));
    at += 46 + nameLength! + extra! + comment!;
  }
  return files;
}
