import assert from 'node:assert/strict';
import { systemClock } from '../../base/clock.ts';
import { systemRandom } from '../../base/random.ts';
import type {
  Endpoints,
  EndpointSlice,
  Namespace,
  Node,
  Pod,
  PriorityClass,
  Service,
} from '../../api/types.ts';
import { admin, startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import { admissionPlugins } from '../admission/index.ts';
import { createAdmissionReader } from '../admission/reader.ts';
import { createServiceAllocators, type ServiceAllocators } from '../allocators/serviceAllocators.ts';
import { bootstrapHooks } from './hooks.ts';

/** A server as the composition root builds it: all kinds, all plugins, what every cluster has. */
describe('a bootstrapped API server', () => {
  let server: TestServer;
  let allocators: ServiceAllocators;

  beforeEach(async () => {
    server = await startTestServer({
      admission(cache) {
        allocators = createServiceAllocators({
          cache,
          clock: systemClock,
          random: systemRandom,
          serviceCidr: '10.96.0.0/24',
        });
        const authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
        const reader = createAdmissionReader(cache);
        return admissionPlugins({
          cache,
          reader,
          clock: systemClock,
          random: systemRandom,
          allocators,
          authorizer,
        });
      },
      postStartHooks: bootstrapHooks(admin, {
        clusterIP: '10.96.0.1',
        serviceCIDR: '10.96.0.0/24',
        address: '192.168.7.2',
        port: 6443,
      }),
    });
  });
  afterEach(async () => {
    allocators.dispose();
    await server.stop();
  });

  const made = async <T>(url: string, body: object): Promise<T> => {
    const answer = await server.call<T>('POST', url, body);
    assert.equal(answer.code, 201, JSON.stringify(answer.body));
    return answer.body;
  };
  const pod = (name: string, spec: object = {}): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'c', image: 'busybox:1' }], ...spec },
  });
  const serviceOf = (name: string, spec: object): object => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { ports: [{ port: 80 }], ...spec },
  });
  const account = (): Promise<unknown> =>
    made('/api/v1/namespaces/default/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default' },
    });

  it('has the system namespaces, priority classes and the service of the API server', async () => {
    const list = await server.call<Namespace>('GET', '/api/v1/namespaces/kube-node-lease');
    assert.equal(list.body.metadata.labels?.['kubernetes.io/metadata.name'], 'kube-node-lease');
    assert.equal(list.body.status?.phase, 'Active');
    assert.deepEqual(list.body.spec, { finalizers: ['kubernetes'] });
    const critical = await server.call<PriorityClass>(
      'GET',
      '/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical',
    );
    assert.equal(critical.body.value, 2000001000);
    const service = await server.call<Service>('GET', '/api/v1/namespaces/default/services/kubernetes');
    assert.equal(service.body.spec.clusterIP, '10.96.0.1');
    assert.deepEqual(service.body.spec.ipFamilies, ['IPv4']);
    const slice = await server.call<EndpointSlice>(
      'GET',
      '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes',
    );
    assert.deepEqual(slice.body.endpoints?.[0]?.addresses, ['192.168.7.2']);
    assert.equal(allocators.addresses.allocator.used, 1);
  });

  it('runs its hooks again over what is there', async () => {
    const hooks = bootstrapHooks(admin, {
      clusterIP: '10.96.0.1',
      serviceCIDR: '10.96.0.0/24',
      address: '192.168.7.9',
      port: 7443,
    });
    for (const hook of hooks) await hook.run(server.handler, new AbortController().signal);
    const slice = await server.call<EndpointSlice>(
      'GET',
      '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes',
    );
    assert.deepEqual(slice.body.endpoints?.[0]?.addresses, ['192.168.7.9']);
    assert.equal(slice.body.metadata.generation, 2);
  });

  it('has no endpoints where the API server is on the loopback only', async () => {
    const hooks = bootstrapHooks(admin, {
      clusterIP: '10.96.0.1',
      serviceCIDR: '10.96.0.0/24',
      address: '127.0.0.1',
      port: 6443,
    });
    for (const hook of hooks) await hook.run(server.handler, new AbortController().signal);
    const { body } = await server.call<Endpoints>('GET', '/api/v1/namespaces/default/endpoints/kubernetes');
    assert.deepEqual(body.subsets ?? [], []);
  });

  it('makes a pod complete: account, token, priority, tolerations', async () => {
    await account();
    const stored = await made<Pod>('/api/v1/namespaces/default/pods', pod('a'));
    assert.equal(stored.spec.serviceAccountName, 'default');
    assert.equal(stored.spec.priority, 0);
    assert.equal(stored.spec.preemptionPolicy, 'PreemptLowerPriority');
    assert.deepEqual(
      stored.spec.tolerations?.map((toleration) => [toleration.key, toleration.tolerationSeconds]),
      [
        ['node.kubernetes.io/not-ready', 300],
        ['node.kubernetes.io/unreachable', 300],
      ],
    );
    const [volume] = stored.spec.volumes ?? [];
    assert.match(volume?.name ?? '', /^kube-api-access-[a-z0-9]{5}$/);
    assert.deepEqual(stored.spec.containers[0]?.volumeMounts, [
      {
        name: volume?.name,
        readOnly: true,
        mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
      },
    ]);
    assert.equal(volume?.projected?.sources?.[0]?.serviceAccountToken?.expirationSeconds, 3607);
    assert.equal(stored.metadata.generation, 1);
    assert.deepEqual(stored.status, { phase: 'Pending', qosClass: 'BestEffort' });
  });

  it('waits for the default account of a namespace that was just made, and for no other', async () => {
    await made('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fresh' } });
    const waiting = server.call<Pod>('POST', '/api/v1/namespaces/fresh/pods', pod('early'));
    await made('/api/v1/namespaces/fresh/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default' },
    });
    assert.equal((await waiting).code, 201);
    const refused = await server.call<{ message: string }>(
      'POST',
      '/api/v1/namespaces/fresh/pods',
      pod('other', { serviceAccountName: 'nobody' }),
    );
    assert.equal(refused.code, 403);
    assert.equal(
      refused.body.message,
      'pods "other" is forbidden: error looking up service account fresh/nobody: serviceaccount "nobody" not found',
    );
  });

  it('refuses to create in a namespace that is missing, and to delete the default one', async () => {
    const missing = await server.call<{ message: string }>(
      'POST',
      '/api/v1/namespaces/nowhere/pods',
      pod('a'),
    );
    assert.equal(missing.code, 404);
    assert.equal(missing.body.message, 'namespaces "nowhere" not found');
    const kept = await server.call<{ message: string }>('DELETE', '/api/v1/namespaces/default');
    assert.equal(kept.code, 403);
    assert.equal(kept.body.message, 'namespaces "default" is forbidden: this namespace may not be deleted');
  });

  it('refuses to create in a namespace that is being deleted, and says so in a cause', async () => {
    await made('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'old' } });
    const deleted = await server.call<Namespace>('DELETE', '/api/v1/namespaces/old');
    assert.equal(deleted.code, 200);
    const refused = await server.call<{ message: string; details: { causes: unknown[] } }>(
      'POST',
      '/api/v1/namespaces/old/configmaps',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } },
    );
    assert.equal(refused.code, 403);
    assert.equal(
      refused.body.message,
      'configmaps "c" is forbidden: unable to create new content in namespace old because it is being terminated',
    );
    assert.deepEqual(refused.body.details.causes, [
      {
        reason: 'NamespaceTerminating',
        message: 'namespace old is being terminated',
        field: 'metadata.namespace',
      },
    ]);
  });

  it('taints a new node as not ready', async () => {
    const node = await made<Node>('/api/v1/nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n1' },
    });
    assert.deepEqual(node.spec.taints, [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
  });

  describe('services', () => {
    const url = '/api/v1/namespaces/default/services';

    it('get an address and node ports and keep them through updates that leave them out', async () => {
      const service = await made<Service>(url, serviceOf('a', { type: 'NodePort' }));
      const { clusterIP, ports } = service.spec;
      assert.match(clusterIP ?? '', /^10\.96\.0\.\d+$/);
      const nodePort = ports?.[0]?.nodePort ?? 0;
      assert.ok(nodePort >= 30000 && nodePort <= 32767);
      const updated = await server.call<Service>('PUT', `${url}/a`, serviceOf('a', { type: 'NodePort' }));
      assert.equal(updated.code, 200, JSON.stringify(updated.body));
      assert.equal(updated.body.spec.clusterIP, clusterIP);
      assert.equal(updated.body.spec.ports?.[0]?.nodePort, nodePort);
      const plain = await server.call<Service>('PUT', `${url}/a`, serviceOf('a', { type: 'ClusterIP' }));
      assert.equal(plain.body.spec.ports?.[0]?.nodePort, undefined);
      assert.equal(plain.body.spec.externalTrafficPolicy, undefined);
      assert.equal(allocators.nodePorts.allocator.used, 0);
    });

    it('cannot take what another one has, and can once that is deleted', async () => {
      await made(
        url,
        serviceOf('a', { clusterIP: '10.96.0.20', type: 'NodePort', ports: [{ port: 80, nodePort: 30007 }] }),
      );
      const taken = await server.call<{ message: string }>(
        'POST',
        url,
        serviceOf('b', { clusterIP: '10.96.0.20' }),
      );
      assert.equal(taken.code, 422);
      assert.equal(
        taken.body.message,
        'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.20"]: failed to allocate IP 10.96.0.20: provided IP is already allocated',
      );
      const port = await server.call<{ message: string }>(
        'POST',
        url,
        serviceOf('b', { type: 'NodePort', ports: [{ port: 80, nodePort: 30007 }] }),
      );
      assert.equal(
        port.body.message,
        'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30007: provided port is already allocated',
      );
      await server.call('DELETE', `${url}/a`);
      const freed = await made<Service>(url, serviceOf('b', { clusterIP: '10.96.0.20' }));
      assert.deepEqual(freed.spec.clusterIPs, ['10.96.0.20']);
    });

    it('may have an address of a range that somebody adds', async () => {
      const wanted = serviceOf('a', { clusterIP: '10.98.0.5' });
      const refused = await server.call<{ message: string }>('POST', url, wanted);
      assert.equal(
        refused.body.message,
        'Service "a" is invalid: spec.clusterIPs: Invalid value: ["10.98.0.5"]: failed to allocate IP 10.98.0.5: the provided IP (10.98.0.5) is not in the valid range. The range of valid IPs is 10.96.0.0/24',
      );
      await made('/apis/networking.k8s.io/v1/servicecidrs', {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'ServiceCIDR',
        metadata: { name: 'more' },
        spec: { cidrs: ['10.98.0.0/24'] },
      });
      const service = await made<Service>(url, wanted);
      assert.deepEqual(service.spec.clusterIPs, ['10.98.0.5']);
      const taken = await server.call<{ message: string }>(
        'POST',
        url,
        serviceOf('b', { clusterIP: '10.98.0.5' }),
      );
      assert.match(taken.body.message, /provided IP is already allocated$/);
    });

    it('keep their address', async () => {
      await made(url, serviceOf('a', { clusterIP: '10.96.0.30' }));
      const moved = await server.call<{ message: string }>(
        'PUT',
        `${url}/a`,
        serviceOf('a', { clusterIP: '10.96.0.31', clusterIPs: ['10.96.0.30'] }),
      );
      assert.equal(moved.code, 422);
      assert.equal(
        moved.body.message,
        'Service "a" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.0.31"]: may not change once set',
      );
    });

    it('take nothing in a dry run', async () => {
      const answer = await server.call<Service>(
        'POST',
        `${url}?dryRun=All`,
        serviceOf('a', { clusterIP: '10.96.0.40' }),
      );
      assert.equal(answer.body.spec.clusterIP, '10.96.0.40');
      await made(url, serviceOf('b', { clusterIP: '10.96.0.40' }));
    });
  });
});
