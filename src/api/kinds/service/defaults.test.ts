import assert from 'node:assert/strict';
import { defaulted } from '../../../../test/harness/kindRules.ts';
import type { Service } from '../../types.ts';
import { service } from './kind.ts';

const serviceSpec = (spec: object): Service['spec'] => defaulted<Service>(service, { spec }).spec;

describe('defaults of Service', () => {
  it('completes a service', () => {
    assert.deepEqual(serviceSpec({ ports: [{ port: 80 }] }), {
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      sessionAffinity: 'None',
      type: 'ClusterIP',
      internalTrafficPolicy: 'Cluster',
      ipFamilyPolicy: 'SingleStack',
      ipFamilies: ['IPv4'],
    });
  });

  it('completes services by type', () => {
    const balancer = serviceSpec({ type: 'LoadBalancer', sessionAffinity: 'ClientIP' });
    assert.equal(balancer.externalTrafficPolicy, 'Cluster');
    assert.equal(balancer.allocateLoadBalancerNodePorts, true);
    assert.equal(balancer.sessionAffinityConfig?.clientIP?.timeoutSeconds, 10800);
    const external = serviceSpec({ type: 'ExternalName', externalName: 'a' });
    assert.deepEqual(external, { type: 'ExternalName', externalName: 'a', sessionAffinity: 'None' });
    const headless = serviceSpec({ clusterIP: 'None' });
    assert.equal(headless.ipFamilyPolicy, 'RequireDualStack');
    assert.deepEqual(headless.ipFamilies, ['IPv4', 'IPv6']);
    assert.equal(serviceSpec({ clusterIP: 'None', selector: { a: 'b' } }).ipFamilyPolicy, 'SingleStack');
  });
});
