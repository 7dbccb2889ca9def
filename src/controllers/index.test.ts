import assert from 'node:assert/strict';
import { createLogger } from '../base/logger.ts';
import { systemClock } from '../base/clock.ts';
import { systemRandom } from '../base/random.ts';
import { kinds } from '../api/kinds/index.ts';
import type { UserInfo } from '../api/request.ts';
import {
  clusterRoles,
  configMaps,
  deployments,
  endpoints,
  endpointSlices,
  namespaces,
  nodes,
  pods,
  replicaSets,
  secrets,
  serviceAccounts,
  services,
} from '../api/resources.ts';
import { admissionPlugins } from '../apiserver/admission/index.ts';
import { createAdmissionReader } from '../apiserver/admission/reader.ts';
import {
  createServiceAllocators,
  type ServiceAllocators,
} from '../apiserver/allocators/serviceAllocators.ts';
import { type AccessControl, createAccessControl } from '../apiserver/auth/accessControl.ts';
import { bootstrapPolicyHook } from '../apiserver/auth/policy/hook.ts';
import { objectsHook } from '../apiserver/bootstrap/hooks.ts';
import { systemObjects } from '../apiserver/bootstrap/systemObjects.ts';
import type { PostStartHook } from '../apiserver/postStartHooks.ts';
import { storedResources } from '../apiserver/resources/stored.ts';
import { LiveResources } from '../apiserver/resources/table.ts';
import { type ControlledCluster, startControlledCluster } from '../../test/harness/controlledCluster.ts';
import { controllers } from './index.ts';

const LOOPBACK: UserInfo = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };
const resources = storedResources(new LiveResources(kinds));

/** The API server as the control plane runs it: admission, bootstrap objects and RBAC, each controller with its own role. */
describe('all controllers with the rights of their roles', () => {
  let cluster: ControlledCluster;
  let access: AccessControl;
  let allocators: ServiceAllocators;
  const lines: string[] = [];

  beforeEach(async () => {
    lines.length = 0;
    const logger = createLogger((line) => lines.push(line), { level: 'warn' });
    const hooks: PostStartHook[] = [objectsHook('system-namespaces', LOOPBACK, systemObjects())];
    cluster = await startControlledCluster({
      controllers: controllers({
        resources,
        ca: 'CA PEM',
        clusterCIDR: '10.244.0.0/16',
        makeToken: () => Promise.resolve('a token'),
      }),
      logger,
      server: {
        admission: (cache) => {
          access = createAccessControl(cache);
          const reader = createAdmissionReader(cache);
          hooks.push(bootstrapPolicyHook(LOOPBACK, reader));
          const options = { cache, clock: systemClock, random: systemRandom };
          allocators = createServiceAllocators({ ...options, serviceCidr: '10.96.0.0/16' });
          return admissionPlugins({ ...options, reader, allocators, authorizer: access.authorizer });
        },
        authorizer: {
          authorize: (user, attributes) => access.authorizer.authorize(user, attributes),
          rulesFor: (user, namespace) => access.authorizer.rulesFor(user, namespace),
        },
        postStartHooks: hooks,
      },
    });
  });
  afterEach(async () => {
    await cluster.stop();
    allocators.dispose();
    access.dispose();
  });

  it('bring up, roll over and take down a workload, without a refusal', async () => {
    const { client } = cluster;
    await client.create(nodes, { metadata: { name: 'n1' }, spec: {} });
    await cluster.until(
      'the node has a range',
      () => cluster.list(nodes)[0]?.spec.podCIDR === '10.244.0.0/24',
    );
    await client.create(namespaces, { metadata: { name: 'shop' } });
    await cluster.until(
      'the namespace is set up',
      () =>
        cluster.get(serviceAccounts, 'shop', 'default') !== undefined &&
        cluster.get(configMaps, 'shop', 'kube-root-ca.crt') !== undefined,
    );
    const annotations = { 'kubernetes.io/service-account.name': 'default' };
    await client.create(secrets, {
      metadata: { namespace: 'shop', name: 'robot', annotations },
      type: 'kubernetes.io/service-account-token',
    });
    await cluster.until(
      'the secret has its token',
      () => cluster.get(secrets, 'shop', 'robot')?.data?.['token'] !== undefined,
    );
    await client.create(services, {
      metadata: { namespace: 'shop', name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    });
    await client.create(deployments, {
      metadata: { namespace: 'shop', name: 'web' },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'c', image: 'v1' }] },
        },
      },
    });
    const deployment = () => cluster.get(deployments, 'shop', 'web');
    const addresses = () =>
      (cluster.get(endpoints, 'shop', 'web')?.subsets ?? []).flatMap((s) => s.addresses ?? []);
    await cluster.until(
      'it is up and can be reached',
      () => deployment()?.status?.availableReplicas === 3 && addresses().length === 3,
    );
    const [pod] = cluster.list(pods, 'shop');
    const [made] = (await cluster.server.storage.history!.list(`core/pods/shop/${pod!.metadata.name}`)).slice(
      -1,
    );
    assert.equal(made!.cause?.actor, 'system:kube-controller-manager replicaset');
    const [rs] = (await cluster.server.storage.history!.list('apps/replicasets/shop/')).slice(-1);
    assert.equal(made!.cause.revision, rs!.revision, 'the pod was made because its replica set was');

    await client.patch(deployments, { namespace: 'shop', name: 'web' }, 'application/merge-patch+json', {
      spec: { template: { spec: { containers: [{ name: 'c', image: 'v2' }] } } },
    });
    await cluster.until(
      'the second revision is up',
      () =>
        deployment()?.status?.updatedReplicas === 3 &&
        cluster.list(pods, 'shop').every((pod) => pod.spec.containers[0]?.image === 'v2'),
    );
    await client.delete(deployments, { namespace: 'shop', name: 'web' }, { propagationPolicy: 'Foreground' });
    await cluster.until(
      'nothing of it is left',
      () =>
        deployment() === undefined &&
        cluster.list(replicaSets, 'shop').length === 0 &&
        cluster.list(pods, 'shop').length === 0,
    );
    await client.delete(services, { namespace: 'shop', name: 'web' });
    await cluster.until('its slices are collected', () => cluster.list(endpointSlices, 'shop').length === 0);
    await client.delete(namespaces, { name: 'shop' });
    await cluster.until(
      'the namespace is gone',
      () => !cluster.list(namespaces).some((n) => n.metadata.name === 'shop'),
    );
    assert.deepEqual(lines, []);
  });

  it('aggregate cluster roles', async () => {
    await cluster.client.create(clusterRoles, {
      metadata: { name: 'widgets', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
      rules: [{ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] }],
    });
    const grants = (name: string) =>
      cluster
        .list(clusterRoles)
        .find((role) => role.metadata.name === name)
        ?.rules?.some((rule) => rule.resources?.includes('widgets'));
    // admin selects edit, edit selects view.
    await cluster.until('all three have it', () =>
      ['view', 'edit', 'admin'].every((name) => grants(name) === true),
    );
    assert.deepEqual(lines, []);
  });
});
