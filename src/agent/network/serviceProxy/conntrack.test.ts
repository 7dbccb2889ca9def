import assert from 'node:assert/strict';
import { makeService, makeSlice } from '../../../../test/harness/serviceObjects.ts';
import { staleFlows } from './conntrack.ts';
import { type ServicePort, servicePortsOf } from './servicePort.ts';

const dns = (protocol: string, ...ips: string[]): ServicePort | undefined =>
  servicePortsOf(
    makeService('dns', '10.96.0.1', { ports: [{ port: 53, protocol, nodePort: 30053 }] }),
    [makeSlice('dns', ips, { ports: [{ port: 53, protocol }] })],
    'here',
  )[0];

describe('staleFlows', () => {
  it('ends UDP flows to targets that are gone', () => {
    assert.deepEqual(staleFlows(dns('UDP', '10.0.0.1', '10.0.0.2'), dns('UDP', '10.0.0.2')), [
      ['-D', '-p', 'udp', '--orig-dst', '10.96.0.1', '--dst-nat', '10.0.0.1'],
      ['-D', '-p', 'udp', '--dport', '30053', '--dst-nat', '10.0.0.1'],
    ]);
  });

  it('ends flows that went past the service before it had a target', () => {
    assert.deepEqual(staleFlows(dns('UDP'), dns('UDP', '10.0.0.1')), [
      ['-D', '-p', 'udp', '--orig-dst', '10.96.0.1'],
      ['-D', '-p', 'udp', '--dport', '30053'],
    ]);
  });

  it('ends the flows of a deleted service', () => {
    assert.equal(staleFlows(dns('UDP', '10.0.0.1'), undefined).length, 2);
  });

  it('leaves TCP and unchanged targets alone', () => {
    assert.deepEqual(staleFlows(dns('TCP', '10.0.0.1'), dns('TCP')), []);
    assert.deepEqual(staleFlows(dns('UDP', '10.0.0.1'), dns('UDP', '10.0.0.1', '10.0.0.2')), []);
  });
});
