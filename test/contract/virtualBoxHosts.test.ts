import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatRange } from '../../src/api/ip/range.ts';
import type { BoxArchitecture } from '../../src/cluster/box/contract.ts';
import { ovf } from '../../src/cluster/box/formats/ovf.ts';
import type { Hypervisor } from '../../src/cluster/machines/vagrant/hypervisors/contract.ts';
import type { KvmFacts } from '../../src/cluster/machines/vagrant/hypervisors/kvm.ts';
import { createVirtualBox } from '../../src/cluster/machines/vagrant/hypervisors/virtualbox.ts';
import { freeSubnet, parseSubnet } from '../../src/cluster/machines/vagrant/subnets.ts';
import { Played, playedProcesses, wordsAlone } from '../harness/virtualBox/played.ts';
import { EMPTY, type PlayedHost } from '../harness/virtualBox/state.ts';

const never = new AbortController().signal;
const NAME = 'wheelhouse-demo_demo-1';

/** Desktops, each with the versions of VirtualBox that it has. */
const HOSTS = {
  linux: { platform: 'linux', architecture: 'x64', folder: '/home/zoë/VirtualBox VMs' },
  'macos-x64': { platform: 'darwin', architecture: 'x64', folder: '/Users/zoë/VirtualBox VMs' },
  'macos-arm64': { platform: 'darwin', architecture: 'arm64', folder: '/Users/zoë/VirtualBox VMs' },
  windows: { platform: 'win32', architecture: 'x64', folder: 'C:\\Users\\Zoë\\VirtualBox VMs' },
} as const;
const VERSIONS = ['7.0.26', '7.1.18', '7.2.22'] as const;

interface Desktop {
  readonly hypervisor: Hypervisor;
  readonly played: Played;
  readonly lines: readonly string[];
}

function desktop(host: keyof typeof HOSTS, changes: Partial<PlayedHost> = {}, kvm?: KvmFacts): Desktop {
  const { platform, architecture, folder } = HOSTS[host];
  const box: BoxArchitecture = architecture === 'arm64' ? 'arm64' : 'amd64';
  const text = ovf({
    name: 'wheelhouse-node',
    architecture: box,
    disk: { file: 'box-disk001.vmdk', bytes: 2 ** 30 },
  });
  const played = new Played(
    { version: '7.2.22', platform, architecture, folder, driver: true, kvm: false, ...changes },
    structuredClone(EMPTY),
    wordsAlone({ '/box.ovf': text }),
  );
  const processes = playedProcesses(played);
  const none: KvmFacts = { kernel: '', module: undefined, atLoad: undefined };
  const hypervisor = createVirtualBox({
    processes,
    platform,
    architecture,
    env: {},
    networksConf: '/nowhere/networks.conf',
    kvm: () => Promise.resolve(kvm ?? none),
  });
  return { hypervisor, played, lines: processes.lines };
}

/** What Vagrant does until a node is there: import once, clone, set up. `network` as our hypervisor has made it. */
async function upByVagrant({ played }: Desktop, network: string): Promise<void> {
  const { platform } = played.host;
  const hostOnly =
    platform === 'darwin'
      ? ['--nic2', 'hostonlynet', '--host-only-net2', network]
      : ['--nic2', 'hostonly', '--hostonlyadapter2', network];
  for (const line of [
    ['import', '/box.ovf', '--vsys', '0', '--vmname', 'master'],
    ['snapshot', 'master', 'take', 'base'],
    ['clonevm', 'master', '--register', '--name', NAME, '--snapshot', 'base', '--options', 'link'],
    ['modifyvm', NAME, ...hostOnly, '--cableconnected2', 'on', '--natpf1', 'ssh,tcp,127.0.0.1,22011,,22'],
    ['modifyvm', NAME, '--nictype1', 'virtio', '--nictype2', 'virtio', '--nat-localhostreachable1', 'on'],
    ['startvm', NAME, '--type', 'headless'],
  ]) {
    const { code, stderr } = await played.run(line);
    assert.equal(code, 0, `${line.join(' ')}: ${stderr}`);
  }
}

