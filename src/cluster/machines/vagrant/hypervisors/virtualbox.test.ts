import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeProcesses, type FakeAnswer } from '../../../../../test/harness/fakeProcesses.ts';
import { formatRange } from '../../../../api/ip/range.ts';
import { parseSubnet } from '../subnets.ts';
import { allowedRanges, createVirtualBox, vboxManage } from './virtualbox.ts';

const never = new AbortController().signal;
const A = '11111111-2222-3333-4444-555555555555';
const B = '66666666-7777-8888-9999-000000000000';
const VMS = `"debian" {99999999-0000-0000-0000-000000000000}
"wheelhouse-demo_demo-1" {${A}}
"wheelhouse-demo_demo-2" {${B}}
`;
const IFS = `Name:            vboxnet0
GUID:            786f6276-656e-4074-8000-0a0027000000
DHCP:            Disabled
IPAddress:       192.168.56.1
NetworkMask:     255.255.255.0
IPV6Address:
IPV6NetworkMaskPrefixLength: 0
HardwareAddress: 0a:00:27:00:00:00
MediumType:      Ethernet
Wireless:        No
Status:          Up
VBoxNetworkName: HostInterfaceNetworking-vboxnet0

Name:            vboxnet1
GUID:            786f6276-656e-4174-8000-0a0027000001
IPAddress:       192.168.58.1
NetworkMask:     255.255.254.0
Status:          Down
`;
const subnet = parseSubnet('192.168.57.0/24')!;
const network = { name: 'wheelhouse-demo', subnet, folder: '/nowhere' };

/** VirtualBox that answers lines of its command; others are answered with nothing. */
function virtualBox(answers: Readonly<Record<string, FakeAnswer>>, platform: NodeJS.Platform = 'linux') {
  const processes = fakeProcesses((line) => (line in answers ? answers[line] : ''));
  return { hypervisor: createVirtualBox({ processes, platform, env: {} }), lines: processes.lines };
}

