import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { BoxArchitecture } from '../../src/cluster/box/contract.ts';
import { ovf } from '../../src/cluster/box/formats/ovf.ts';
import { ProcessError, systemProcesses } from '../../src/host/processes.ts';
import { Played, wordsAlone } from '../harness/virtualBox/played.ts';
import { virtualBoxManage, type VirtualBoxManage } from '../harness/virtualBox/real.ts';
import { EMPTY } from '../harness/virtualBox/state.ts';

const BYTES = 64 * 2 ** 20;

/** Our descriptions of machines and the real VBoxManage, for both processors, as far as it goes without its kernel module. */
describe('a box’s description in the real VBoxManage', function () {
  this.timeout(600_000);
  let folder: string;
  let virtualBox: VirtualBoxManage;
  const undo: (() => Promise<void>)[] = [];

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
    for (const each of [...undo, () => virtualBox.dispose()]) await each();
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

  it('is told by the stand-in of the other tests in the real one’s words', async () => {
    const played = new Played(
      {
        version: '7.2.22',
        platform: 'linux',
        architecture: 'x64',
        folder: '/root/VirtualBox VMs',
        driver: true,
        kvm: false,
      },
      structuredClone(EMPTY),
      wordsAlone({ '/work/amd64.ovf': await readFile(path.join(folder, 'amd64.ovf'), 'utf8') }),
    );
    const own = await virtualBoxManage(folder);
    undo.push(() => own.dispose());
    for (const line of [
      ['import', '-n', '/work/amd64.ovf'],
      ['import', '/work/amd64.ovf', '--vsys', '0', '--vmname', 'origin'],
      ['snapshot', 'origin', 'list', '--machinereadable'],
      ['snapshot', 'origin', 'take', 'base'],
      ['snapshot', 'origin', 'take', 'later'],
      ['snapshot', 'origin', 'list', '--machinereadable'],
      ['snapshot', 'origin', 'delete', 'later'],
      ['clonevm', 'origin', '--snapshot', 'base', '--options', 'link', '--name', 'copy', '--register'],
      ['modifyvm', 'copy', '--natpf1', 'ssh,tcp,127.0.0.1,22011,,22', '--nic2', 'hostonly'],
      [
        'modifyvm',
        'copy',
        '--hostonlyadapter2',
        'vboxnet0',
        '--cableconnected2',
        'on',
        '--nictype2',
        'virtio',
      ],
      ['modifyvm', 'copy', '--uart1', '0x3F8', '4', '--uartmode1', 'file', '/work/console.log'],
      ['modifyvm', 'copy', '--nat-localhostreachable1', 'on'],
      ['showvminfo', 'copy', '--machinereadable'],
      ['controlvm', 'copy', 'poweroff'],
      ['showvminfo', 'nobody', '--machinereadable'],
      ['startvm', 'nobody', '--type', 'headless'],
      ['unregistervm', 'copy', '--delete'],
      ['unregistervm', 'origin', '--delete'],
      ['list', 'hostonlyifs'],
    ]) {
      const real = await own.run(...line).then(
        (stdout) => ({ stdout, stderr: '' }),
        (error: unknown) => {
          assert.ok(error instanceof ProcessError);
          return { stdout: '', stderr: error.stderr };
        },
      );
      const { stdout, stderr } = await played.run(line);
      const said = new Set(comparable(real.stdout + real.stderr));
      for (const each of comparable(stdout + stderr)) {
        assert.ok(
          said.has(each),
          `${line.join(' ')}: “${each}” is not what the real one says:\n${[...said].join('\n')}`,
        );
      }
      assert.equal(
        stderr === '',
        real.stderr === '' || /does not have any snapshots/.test(real.stderr),
        line.join(' '),
      );
    }
  });
});

/** Lines without what differs from one time to the next, and without where in its source something was refused. */
function comparable(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) =>
      line
        .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
        .replaceAll(/"080027[0-9A-F]{6}"/g, '"MAC"')
        .replaceAll(/"2\d{3}-[^"]*"/g, '"TIME"')
        .trimEnd(),
    )
    .filter((line) => line !== '' && !/Context: |^0%/.test(line));
}