/** A machine's whole life, as the cluster's verbs ask for it. */
async function life(on: Desktop): Promise<void> {
  const { hypervisor, played } = on;
  const allowed = (await hypervisor.allowedSubnets?.()) ?? [];
  const subnet = freeSubnet(allowed, await hypervisor.takenSubnets('wheelhouse-demo'))!;
  assert.equal(formatRange(subnet), '192.168.56.0/24');
  const network = { name: 'wheelhouse-demo', subnet, folder: '/nowhere' };
  const made = await hypervisor.ensureNetwork(network, never);
  assert.ok(made !== undefined);
  // Repeated, it is there: found by its name (macOS) or by its address.
  assert.equal(await hypervisor.ensureNetwork(network, never), undefined);
  assert.deepEqual((await hypervisor.takenSubnets('another')).map(formatRange), ['192.168.56.0/24']);
  await upByVagrant(on, made);
  const state = async (): Promise<string | undefined> =>
    (await hypervisor.list()).find(({ name }) => name === NAME)?.state;
  assert.equal(await state(), 'running');
  assert.equal(await hypervisor.sshPort?.(NAME), 22011);
  await hypervisor.suspend?.(NAME, never);
  assert.equal(await state(), 'paused');
  await hypervisor.start?.(NAME, never);
  assert.equal(await state(), 'running');
  assert.deepEqual(await hypervisor.snapshots(NAME), []);
  await played.run(['snapshot', NAME, 'take', 'clean']);
  await played.run(['snapshot', NAME, 'take', 'later']);
  assert.deepEqual(await hypervisor.snapshots(NAME), ['clean', 'later']);
  await played.run(['snapshot', NAME, 'delete', 'clean']);
  await played.run(['snapshot', NAME, 'delete', 'later']);
  await hypervisor.discard(NAME);
  assert.equal(await state(), undefined);
  // Again does no harm.
  await hypervisor.discard(NAME);
  await hypervisor.removeNetwork('wheelhouse-demo', made);
  assert.deepEqual(await hypervisor.takenSubnets(''), []);
}

describe('VirtualBox on every desktop (VBoxManage is played)', () => {
  for (const host of Object.keys(HOSTS) as (keyof typeof HOSTS)[]) {
    for (const version of VERSIONS) {
      if (host === 'macos-arm64' && version === '7.0.26') continue;
      it(`${host} with ${version}: a machine’s whole life, by the command lines of the golden file`, async () => {
        const on = desktop(host, { version });
        await life(on);
        const text = `${on.lines.join('\n').replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')}\n`;
        const file = path.join(import.meta.dirname, `golden/virtualbox-${host.replace(/-.*/, '')}.txt`);
        if (process.env['WRITE_GOLDEN'] !== undefined) await writeFile(file, text);
        assert.equal(text, await readFile(file, 'utf8'));
        assert.equal(await on.hypervisor.version(never), version);
        assert.deepEqual(await on.hypervisor.problems?.(never), []);
      });
    }
  }

  it('a network of the cluster’s name that has another range takes the cluster’s (macOS)', async () => {
    const { hypervisor, played } = desktop('macos-arm64');
    const range = [
      '--netmask',
      '255.255.255.0',
      '--lower-ip',
      '192.168.60.1',
      '--upper-ip',
      '192.168.60.254',
    ];
    await played.run(['hostonlynet', 'add', '--name', 'wheelhouse-demo', ...range]);
    const network = { name: 'wheelhouse-demo', subnet: parseSubnet('192.168.56.0/24')!, folder: '/nowhere' };
    assert.equal(await hypervisor.ensureNetwork(network, never), 'wheelhouse-demo');
    assert.deepEqual((await hypervisor.takenSubnets('')).map(formatRange), ['192.168.56.0/24']);
    assert.equal(played.state.nets.length, 1);
  });

  it('a range that VirtualBox does not allow is refused, and nothing is left of it', async () => {
    for (const host of ['linux', 'macos-x64'] as const) {
      const { hypervisor, played } = desktop(host);
      const network = { name: 'wheelhouse-demo', subnet: parseSubnet('10.9.0.0/24')!, folder: '/nowhere' };
      await assert.rejects(hypervisor.ensureNetwork(network, never), /E_ACCESSDENIED/);
      assert.deepEqual([played.state.interfaces, played.state.nets], [[], []]);
    }
    const windows = desktop('windows');
    const network = { name: 'wheelhouse-demo', subnet: parseSubnet('10.9.0.0/24')!, folder: '/nowhere' };
    assert.equal(
      await windows.hypervisor.ensureNetwork(network, never),
      'VirtualBox Host-Only Ethernet Adapter',
    );
  });

  it('a missing kernel module and KVM are told before anything is made', async () => {
    const [driver] = (await desktop('linux', { driver: false }).hypervisor.problems?.(never)) ?? [];
    assert.match(driver?.what ?? '', /kernel module is not loaded/);
    assert.match(driver?.remedy ?? '', /vboxconfig/);
    const kvm: KvmFacts = { kernel: '6.14.0', module: 'kvm_intel', atLoad: true };
    const [held] =
      (await desktop('linux', { version: '7.1.18', kvm: true }, kvm).hypervisor.problems?.(never)) ?? [];
    assert.match(held?.what ?? '', /KVM holds/);
    assert.deepEqual(await desktop('windows', { driver: false }).hypervisor.problems?.(never), []);
  });

  it('suspended machines are trusted but on Apple silicon', async () => {
    const safe = async (host: keyof typeof HOSTS): Promise<unknown> =>
      desktop(host).hypervisor.suspendIsSafe?.(never);
    assert.deepEqual(
      await Promise.all((['linux', 'macos-x64', 'macos-arm64', 'windows'] as const).map(safe)),
      [true, true, false, true],
    );
  });

  it('a machine of another processor, or on a network that has gone, does not start', async () => {
    const on = desktop('linux');
    await assert.rejects(
      upByVagrant(on, 'vboxnet7'),
      /Nonexistent host networking interface, name 'vboxnet7'/,
    );
  });
});
