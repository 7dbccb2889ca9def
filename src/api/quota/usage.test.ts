import assert from 'node:assert/strict';
import { configMaps, deployments, pods, services } from '../resources.ts';
import { countsAs } from './usage.ts';

describe('countsAs()', () => {
  const claims = { group: '', plural: 'persistentvolumeclaims' };
  const cases = [
    [pods, 'pods', true],
    [pods, 'count/pods', true],
    [pods, 'limits.ephemeral-storage', true],
    [pods, 'hugepages-2Mi', true],
    [pods, 'requests.example.com/dongle', true],
    [pods, 'limits.example.com/dongle', false],
    [pods, 'requests.kubernetes.io/batch', false],
    [pods, 'requests.storage', false],
    [services, 'services.loadbalancers', true],
    [services, 'pods', false],
    [claims, 'requests.storage', true],
    [claims, 'fast.storageclass.storage.k8s.io/requests.storage', true],
    [claims, 'storage', false],
    [configMaps, 'configmaps', true],
    [configMaps, 'count/configmaps', true],
    [deployments, 'count/deployments.apps', true],
    [deployments, 'count/deployments', false],
    [deployments, 'deployments', false],
  ] as const;
  for (const [resource, name, counts] of cases) {
    it(`${resource.plural} ${counts ? 'count' : 'do not count'} as ${name}`, () =>
      assert.equal(countsAs(resource, name), counts));
  }
});
