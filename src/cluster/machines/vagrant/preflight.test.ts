import assert from 'node:assert/strict';
import { problemsOf, type PreflightFacts } from './preflight.ts';
import { parseSubnet } from './subnets.ts';
import { compareVersions, vagrantFor } from './versions.ts';

const GIB = 2 ** 30;

const well: PreflightFacts = {
  host: { platform: 'linux', architecture: 'amd64', totalBytes: 16 * GIB },
  availableBytes: 8 * GIB,
  interfaces: [{ name: 'eth0', subnet: parseSubnet('10.1.0.0/16')!, address: '10.1.2.3' }],
  elsewhere: undefined,
  virtualization: true,
  hypervisorProblems: [],
  vagrant: '2.4.9',
  provider: 'virtualbox',
  hypervisor: '7.1.4',
  plugins: [],
  allowed: [parseSubnet('192.168.56.0/21')!],
  network: undefined,
  networkMade: false,
  freeDisk: 100 * GIB,
  boxArchitecture: 'amd64',
  machines: [{ name: 'n1' }, { name: 'n2' }],
  newMachines: 2,
};
const said = (facts: Partial<PreflightFacts>) => problemsOf({ ...well, ...facts });
const only = (facts: Partial<PreflightFacts>, what: RegExp, remedy: RegExp): void => {
  const problems = said(facts);
  assert.equal(problems.length, 1, JSON.stringify(problems));
  assert.match(problems[0]!.what, what);
  assert.match(problems[0]!.remedy, remedy);
};

describe('checks before VMs are created', () => {
  it('find nothing where all is well', () => {
    assert.deepEqual(problemsOf(well), []);
  });

  it('Vagrant is there, and new enough', () => {
    only({ vagrant: undefined }, /^Vagrant is not installed$/, /Install it .* or use container nodes/);
    const libvirt = { provider: 'libvirt', hypervisor: '9.0.0', plugins: ['vagrant-libvirt'] };
    only({ ...libvirt, vagrant: '2.2.19' }, /Vagrant 2\.2\.19 is too old/, /2\.3\.0 or later/);
  });

  it('no node has a name that Vagrant takes for an id', () => {
    only(
      { machines: [{ name: 'cafe' }, { name: 'cafe-1' }, { name: 'gate' }] },
      /^Vagrant could take the name cafe for the id/,
      /with a dash/,
    );
  });

  it('the provider is there, with its plugin', () => {
    only({ hypervisor: undefined }, /^VirtualBox is not installed/, /container nodes/);
    only(
      { hypervisor: undefined, elsewhere: 'WSL' },
      /^VirtualBox is out of reach: this runs in WSL/,
      /remote\.extensionKind.*container nodes/,
    );
    assert.deepEqual(said({ elsewhere: 'an SSH session' }), []);
    only({ provider: 'xen', hypervisor: undefined }, /"xen" is not a provider/, /virtualbox, libvirt/);
    const libvirt = { provider: 'libvirt', hypervisor: '9.0.0' };
    only(libvirt, /plugin for libvirt/, /vagrant plugin install vagrant-libvirt/);
    assert.deepEqual(said({ ...libvirt, plugins: ['vagrant-libvirt'] }), []);
    only({ provider: 'parallels', hypervisor: undefined }, /plugin for Parallels/, /vagrant-parallels/);
  });

  it('Vagrant and VirtualBox know one another', () => {
    only(
      { vagrant: '2.3.4', hypervisor: '7.1.0' },
      /Vagrant 2\.3\.4 does not know VirtualBox 7\.1\.0/,
      /Vagrant 2\.4\.2/,
    );
    only({ hypervisor: '7.2.0', vagrant: '2.4.8' }, /does not know VirtualBox 7\.2\.0/, /Vagrant 2\.4\.9/);
    assert.deepEqual(said({ vagrant: '2.3.4', hypervisor: '7.0.22' }), []);
    assert.deepEqual(said({ vagrant: '2.4.9', hypervisor: '8.0.1' }), []);
    only({ hypervisor: '6.1.50' }, /VirtualBox 6\.1\.50 is too old/, /7\.0/);
    const arm = { host: { ...well.host, architecture: 'arm64' as const }, boxArchitecture: 'arm64' };
    only({ ...arm, hypervisor: '7.0.22' }, /too old for this computer/, /7\.1/);
    assert.equal(vagrantFor('7.10.1'), undefined);
    assert.ok(compareVersions('2.4.10', '2.4.9') > 0 && compareVersions('2.4', '2.4.0') === 0);
  });

  it('the processors run VMs; libvirt emulates them where they do not', () => {
    only({ virtualization: false }, /cannot run virtual machines/, /VT-x.*container nodes/);
    assert.deepEqual(said({ virtualization: undefined }), []);
    const emulated = { provider: 'libvirt', plugins: ['vagrant-libvirt'], virtualization: false };
    assert.deepEqual(said(emulated), []);
  });

  it('VirtualBox on ARM has 1 GiB for each, and disks as large as the box’s', () => {
    const arm = { host: { ...well.host, architecture: 'arm64' as const }, boxArchitecture: 'arm64' };
    const small = { name: 'n1', memoryBytes: GIB / 2 };
    only({ ...arm, machines: [small] }, /^n1 cannot start with less than 1 GiB/, /1 GiB or more/);
    only({ ...arm, machines: [{ name: 'n1', diskBytes: 60 * GIB }] }, /size of VirtualBox’s disks/, /40 GiB/);
    assert.deepEqual(said({ machines: [small] }), []);
  });

  it('memory and disk are enough for the plan', () => {
    only(
      { availableBytes: 2 * GIB },
      /need 4\.0 GiB of memory, and 2\.0 GiB are free/,
      /fewer or smaller nodes/,
    );
    assert.deepEqual(said({ availableBytes: 2 * GIB, machines: [{ name: 'n1', memoryBytes: GIB }] }), []);
    only({ freeDisk: 3 * GIB }, /need 4\.0 GiB of disk/, /Free some disk/);
    assert.deepEqual(said({ freeDisk: undefined }), []);
  });

  it('the network is a range, allowed, and free', () => {
    only({ network: '192.168.56.0' }, /is no range/, /192\.168\.56\.0\/24/);
    only({ network: '10.9.0.0/24' }, /VirtualBox does not allow/, /192\.168\.56\.0\/21.*networks\.conf/);
    only(
      { network: '10.1.7.0/24', allowed: undefined },
      /clashes with eth0.*10\.1\.0\.0\/16/,
      /another range/,
    );
    assert.deepEqual(said({ network: '10.1.7.0/24', allowed: undefined, networkMade: true }), []);
    assert.deepEqual(said({ network: '192.168.60.0/24' }), []);
  });

  it('the box is for this computer', () => {
    only({ boxArchitecture: 'arm64' }, /box is for arm64, and this computer is amd64/, /box build/);
    assert.deepEqual(said({ boxArchitecture: undefined }), []);
  });
});
