import assert from 'node:assert/strict';
import type { ClusterProfile, MachinesKind } from '../profile.ts';
import { nodeSettings } from './nodeSettings.ts';

describe('nodeSettings', () => {
  const profile = (machines: MachinesKind): ClusterProfile => ({
    name: 'c',
    machines,
    port: 1,
    nodeAddresses: [],
    nodes: [],
    clusterCIDR: '10.244.0.0/16',
    serviceCIDR: '10.96.0.0/16',
  });

  it('are what the node is declared to be', () => {
    const labels = { 'topology.kubernetes.io/zone': 'a', 'node.kubernetes.io/instance-type': 'small' };
    const node = { name: 'n1', labels, capacity: { cpu: '2' } };
    assert.deepEqual(nodeSettings(profile('docker'), node), {
      labels,
      capacity: { cpu: '2' },
      providerID: 'docker://c/n1',
    });
  });

  it('tell a VM that its clock is its own', () => {
    assert.deepEqual(nodeSettings(profile('vagrant'), { name: 'n1' }), {
      labels: {},
      providerID: 'vagrant://c/n1',
      ownClock: true,
    });
  });
});
