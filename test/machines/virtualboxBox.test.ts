import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemProcesses } from '../../src/host/processes.ts';
import { virtualBoxManage, type VirtualBoxManage } from '../harness/virtualBox/real.ts';

const boxes = process.env['WHEELHOUSE_TEST_BOXES'] ?? path.resolve(import.meta.dirname, '../../.cache/boxes');

/** The box of `wheelhouse box build` and the real VBoxManage, as far as it goes without its kernel module. */
describe('the box for VirtualBox', function () {
  this.timeout(600_000);
  let folder: string;
  let virtualBox: VirtualBoxManage;
  const undo: (() => Promise<void>)[] = [];

  before(async () => {
    const file = (await readdir(boxes)).find((name) => /^wheelhouse-node-.*-virtualbox-.*\.box$/.test(name));
    assert.ok(file, `there is no box for VirtualBox in ${boxes}: wheelhouse box build --output ${boxes}`);
    folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-box-'));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    await systemProcesses.run('tar', ['-xf', path.join(boxes, file), '-C', folder]);
    virtualBox = await virtualBoxManage(folder);
    undo.push(() => virtualBox.dispose());
  });

  after(async () => {
    for (const each of undo.reverse()) await each();
  });

  it('has the files that Vagrant wants of a box for VirtualBox', async () => {
    assert.deepEqual((await readdir(folder)).sort(), [
      'Vagrantfile',
      'box-disk001.vmdk',
      'box.ovf',
      'metadata.json',
    ]);
    const metadata = JSON.parse(await readFile(path.join(folder, 'metadata.json'), 'utf8')) as unknown;
    assert.deepEqual(metadata, { provider: 'virtualbox', architecture: 'amd64' });
  });

  it('is imported as a machine with its disk, a paravirtual card on NAT, and a clock in UTC', async () => {
    await virtualBox.run('import', '/work/box.ovf', '--vsys', '0', '--vmname', 'imported');
    const told = await virtualBox.run('showvminfo', 'imported', '--machinereadable');
    const info = new Map(
      told.split('\n').map((line) => {
        const [, key = '', value = ''] = /^"?(.*?)"?="?(.*?)"?$/.exec(line) ?? [];
        return [key, value];
      }),
    );
    const is = Object.fromEntries(
      ['platformArchitecture', 'ostype', 'firmware', 'nic1', 'nictype1', 'rtcuseutc', 'VMState'].map(
        (key) => [key, info.get(key)],
      ),
    );
    assert.deepEqual(is, {
      platformArchitecture: 'x86',
      ostype: 'Debian (64-bit)',
      firmware: 'BIOS',
      nic1: 'nat',
      nictype1: 'virtio',
      rtcuseutc: 'on',
      VMState: 'poweroff',
    });
    assert.match(info.get('SATA-0-0') ?? '', /box-disk001\.vmdk$/);
  });

  it('can be a linked clone’s origin: a snapshot of it, and a machine of that', async () => {
    await virtualBox.run('snapshot', 'imported', 'take', 'base');
    await virtualBox.run(
      'clonevm',
      'imported',
      '--snapshot',
      'base',
      '--options',
      'link',
      '--name',
      'a',
      '--register',
    );
    assert.match(await virtualBox.run('list', 'vms'), /^"a" /m);
  });
});
