import assert from 'node:assert/strict';
import { type LocalAddress, type LocalRoute, orderAddresses, parseRoutes } from './mainAddress.ts';

const at = (name: string, address: string, prefix = 24): LocalAddress => ({
  interface: name,
  address,
  prefix,
});
const route = (name: string, network: string, prefix: number, metric = 0): LocalRoute => ({
  interface: name,
  network,
  prefix,
  metric,
});

describe('orderAddresses', () => {
  const virtualBox = [at('eth0', '10.0.2.15'), at('eth1', '192.168.56.11')];
  const libvirt = [at('eth0', '192.168.121.77'), at('eth1', '192.168.56.11')];

  it('takes the host-only address of a VirtualBox VM, and never the one of NAT', () => {
    const routes = [route('eth0', '0.0.0.0', 0), route('eth1', '192.168.56.0', 24)];
    for (const server of ['192.168.56.1', '10.0.2.2', '172.16.1.1', 'localhost', undefined]) {
      assert.deepEqual(orderAddresses(virtualBox, routes, server), ['192.168.56.11']);
    }
  });

  it('gives a VirtualBox VM no address while it has only the one of NAT', () => {
    assert.deepEqual(orderAddresses(virtualBox.slice(0, 1), [], '192.168.56.1'), []);
  });

  it('takes 10.0.2.15 where that is an address like any other', () => {
    assert.deepEqual(orderAddresses([at('eth0', '10.0.2.15')], [], '10.0.2.1'), ['10.0.2.15']);
  });

  it("takes the address on the control plane's network, whichever interface comes first", () => {
    assert.deepEqual(orderAddresses(libvirt, [], '192.168.56.1'), ['192.168.56.11', '192.168.121.77']);
    assert.deepEqual(orderAddresses(libvirt, [], '192.168.121.1'), ['192.168.121.77', '192.168.56.11']);
    const docker = [at('eth0', '172.18.0.3', 16)];
    assert.deepEqual(orderAddresses(docker, [], '172.18.0.1'), ['172.18.0.3']);
  });

  it('takes the closest of networks that contain each other', () => {
    const local = [at('eth0', '192.168.7.9', 16), at('eth1', '192.168.56.11')];
    assert.equal(orderAddresses(local, [], '192.168.56.1')[0], '192.168.56.11');
  });

  it('takes the interface by which the kernel reaches a control plane elsewhere', () => {
    const routes = [
      route('eth0', '0.0.0.0', 0, 100),
      route('eth1', '0.0.0.0', 0, 50),
      route('eth0', '10.9.0.0', 16),
    ];
    assert.equal(orderAddresses(libvirt, routes, '10.9.0.1')[0], '192.168.121.77');
    assert.equal(orderAddresses(libvirt, routes, '10.8.0.1')[0], '192.168.56.11');
  });

  it('leaves the order as it is where nothing tells', () => {
    for (const server of ['wheelhouse.test', undefined, '10.9.0.1']) {
      assert.deepEqual(orderAddresses(libvirt, [], server), ['192.168.121.77', '192.168.56.11']);
    }
  });
});

describe('parseRoutes', () => {
  it('reads what the kernel shows, and leaves out what is down', () => {
    const text = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t0202000A\t0003\t0\t0\t100\t00000000\t0\t0\t0',
      'eth1\t0038A8C0\t00000000\t0001\t0\t0\t0\t00F8FFFF\t0\t0\t0',
      'eth2\t0038A8C0\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0',
      '',
    ].join('\n');
    assert.deepEqual(parseRoutes(text), [
      route('eth0', '0.0.0.0', 0, 100),
      route('eth1', '192.168.56.0', 21),
    ]);
  });
});
