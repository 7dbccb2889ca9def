import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { cloudImageBox } from '../../src/cluster/box/cloudImage/cloudImageBox.ts';
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

  it('is what Debian’s image for clouds becomes, by VBoxManage alone: downloaded, grown, packed', async () => {
    const image = path.join(folder, 'cloud.qcow2');
    const raw = path.join(folder, 'disk.img');
    await systemProcesses.run('qemu-img', ['convert', '-c', '-f', 'raw', '-O', 'qcow2', raw, image]);
    const content = await readFile(image);
    const server = createServer((_request, response) => response.end(content)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    undo.push(() => new Promise((resolve) => server.close(() => resolve())));
    const work = path.join(folder, 'cloud');
    const steps: string[] = [];
    const { box, seed } = await cloudImageBox(
      {
        architecture: 'amd64',
        folder: work,
        mirror: `http://127.0.0.1:${(server.address() as AddressInfo).port}/images/`,
        image: { path: 'trixie/disk.qcow2', sha512: createHash('sha512').update(content).digest('hex') },
        keys: () => Promise.resolve(['ssh-ed25519 KEY vagrant']),
        processes: systemProcesses,
        vboxManage: (args) => virtualBox.run(...args.map((arg) => arg.replace(folder, '/work'))),
      },
      { report: ({ message }) => void steps.push(message) },
      new AbortController().signal,
    );
    assert.deepEqual([...new Set(steps)], ['Downloading Debian’s image for clouds', 'Converting the image']);
    assert.ok((await stat(seed)).size > 0);
    // Nothing of the work is left, neither in the folder nor in VirtualBox's list.
    assert.deepEqual((await readdir(work)).sort(), ['debian-cloud.box', 'images', 'seed.iso']);
    assert.doesNotMatch(await virtualBox.run('list', 'hdds'), /cloud-image/);
    await mkdir(path.join(folder, 'box'));
    await systemProcesses.run('tar', ['-xf', box, '-C', path.join(folder, 'box')]);
    await virtualBox.run('import', '/work/box/box.ovf', '--vsys', '0', '--vmname', 'cloud');
    const info = await infoOf('cloud');
    assert.match(info.get('SATA-0-0') ?? '', /box-disk001\.vmdk$/);
    assert.match(
      await virtualBox.run('showmediuminfo', 'disk', info.get('SATA-0-0') ?? ''),
      /Capacity: +40960 MBytes/,
    );
    // As the machine that prepares it is set up: the CD that lets Vagrant in.
    const cd = ['--storagectl', 'SATA', '--port', '1', '--device', '0', '--type', 'dvddrive'];
    await virtualBox.run('storageattach', 'cloud', ...cd, '--medium', '/work/cloud/seed.iso');
    assert.match((await infoOf('cloud')).get('SATA-1-0') ?? '', /seed\.iso$/);
  });

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