describe('VirtualBox', () => {
  it('is found on the PATH, on Windows where its installer has put it', () => {
    assert.equal(vboxManage('linux', {}), 'VBoxManage');
    assert.equal(vboxManage('win32', {}), 'C:\\Program Files\\Oracle\\VirtualBox\\VBoxManage.exe');
    assert.equal(vboxManage('win32', { VBOX_MSI_INSTALL_PATH: 'D:\\VBox' }), 'D:\\VBox\\VBoxManage.exe');
  });

  it('version() passes over warnings, and is undefined where it is not installed', async () => {
    const warned = virtualBox({
      'VBoxManage --version': 'WARNING: The vboxdrv kernel module is not loaded.\n7.1.4r165100\n',
    });
    assert.equal(await warned.hypervisor.version(never), '7.1.4');
    const missing = virtualBox({ 'VBoxManage --version': undefined });
    assert.equal(await missing.hypervisor.version(never), undefined);
  });

  it('list() tells of ours how they are, and asks nothing of others', async () => {
    const { hypervisor, lines } = virtualBox({
      'VBoxManage list vms': VMS,
      [`VBoxManage showvminfo ${A} --machinereadable`]:
        'name="x"\nVMState="running"\nVMStateChangeTime="2025"\n',
      [`VBoxManage showvminfo ${B} --machinereadable`]: 'VMState="saved"\n',
    });
    assert.deepEqual(await hypervisor.list(), [
      { name: 'wheelhouse-demo_demo-1', id: A, state: 'running' },
      { name: 'wheelhouse-demo_demo-2', id: B, state: 'paused' },
    ]);
    assert.deepEqual(lines, [
      'VBoxManage list vms',
      `VBoxManage showvminfo ${A} --machinereadable`,
      `VBoxManage showvminfo ${B} --machinereadable`,
    ]);
  });

  it('list() is empty where there is no VirtualBox, and fails where it fails', async () => {
    assert.deepEqual(await virtualBox({ 'VBoxManage list vms': undefined }).hypervisor.list(), []);
    const broken = virtualBox({ 'VBoxManage list vms': { code: 1, stderr: 'VBoxSVC is gone' } });
    await assert.rejects(broken.hypervisor.list(), /VBoxSVC is gone/);
  });

  it('ensureNetwork() makes a host-only interface with the host’s address', async () => {
    const { hypervisor, lines } = virtualBox({
      'VBoxManage list hostonlyifs': IFS,
      'VBoxManage hostonlyif create': `0%...10%...100%\nInterface 'vboxnet2' was successfully created\n`,
    });
    assert.equal(await hypervisor.ensureNetwork(network, never), 'vboxnet2');
    assert.deepEqual(lines, [
      'VBoxManage list hostonlyifs',
      'VBoxManage hostonlyif create',
      'VBoxManage hostonlyif ipconfig vboxnet2 --ip 192.168.57.1 --netmask 255.255.255.0',
    ]);
  });

  it('ensureNetwork() leaves none behind that it could not configure, and says why', async () => {
    const { hypervisor, lines } = virtualBox({
      'VBoxManage list hostonlyifs': '',
      'VBoxManage hostonlyif create': `Interface 'vboxnet0' was successfully created`,
      'VBoxManage hostonlyif ipconfig vboxnet0 --ip 192.168.57.1 --netmask 255.255.255.0': {
        code: 1,
        stderr: 'VBoxManage: error: Code E_ACCESSDENIED',
      },
    });
    await assert.rejects(hypervisor.ensureNetwork(network, never), /E_ACCESSDENIED/);
    assert.equal(lines.at(-1), 'VBoxManage hostonlyif remove vboxnet0');
  });

  it('ensureNetwork() takes the one that is there, and wakes it after a reboot', async () => {
    const up = virtualBox({ 'VBoxManage list hostonlyifs': IFS });
    const first = { ...network, subnet: parseSubnet('192.168.56.0/24')! };
    assert.equal(await up.hypervisor.ensureNetwork(first, never), undefined);
    assert.equal(up.lines.length, 1);
    const down = virtualBox({ 'VBoxManage list hostonlyifs': IFS });
    await down.hypervisor.ensureNetwork({ ...network, subnet: parseSubnet('192.168.58.0/24')! }, never);
    assert.equal(
      down.lines.at(-1),
      'VBoxManage hostonlyif ipconfig vboxnet1 --ip 192.168.58.1 --netmask 255.255.255.0',
    );
  });

  it('on macOS from 7 on a network of its own kind is made and removed', async () => {
    const { hypervisor, lines } = virtualBox(
      { 'VBoxManage --version': '7.0.14r1', 'VBoxManage list hostonlynets': '' },
      'darwin',
    );
    assert.equal(await hypervisor.ensureNetwork(network, never), 'wheelhouse-demo');
    assert.equal(
      lines.at(-1),
      'VBoxManage hostonlynet add --name wheelhouse-demo --netmask 255.255.255.0 --lower-ip 192.168.57.1 --upper-ip 192.168.57.254 --enable',
    );
    const there = virtualBox(
      { 'VBoxManage list hostonlynets': 'Name:            wheelhouse-demo\nLowerIP:  192.168.57.1\n' },
      'darwin',
    );
    await there.hypervisor.removeNetwork('wheelhouse-demo', 'wheelhouse-demo');
    assert.equal(there.lines.at(-1), 'VBoxManage hostonlynet remove --name wheelhouse-demo');
  });

  it('removeNetwork() removes what was made for the cluster, never what was there before', async () => {
    const { hypervisor, lines } = virtualBox({ 'VBoxManage list hostonlyifs': IFS });
    await hypervisor.removeNetwork('wheelhouse-demo', undefined);
    await hypervisor.removeNetwork('wheelhouse-demo', 'vboxnet9');
    await hypervisor.removeNetwork('wheelhouse-demo', 'vboxnet1');
    assert.deepEqual(
      lines.filter((line) => !line.includes(' list ')),
      ['VBoxManage hostonlyif remove vboxnet1'],
    );
  });

  it('takenSubnets() are those of its interfaces', async () => {
    const { hypervisor } = virtualBox({ 'VBoxManage list hostonlyifs': IFS });
    assert.deepEqual((await hypervisor.takenSubnets('x')).map(formatRange), [
      '192.168.56.0/24',
      '192.168.58.0/23',
    ]);
  });

  it('discard() ends what runs, throws away what is saved, and deletes both with their disks', async () => {
    for (const [state, before] of [
      ['running', ['VBoxManage controlvm wheelhouse-demo_demo-1 poweroff']],
      ['paused', ['VBoxManage controlvm wheelhouse-demo_demo-1 poweroff']],
      ['saved', ['VBoxManage discardstate wheelhouse-demo_demo-1']],
      ['poweroff', []],
    ] as const) {
      const info = 'VBoxManage showvminfo wheelhouse-demo_demo-1 --machinereadable';
      const { hypervisor, lines } = virtualBox({ [info]: `VMState="${state}"\n` });
      await hypervisor.discard('wheelhouse-demo_demo-1');
      assert.deepEqual(
        lines,
        [info, ...before, 'VBoxManage unregistervm wheelhouse-demo_demo-1 --delete'],
        state,
      );
    }
  });

  it('discard() of what is not there does nothing', async () => {
    const info = 'VBoxManage showvminfo gone --machinereadable';
    const stderr =
      'VBoxManage: error: Could not find a registered machine named "gone"\nCode VBOX_E_OBJECT_NOT_FOUND';
    const { hypervisor, lines } = virtualBox({ [info]: { code: 1, stderr } });
    await hypervisor.discard('gone');
    assert.deepEqual(lines, [info]);
  });

  it('snapshots() are their names, wherever they hang in the tree', async () => {
    const line = 'VBoxManage snapshot x list --machinereadable';
    const said =
      'SnapshotName="one"\nSnapshotUUID="a"\nSnapshotName-1="two"\nSnapshotName-1-1="three"\nCurrentSnapshotName="three"\n';
    assert.deepEqual(await virtualBox({ [line]: said }).hypervisor.snapshots('x'), ['one', 'two', 'three']);
    const none = virtualBox({ [line]: { code: 1, stderr: 'This machine does not have any snapshots' } });
    assert.deepEqual(await none.hypervisor.snapshots('x'), []);
  });

  it('allowedSubnets() are those of networks.conf, else VirtualBox’s own; on Windows all', async () => {
    assert.deepEqual(allowedRanges(undefined).map(formatRange), ['192.168.56.0/21']);
    assert.deepEqual(allowedRanges('# none\n').map(formatRange), ['192.168.56.0/21']);
    const conf = '# mine\n* 10.0.0.0/8 192.168.0.0/16\n* 2001::/64\n* 172.16.0.0/12\n';
    assert.deepEqual(allowedRanges(conf).map(formatRange), ['10.0.0.0/8', '192.168.0.0/16', '172.16.0.0/12']);

    const folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-vbox-'));
    const networksConf = path.join(folder, 'networks.conf');
    await writeFile(networksConf, '* 10.0.0.0/8\n');
    const processes = fakeProcesses(() => '');
    const ranges = async (platform: NodeJS.Platform) => {
      const found = await createVirtualBox({ processes, platform, env: {}, networksConf }).allowedSubnets?.();
      return found?.map(formatRange);
    };
    assert.deepEqual([await ranges('linux'), await ranges('win32')], [['10.0.0.0/8'], ['0.0.0.0/0']]);
    await rm(folder, { recursive: true });
  });

  it('start() and suspend() are its own, whatever the machine was', async () => {
    const info = 'VBoxManage showvminfo x --machinereadable';
    for (const [state, verbs] of [
      ['poweroff', ['VBoxManage startvm x --type headless']],
      ['saved', ['VBoxManage startvm x --type headless']],
      ['paused', ['VBoxManage controlvm x resume']],
      ['running', []],
    ] as const) {
      const { hypervisor, lines } = virtualBox({ [info]: `VMState="${state}"\n` });
      await hypervisor.start?.('x', never);
      assert.deepEqual(lines, [info, ...verbs], state);
    }
    const { hypervisor, lines } = virtualBox({});
    await hypervisor.suspend?.('x', never);
    assert.deepEqual(lines, ['VBoxManage controlvm x savestate']);
  });

  describe('removeShared()', () => {
    let folder: string;

    beforeEach(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-master-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    /** The master's disk (its own changes after the snapshot) and others, each with what it is the changes of. */
    const asked = async (
      disks: readonly (readonly [id: string, parent: string])[],
    ): Promise<readonly string[]> => {
      const { hypervisor, lines } = virtualBox({
        [`VBoxManage showvminfo ${A} --machinereadable`]:
          'VMState="poweroff"\n"SATA Controller-ImageUUID-0-0"="own"\n',
        'VBoxManage list hdds': disks
          .map(
            ([id, parent]) => `UUID:           ${id}\nParent UUID:    ${parent}\nState:          created\n\n`,
          )
          .join(''),
      });
      const outcome = await hypervisor.removeShared!({
        name: 'wheelhouse/node',
        version: '1.9',
        folder,
      }).catch((error: unknown) => error);
      return [...lines, ...(outcome instanceof Error ? [outcome.message] : [])];
    };
    const REMOVED = `VBoxManage unregistervm ${A} --delete`;

    it('removes the machine that linked clones were made of', async () => {
      await writeFile(path.join(folder, 'master_id'), `${A}\n`);
      const disks = [
        ['base-disk', 'base'],
        ['own', 'base-disk'],
        ['other', 'base'],
        ['other-clone', 'other'],
      ] as const;
      assert.equal((await asked(disks)).at(-1), REMOVED);
    });

    it('leaves it as long as there is a clone', async () => {
      await writeFile(path.join(folder, 'master_id'), A);
      const disks = [
        ['base-disk', 'base'],
        ['own', 'base-disk'],
        ['clone', 'base-disk'],
      ] as const;
      assert.equal((await asked(disks)).at(-1), 'machines are linked clones of it');
    });

    it('does nothing where there is none', async () => {
      assert.deepEqual(await asked([]), []);
    });
  });
});
