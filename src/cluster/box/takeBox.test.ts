import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ClusterError } from '../errors.ts';
import { takeBox } from './takeBox.ts';

describe('takeBox()', () => {
  let folder: string;
  let shelf: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-take-'));
    shelf = path.join(folder, 'boxes');
    await mkdir(path.join(folder, 'usb'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const brought = async (name: string, content = name): Promise<string> => {
    const file = path.join(folder, 'usb', name);
    await writeFile(file, content);
    return file;
  };

  it('puts the box where those are that were built here, in the place of an older one', async () => {
    const older = await brought('wheelhouse-node-20261101.7-virtualbox-amd64.box');
    await takeBox(older, shelf, 'amd64');
    const file = await brought('wheelhouse-node-20261122.7-virtualbox-amd64.box');
    const { name, version, provider, path: place, catalogue } = await takeBox(file, shelf, 'amd64');
    assert.deepEqual([name, version, provider], ['wheelhouse/node', '20261122.7', 'virtualbox']);
    assert.equal(await readFile(place, 'utf8'), path.basename(file));
    assert.deepEqual(await readdir(shelf), [path.basename(file), 'wheelhouse-node.json']);
    const { versions } = JSON.parse(await readFile(catalogue, 'utf8')) as { versions: { version: string }[] };
    assert.deepEqual(
      versions.map((each) => each.version),
      ['20261122.7'],
    );
  });

  it('takes one that lies there already', async () => {
    await mkdir(shelf);
    const file = path.join(shelf, 'wheelhouse-node-20261122.7-libvirt-arm64.box');
    await writeFile(file, 'box');
    assert.equal((await takeBox(file, shelf, 'arm64')).path, file);
    assert.equal(await readFile(file, 'utf8'), 'box');
  });

  it('says what to do about one that is something else, missing, or for other computers', async () => {
    const refused = async (file: string, words: RegExp): Promise<void> => {
      await assert.rejects(takeBox(file, shelf, 'amd64'), (error) => {
        assert.ok(error instanceof ClusterError);
        assert.match(error.message, words);
        return true;
      });
    };
    await refused(await brought('debian.box'), /^debian\.box does not say what box it is.*--box FILE/);
    await refused('/nowhere/wheelhouse-node-1.1-libvirt-amd64.box', /^there is no file \/nowhere/);
    await refused(
      await brought('wheelhouse-node-1.1-libvirt-arm64.box'),
      /is for arm64, and this computer is amd64/,
    );
    assert.deepEqual(await readdir(folder), ['usb']);
  });
});
