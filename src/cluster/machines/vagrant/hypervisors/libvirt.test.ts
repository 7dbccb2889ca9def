import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeProcesses, type FakeAnswer } from '../../../../../test/harness/fakeProcesses.ts';
import { formatRange } from '../../../../api/ip/range.ts';
import { parseSubnet } from '../subnets.ts';
import { createLibvirt } from './libvirt.ts';

const never = new AbortController().signal;
const VIRSH = 'virsh -q -c qemu:///system';
const ID = '4776295b-8a5f-43c5-905d-b5d03dcbdaac';

function libvirt(answers: Readonly<Record<string, FakeAnswer>>) {
  const processes = fakeProcesses((line) => {
    const words = line.replace(`${VIRSH} `, '');
    return words in answers ? answers[words] : '';
  });
  const lines = () => processes.lines.map((line) => line.replace(`${VIRSH} `, ''));
  return { hypervisor: createLibvirt(processes), lines };
}

describe('libvirt', () => {
  it('list() tells of ours how they are', async () => {
    const { hypervisor } = libvirt({
      'list --all --uuid --name': `${ID} wheelhouse-c_a\n${ID.replace('4', '5')} wheelhouse-c_b\n${ID.replace('4', '6')} other\n${ID.replace('4', '7')} wheelhouse-c_d\n\n`,
      'list --all --managed-save':
        ' 1    wheelhouse-c_a   running\n -    wheelhouse-c_b   saved\n 3    other   running\n -    wheelhouse-c_d   shut off\n',
    });
    assert.deepEqual(
      (await hypervisor.list()).map(({ name, state }) => [name, state]),
      [
        ['wheelhouse-c_a', 'running'],
        ['wheelhouse-c_b', 'paused'],
        ['wheelhouse-c_d', 'stopped'],
      ],
    );
    assert.equal((await hypervisor.list())[0]?.id, ID);
  });

  it('list() is empty where there is no libvirt, or none that answers', async () => {
    assert.deepEqual(await libvirt({ 'list --all --uuid --name': undefined }).hypervisor.list(), []);
    const stderr =
      "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/var/run/libvirt/libvirt-sock'";
    assert.deepEqual(
      await libvirt({ 'list --all --managed-save': { code: 1, stderr } }).hypervisor.list(),
      [],
    );
  });

  describe('removeShared()', () => {
    const IMAGE = 'wheelhouse-VAGRANTSLASH-node_vagrant_box_image_1.9_box.img';
    const NEWER = IMAGE.replace('1.9', '1.91');
    const box = { name: 'wheelhouse/node', version: '1.9', folder: '/nowhere' };
    const pool = (backing: string): Readonly<Record<string, FakeAnswer>> => ({
      'pool-list --name': 'default\n',
      'vol-list default': [IMAGE, NEWER, 'wheelhouse-c_a.img']
        .map((name) => ` ${name}   /pool/${name}\n`)
        .join(''),
      [`vol-path ${IMAGE} --pool default`]: `/pool/${IMAGE}\n\n`,
      'vol-dumpxml wheelhouse-c_a.img --pool default': `<volume>\n  <backingStore>\n    <path>/pool/${backing}</path>`,
    });

    it('removes the volume of that version', async () => {
      const { hypervisor, lines } = libvirt(pool(NEWER));
      await hypervisor.removeShared!(box);
      assert.deepEqual(
        lines().filter((line) => line.startsWith('vol-delete')),
        [`vol-delete ${IMAGE} --pool default`],
      );
    });

    it('leaves one that a disk is made of', async () => {
      const { hypervisor, lines } = libvirt(pool(IMAGE));
      await assert.rejects(hypervisor.removeShared!(box), /the disk wheelhouse-c_a\.img is made of/);
      assert.ok(!lines().some((line) => line.startsWith('vol-delete')));
    });
  });

  it('pack() makes a box of a copy that stands alone, and takes the copy away', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-libvirt-'));
    const { hypervisor, lines } = libvirt({
      [`domblklist ${ID}`]: ' vda      /var/pool/a b.img\n',
      'vol-pool /var/pool/a b.img': 'default\n\n',
      'vol-name /var/pool/a b.img': 'a b.img\n\n',
      'vol-dumpxml a b.img --pool default': "<volume><capacity unit='bytes'>3221225473</capacity></volume>",
    });
    await hypervisor.pack!(ID, { folder, target: '/x.box' }, never);
    const copy = `a b.img.${process.pid}.whole`;
    assert.deepEqual(
      lines().filter((line) => !/^(domblklist|vol-(pool|name|dumpxml))/.test(line)),
      [
        `vol-clone a b.img ${copy} --pool default`,
        `vol-download ${copy} ${folder}/box.img --pool default --sparse`,
        `vol-delete ${copy} --pool default`,
        `tar -cf /x.box -C ${folder} metadata.json Vagrantfile box.img`,
      ],
    );
    assert.deepEqual(JSON.parse(await readFile(path.join(folder, 'metadata.json'), 'utf8')), {
      provider: 'libvirt',
      format: 'qcow2',
      virtual_size: 4,
    });
    await rm(folder, { recursive: true });
  });

  it('ensureNetwork() defines and starts a network that leads nowhere else', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'wheelhouse-libvirt-'));
    const stderr =
      "error: failed to get network 'wheelhouse-c'\nerror: Network not found: no network with matching name";
    const { hypervisor, lines } = libvirt({
      'net-dumpxml wheelhouse-c': { code: 1, stderr },
      'net-list --name': 'default\n',
    });
    const network = { name: 'wheelhouse-c', subnet: parseSubnet('192.168.57.0/24')!, folder };
    assert.equal(await hypervisor.ensureNetwork(network, never), 'wheelhouse-c');
    assert.deepEqual(lines(), [
      'net-dumpxml wheelhouse-c',
      `net-define ${folder}/network.xml`,
      'net-list --name',
      'net-start wheelhouse-c',
    ]);
    const xml = await readFile(path.join(folder, 'network.xml'), 'utf8');
    assert.match(xml, /<ip address="192.168.57.1" netmask="255.255.255.0"\/>/);
    assert.doesNotMatch(xml, /forward|dhcp/);
    await rm(folder, { recursive: true });
  });

  it('ensureNetwork() only starts one that is there', async () => {
    const network = { name: 'wheelhouse-c', subnet: parseSubnet('192.168.57.0/24')!, folder: '/nowhere' };
    const asleep = libvirt({ 'net-dumpxml wheelhouse-c': '<network/>' });
    assert.equal(await asleep.hypervisor.ensureNetwork(network, never), undefined);
    assert.equal(asleep.lines().at(-1), 'net-start wheelhouse-c');
    const awake = libvirt({ 'net-dumpxml wheelhouse-c': '<network/>', 'net-list --name': 'wheelhouse-c\n' });
    await awake.hypervisor.ensureNetwork(network, never);
    assert.deepEqual(awake.lines(), ['net-dumpxml wheelhouse-c', 'net-list --name']);
  });

  it('takenSubnets() are those of all its networks but one', async () => {
    const { hypervisor } = libvirt({
      'net-list --all --name': 'default\nvagrant-libvirt\nwheelhouse-c\n',
      'net-dumpxml default': `<network><ip address='192.168.122.1' netmask='255.255.255.0'>\n</ip></network>`,
      'net-dumpxml vagrant-libvirt': `<network><ip family='ipv4' address='10.1.0.1' prefix='16'/></network>`,
    });
    assert.deepEqual((await hypervisor.takenSubnets('wheelhouse-c')).map(formatRange), [
      '192.168.122.0/24',
      '10.1.0.0/16',
    ]);
  });

  it('sharesReady() wants Vagrant’s network and the box’s image', async () => {
    const there = {
      'net-list --name': 'vagrant-libvirt\n',
      'pool-list --name': 'default\n',
      'vol-list default': ' wheelhouse-VAGRANTSLASH-node_vagrant_box_image_0_17_box.img   /var/x\n',
    };
    assert.equal(await libvirt(there).hypervisor.sharesReady('wheelhouse/node'), true);
    assert.equal(await libvirt(there).hypervisor.sharesReady('wheelhouse/node', '20261122.7'), false);
    assert.equal(await libvirt(there).hypervisor.sharesReady('wheelhouse/nod'), false);
    assert.equal(
      await libvirt({ ...there, 'net-list --name': '' }).hypervisor.sharesReady('wheelhouse/node'),
      false,
    );
  });

  it('discard() takes the domain and its volumes, and no others', async () => {
    const { hypervisor, lines } = libvirt({
      'pool-list --name': 'default\n',
      'vol-list default':
        ' wheelhouse-c_a.img   /v/wheelhouse-c_a.img\n wheelhouse-c_a_1.img  /v\n wheelhouse-c_a-b.img   /v\n box.img  /v\n',
      'destroy wheelhouse-c_a': {
        code: 1,
        stderr: 'error: Requested operation is not valid: domain is not running',
      },
    });
    await hypervisor.discard('wheelhouse-c_a');
    assert.deepEqual(lines(), [
      'destroy wheelhouse-c_a',
      'undefine wheelhouse-c_a --managed-save --snapshots-metadata --nvram',
      'pool-list --name',
      'vol-list default',
      'vol-delete wheelhouse-c_a.img --pool default',
      'vol-delete wheelhouse-c_a_1.img --pool default',
    ]);
  });

  it('discard() says what it could not do', async () => {
    const { hypervisor } = libvirt({
      'destroy wheelhouse-c_a': { code: 1, stderr: 'error: Cannot access storage' },
    });
    await assert.rejects(hypervisor.discard('wheelhouse-c_a'), /Cannot access storage/);
  });

  it('start() and suspend() are its own, whatever the machine was', async () => {
    for (const [state, verbs] of [
      ['shut off', ['start wheelhouse-c_a']],
      ['paused', ['resume wheelhouse-c_a']],
      ['running', []],
    ] as const) {
      const { hypervisor, lines } = libvirt({ 'domstate wheelhouse-c_a': `${state}\n` });
      await hypervisor.start?.('wheelhouse-c_a', never);
      assert.deepEqual(lines().slice(1), verbs, state);
    }
    const { hypervisor, lines } = libvirt({});
    await hypervisor.suspend?.('wheelhouse-c_a', never);
    assert.deepEqual(lines(), ['managedsave wheelhouse-c_a']);
  });
});
