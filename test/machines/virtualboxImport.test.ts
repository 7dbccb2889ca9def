import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { BoxArchitecture } from '../../src/cluster/box/contract.ts';
import { ovf } from '../../src/cluster/box/formats/ovf.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import { virtualBoxManage, type VirtualBoxManage } from '../harness/virtualBoxManage.ts';

const BYTES = 64 * 2 ** 20;

/** Our descriptions of machines and the real VBoxManage, for both processors, as far as it goes without its kernel module. */
describe('a box’s description in the real VBoxManage', function () {
  this.timeout(600_000);
  let folder: string;
  let virtualBox: VirtualBoxManage;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-ovf-'));
    virtualBox = await virtualBoxManage(folder);
    const raw = path.join(folder, 'disk.img');
    // Nothing but zeros would be an archive without a part, which VirtualBox takes for one that is cut off.
    await writeFile(raw, Buffer.alloc(BYTES, randomBytes(2 ** 20)));
    const to = ['-O', 'vmdk', '-o', 'subformat=streamOptimized'];
    const disk = path.join(folder, 'disk.vmdk');
    await systemProcesses.run('qemu-img', ['convert', '-f', 'raw', ...to, raw, disk]);
    for (const architecture of ['amd64', 'arm64'] as const) {
      const text = ovf({ name: architecture, architecture, disk: { file: 'disk.vmdk', bytes: BYTES } });
      await writeFile(path.join(folder, `${architecture}.ovf`), text);
    }
  });

  after(async () => {
    await virtualBox.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const infoOf = async (machine: string): Promise<ReadonlyMap<string, string>> => {
    const told = await virtualBox.run('showvminfo', machine, '--machinereadable');
    return new Map(
      [...told.matchAll(/^"?([^"=]+)"?="?(.*?)"?$/gm)].map(([, key = '', value = '']) => [key, value]),
    );
  };

  const machines: Readonly<Record<BoxArchitecture, Readonly<Record<string, string>>>> = {
    amd64: {
      platformArchitecture: 'x86',
      ostype: 'Debian (64-bit)',
      chipset: 'piix3',
      firmware: 'BIOS',
      storagecontrollertype0: 'IntelAhci',
    },
    arm64: {
      platformArchitecture: 'ARM',
      ostype: 'Debian (ARM 64-bit)',
      chipset: 'armv8virtual',
      firmware: 'EFI',
      storagecontrollertype0: 'VirtioSCSI',
    },
  };

  for (const [architecture, wanted] of Object.entries(machines)) {
    it(`for ${architecture} becomes a machine of that processor with its disk and a paravirtual card`, async () => {
      // As Vagrant imports a box, clones it, and sets the clone up.
      await virtualBox.run('import', `/work/${architecture}.ovf`, '--vsys', '0', '--vmname', architecture);
      const info = await infoOf(architecture);
      const all = { ...wanted, nic1: 'nat', nictype1: 'virtio', rtcuseutc: 'on', memory: '1024' };
      assert.deepEqual(Object.fromEntries(Object.keys(all).map((key) => [key, info.get(key)])), all);
      const controller = info.get('storagecontrollername0') ?? '';
      assert.match(info.get(`${controller}-0-0`) ?? '', /disk\.vmdk$/);
    });

    it(`for ${architecture} can be cloned, and takes what the Vagrantfile sets`, async () => {
      const clone = `${architecture}-clone`;
      await virtualBox.run('snapshot', architecture, 'take', 'base');
      const link = ['--snapshot', 'base', '--options', 'link', '--name', clone, '--register'];
      await virtualBox.run('clonevm', architecture, ...link);
      for (const settings of [
        ['--natdnshostresolver1', 'on', '--natdnsproxy1', 'on', '--nat-localhostreachable1', 'on'],
        ['--rtcuseutc', 'on', '--ioapic', 'on', '--nictype1', 'virtio', '--nictype2', 'virtio'],
        ['--uart1', '0x3F8', '4', '--uartmode1', 'file', '/work/console.log'],
        ...(architecture === 'amd64' ? [['--paravirtprovider', 'kvm']] : []),
      ]) {
        await virtualBox.run('modifyvm', clone, ...settings);
      }
      const info = await infoOf(clone);
      assert.equal(info.get('localhostReachable'), '1');
      assert.equal(info.get('uartmode1'), 'file,/work/console.log');
    });
  }
});
