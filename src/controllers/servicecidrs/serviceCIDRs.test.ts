import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { ipAddresses, serviceCIDRs, services } from '../../api/resources.ts';
import type { IPAddress, ServiceCIDR } from '../../api/types.ts';
import { serviceAddressesController } from './serviceAddresses.ts';
import { isNeeded, serviceCIDRController } from './serviceCIDRs.ts';

describe('controllers of service addresses', () => {
  let cluster: ControlledCluster;

  beforeEach(async () => {
    cluster = await startControlledCluster({
      kubelet: false,
      controllers: [
        {
          name: 'service-cidr-controller',
          account: 'service-cidrs-controller',
          create: serviceCIDRController,
        },
        {
          name: 'service-addresses',
          account: 'service-cidrs-controller',
          create: serviceAddressesController,
        },
      ],
    });
  });
  afterEach(() => cluster.stop());

  const names = (): string[] => cluster.list(ipAddresses).map(({ metadata }) => metadata.name);
  const makeService = (name: string, ip: string): Promise<unknown> =>
    cluster.client.create(services, {
      metadata: { name, namespace: 'ns' },
      spec: { clusterIP: ip, clusterIPs: [ip], ports: [{ port: 80 }] },
    });

  it('keep an object for each address of a service, and none of theirs else', async () => {
    const parentRef = { resource: 'gateways', group: 'example.com', name: 'g' };
    const label = (value: string): object => ({ 'ipaddress.kubernetes.io/managed-by': value });
    for (const [name, value] of [
      ['10.0.0.8', 'example.com'],
      ['10.0.0.9', 'ipallocator.k8s.io'],
    ] as const) {
      await cluster.client.create(ipAddresses, {
        metadata: { name, labels: label(value) as Record<string, string> },
        spec: { parentRef },
      });
    }
    await makeService('a', '10.0.0.1');
    await makeService('headless', 'None');
    await cluster.until('made', () => names().includes('10.0.0.1') && !names().includes('10.0.0.9'));
    const made = cluster.list(ipAddresses).find(({ metadata }) => metadata.name === '10.0.0.1');
    assert.deepEqual(made?.spec.parentRef, { resource: 'services', namespace: 'ns', name: 'a' });
    await cluster.client.delete(services, { namespace: 'ns', name: 'a' });
    await cluster.until('gone', () => !names().includes('10.0.0.1'));
    assert.deepEqual(names(), ['10.0.0.8']);
  });

  it('make an object again that somebody deletes, and right one that names another', async () => {
    await cluster.client.create(ipAddresses, {
      metadata: { name: '10.0.0.1' },
      spec: { parentRef: { resource: 'services', namespace: 'ns', name: 'other' } },
    });
    await makeService('a', '10.0.0.1');
    const isRight = (): boolean => cluster.list(ipAddresses).some(({ spec }) => spec.parentRef.name === 'a');
    await cluster.until('right', isRight);
    await cluster.client.delete(ipAddresses, { name: '10.0.0.1' });
    await cluster.until('there again', isRight);
  });

  it('say that a range is ready, and keep one that is in use', async () => {
    const range = (): ServiceCIDR | undefined => cluster.list(serviceCIDRs)[0];
    const reason = (): string | undefined => range()?.status?.conditions?.[0]?.reason;
    await cluster.client.create(serviceCIDRs, { metadata: { name: 'r' }, spec: { cidrs: ['10.0.0.0/24'] } });
    await cluster.until('ready', () => range()?.status?.conditions?.[0]?.status === 'True');
    assert.deepEqual(range()?.metadata.finalizers, ['networking.k8s.io/service-cidr-finalizer']);
    await makeService('a', '10.0.0.1');
    await cluster.until('made', () => names().length === 1);
    await cluster.client.delete(serviceCIDRs, { name: 'r' });
    await cluster.until('kept', () => reason() === 'Terminating');
    assert.ok(range() !== undefined);
  });
});

describe('a range that nobody uses', () => {
  it('goes, once all servers have heard of it', async () => {
    const clock = new FakeClock();
    const cluster = await startControlledCluster({
      kubelet: false,
      clock,
      controllers: [
        {
          name: 'service-cidr-controller',
          account: 'service-cidrs-controller',
          create: serviceCIDRController,
        },
      ],
    });
    try {
      await cluster.client.create(serviceCIDRs, {
        metadata: { name: 'r' },
        spec: { cidrs: ['10.0.0.0/24'] },
      });
      await cluster.until('ready', () => cluster.list(serviceCIDRs)[0]?.status?.conditions !== undefined);
      await cluster.client.delete(serviceCIDRs, { name: 'r' });
      await cluster.until(
        'going',
        () => cluster.list(serviceCIDRs)[0]?.metadata.deletionTimestamp !== undefined,
      );
      const gone = cluster.until('gone', () => cluster.list(serviceCIDRs).length === 0);
      await clock.advance(11_000);
      await gone;
    } finally {
      await cluster.stop();
    }
  });
});

describe('isNeeded', () => {
  const range = (name: string, ...cidrs: string[]): ServiceCIDR =>
    ({ metadata: { name }, spec: { cidrs } }) as unknown as ServiceCIDR;
  const address = (name: string): IPAddress => ({ metadata: { name } }) as unknown as IPAddress;

  it('asks whether another range has the addresses', () => {
    const own = range('a', '10.0.0.0/24');
    assert.equal(isNeeded(own, [own], []), false);
    assert.equal(isNeeded(own, [own], [address('10.0.1.1')]), false);
    assert.equal(isNeeded(own, [own], [address('10.0.0.1')]), true);
    assert.equal(isNeeded(own, [own, range('b', '10.0.0.0/16')], [address('10.0.0.1')]), false);
    assert.equal(isNeeded(own, [own, range('b', '10.0.0.0/25')], [address('10.0.0.1')]), false);
    assert.equal(isNeeded(own, [own, range('b', '10.0.0.0/25')], [address('10.0.0.200')]), true);
  });
});
