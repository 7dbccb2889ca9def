import assert from 'node:assert/strict';
import type { Service } from '../../../api/types.ts';
import { makeService, makeSlice, type EndpointDescription } from '../../../../test/harness/serviceObjects.ts';
import { type ServicePort, servicePortsOf } from './servicePort.ts';

const NODE = 'here';
const portOf = (service: Service, ...endpoints: EndpointDescription[]): ServicePort => {
  const [port] = servicePortsOf(service, [makeSlice('web', endpoints)], NODE);
  assert.ok(port !== undefined);
  return port;
};
const texts = (targets: ServicePort['targets']): string[] => targets.map(({ ip, port }) => `${ip}:${port}`);
const web = makeService('web', '10.96.0.1');

describe('servicePortsOf', () => {
  it('gives nothing for headless, ExternalName and IPv6 services', () => {
    const slices = [makeSlice('web', ['10.0.0.1'])];
    assert.deepEqual(servicePortsOf(makeService('web', 'None'), slices, NODE), []);
    assert.deepEqual(servicePortsOf(makeService('web', '', { type: 'ExternalName' }), slices, NODE), []);
    assert.deepEqual(servicePortsOf(makeService('web', 'fd00::1'), slices, NODE), []);
  });

  it('pairs ports by name, over all slices, each target once and in order', () => {
    const service = makeService('web', '10.96.0.1', {
      ports: [
        { name: 'http', port: 80 },
        { name: 'dns', port: 53, protocol: 'UDP' },
      ],
    });
    const ports = [
      { name: 'http', port: 8080 },
      { name: 'dns', port: 5353, protocol: 'UDP' },
    ];
    const slices = [
      makeSlice('web', ['10.0.0.2', '10.0.0.1'], { ports, name: 'one' }),
      makeSlice('web', ['10.0.0.1'], { ports, name: 'two' }),
      makeSlice('web', ['fd00::1'], { ports, name: 'six', addressType: 'IPv6' }),
    ];
    const found = servicePortsOf(service, slices, NODE);
    assert.deepEqual(
      found.map(({ name, protocol, port, targets }) => [name, protocol, port, texts(targets)]),
      [
        ['default/web/tcp/http', 'tcp', 80, ['10.0.0.1:8080', '10.0.0.2:8080']],
        ['default/web/udp/dns', 'udp', 53, ['10.0.0.1:5353', '10.0.0.2:5353']],
      ],
    );
  });

  it('uses only ready endpoints while there are any', () => {
    const port = portOf(
      web,
      '10.0.0.1',
      { ip: '10.0.0.2', ready: false },
      {
        ip: '10.0.0.3',
        ready: false,
        serving: true,
        terminating: true,
      },
    );
    assert.deepEqual(texts(port.targets), ['10.0.0.1:8080']);
  });

  it('falls back to terminating endpoints that still serve, in the cluster and on the node apart', () => {
    const leaving = { ready: false, serving: true, terminating: true };
    const port = portOf(
      web,
      { ip: '10.0.0.1' },
      { ip: '10.0.0.2', node: NODE, ...leaving },
      {
        ip: '10.0.0.3',
        node: NODE,
        ready: false,
        terminating: true,
      },
    );
    assert.deepEqual(texts(port.targets), ['10.0.0.1:8080']);
    assert.deepEqual(texts(port.localTargets), ['10.0.0.2:8080']);
  });

  it('collects external addresses: externalIPs and those of the load balancer that are its own', () => {
    const service = makeService(
      'web',
      '10.96.0.1',
      { type: 'LoadBalancer', externalIPs: ['192.0.2.1'], loadBalancerSourceRanges: ['198.51.100.0/24'] },
      { loadBalancer: { ingress: [{ ip: '192.0.2.2' }, { ip: '192.0.2.3', ipMode: 'Proxy' }] } },
    );
    const port = portOf(service);
    assert.deepEqual(port.externalAddresses, ['192.0.2.1', '192.0.2.2']);
    assert.deepEqual(port.restricted, { addresses: ['192.0.2.2'], sources: ['198.51.100.0/24'] });
  });

  it('gives three hours of affinity where no time is named', () => {
    assert.equal(portOf(web).affinitySeconds, undefined);
    assert.equal(
      portOf(makeService('web', '10.96.0.1', { sessionAffinity: 'ClientIP' })).affinitySeconds,
      10_800,
    );
    const sessionAffinityConfig = { clientIP: { timeoutSeconds: 7 } };
    const short = makeService('web', '10.96.0.1', { sessionAffinity: 'ClientIP', sessionAffinityConfig });
    assert.equal(portOf(short).affinitySeconds, 7);
  });
});
