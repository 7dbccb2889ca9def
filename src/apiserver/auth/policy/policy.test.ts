import assert from 'node:assert/strict';
import {
  type AccessWorld,
  binding,
  person,
  RBAC,
  startAccessWorld,
  to,
  toPath,
  userSubject,
} from '../../../../test/harness/accessWorld.ts';
import type { TestServer } from '../../../../test/harness/apiServer.ts';
import type { UserInfo } from '../../../api/request.ts';
import type { AuthorizationAttributes, Authorizer } from '../contract.ts';
import { KUBE_SCHEDULER, nodeUser, serviceAccountUser } from '../users.ts';

describe('bootstrapPolicy', () => {
  let world: AccessWorld;
  let server: TestServer;
  let authorizer: Authorizer;
  let may: AccessWorld['may'];
  let make: AccessWorld['make'];

  beforeEach(async () => {
    world = await startAccessWorld();
    ({ server, authorizer, may, make } = world);
    await world.makeDefaultPolicy();
  });
  afterEach(() => world.stop());

  it('anybody sees health and version, those who have shown who they are see what is served and themselves', () => {
    const anonymous: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
    assert.ok(may(anonymous, toPath('/healthz')));
    assert.ok(!may(anonymous, toPath('/apis')));
    assert.ok(may(person('alice'), toPath('/apis/apps/v1')));
    const review = to('create', 'selfsubjectaccessreviews', {
      group: 'authorization.k8s.io',
      namespace: '',
    });
    assert.ok(may(person('alice'), review));
    assert.ok(!may(person('alice'), to('get', 'pods')));
  });

  it('the scheduler binds pods and does not read secrets', () => {
    const scheduler = person(KUBE_SCHEDULER);
    assert.ok(may(scheduler, to('create', 'pods', { subresource: 'binding', name: 'p' })));
    assert.ok(may(scheduler, to('watch', 'nodes', { namespace: '' })));
    assert.ok(!may(scheduler, to('get', 'secrets', { name: 's' })));
  });

  it('a controller does what is its own, as its service account', () => {
    const controller = serviceAccountUser('kube-system', 'replicaset-controller');
    assert.ok(may(controller, to('create', 'pods')));
    assert.ok(
      may(controller, to('update', 'replicasets', { group: 'apps', subresource: 'status', name: 'r' })),
    );
    assert.ok(!may(controller, to('update', 'deployments', { group: 'apps', name: 'd' })));
    assert.ok(
      may(
        serviceAccountUser('kube-system', 'generic-garbage-collector'),
        to('delete', 'widgets', { group: 'x.y', name: 'w' }),
      ),
    );
  });

  it('view reads all but secrets, edit writes them, admin gives roles: each in the namespace where it is bound', async () => {
    for (const [role, name] of [
      ['view', 'vera'],
      ['edit', 'ed'],
      ['admin', 'ada'],
    ] as const) {
      await make(
        `${RBAC}/namespaces/team/rolebindings`,
        binding('RoleBinding', role, ['ClusterRole', role], userSubject(name)),
      );
    }
    const team = { namespace: 'team' };
    assert.ok(may(person('vera'), to('list', 'deployments', { ...team, group: 'apps' })));
    assert.ok(!may(person('vera'), to('get', 'secrets', { ...team, name: 's' })));
    assert.ok(!may(person('vera'), to('delete', 'pods', { ...team, name: 'p' })));
    assert.ok(may(person('ed'), to('get', 'secrets', { ...team, name: 's' })));
    assert.ok(may(person('ed'), to('list', 'deployments', { ...team, group: 'apps' })));
    assert.ok(
      !may(person('ed'), to('create', 'rolebindings', { ...team, group: 'rbac.authorization.k8s.io' })),
    );
    assert.ok(
      may(person('ada'), to('create', 'rolebindings', { ...team, group: 'rbac.authorization.k8s.io' })),
    );
    assert.ok(!may(person('ada'), to('list', 'pods', { namespace: 'other' })));
  });

  it('edit and admin have the subresources of pods that upstream gives them, and no others', async () => {
    for (const role of ['view', 'edit', 'admin']) {
      await make(
        `${RBAC}/namespaces/team/rolebindings`,
        binding('RoleBinding', role, ['ClusterRole', role], userSubject(role)),
      );
    }
    const asked = [
      ['create', 'eviction'],
      ['create', 'exec'],
      ['create', 'attach'],
      ['create', 'portforward'],
      ['get', 'log'],
      ['get', 'status'],
      ['update', 'status'],
      ['create', 'binding'],
      ['patch', 'ephemeralcontainers'],
      ['patch', 'resize'],
    ] as const;
    const granted = (role: string): readonly string[] =>
      asked
        .filter(([verb, subresource]) =>
          may(person(role), to(verb, 'pods', { namespace: 'team', name: 'p', subresource })),
        )
        .map((pair) => pair.join(' '));
    const reads = ['get log', 'get status'];
    const writes = ['create eviction', 'create exec', 'create attach', 'create portforward', ...reads];
    assert.deepEqual([granted('view'), granted('edit'), granted('admin')], [reads, writes, writes]);
  });

  it('a node reads what its own pods name, and writes what is its own', async () => {
    await make('/api/v1/namespaces/default/pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {
        nodeName: 'n1',
        serviceAccountName: 'runner',
        imagePullSecrets: [{ name: 'pull' }],
        containers: [
          {
            name: 'c',
            image: 'i',
            env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 'env', key: 'k' } } }],
            envFrom: [{ configMapRef: { name: 'from' } }],
          },
        ],
        volumes: [
          { name: 'v1', configMap: { name: 'mounted' } },
          { name: 'v2', projected: { sources: [{ secret: { name: 'projected' } }] } },
        ],
      },
    });
    const [n1, n2] = [nodeUser('n1'), nodeUser('n2')];
    for (const [resource, name] of [
      ['secrets', 'pull'],
      ['secrets', 'env'],
      ['secrets', 'projected'],
      ['configmaps', 'from'],
      ['configmaps', 'mounted'],
    ] as const) {
      assert.ok(may(n1, to('get', resource, { name })), name);
      assert.equal(
        authorizer.authorize(n2, to('get', resource, { name })).reason,
        "no relationship found between node 'n2' and this object",
      );
    }
    const tokenFor = (name: string): AuthorizationAttributes =>
      to('create', 'serviceaccounts', { name, subresource: 'token' });
    assert.ok(may(n1, tokenFor('runner')));
    assert.ok(!may(n2, tokenFor('runner')));
    assert.ok(!may(n1, tokenFor('default')));
    assert.ok(!may(n1, to('list', 'secrets')));
    assert.ok(!may(n1, to('update', 'secrets', { name: 'pull' })));

    const all = { namespace: '' };
    assert.ok(may(n1, to('watch', 'pods', { ...all, fieldSelector: 'spec.nodeName=n1' })));
    assert.ok(!may(n1, to('watch', 'pods', { ...all, fieldSelector: 'spec.nodeName=n2' })));
    assert.ok(!may(n1, to('list', 'pods', all)));
    assert.ok(may(n1, to('get', 'pods', { name: 'p' })));
    assert.ok(!may(n2, to('get', 'pods', { name: 'p' })));
    assert.ok(may(n1, to('patch', 'pods', { name: 'p', subresource: 'status' })));

    const lease = { namespace: 'kube-node-lease', group: 'coordination.k8s.io' };
    assert.ok(may(n1, to('update', 'leases', { ...lease, name: 'n1' })));
    assert.ok(!may(n1, to('update', 'leases', { ...lease, name: 'n2' })));
    assert.ok(may(n1, to('patch', 'nodes', { ...all, name: 'n1', subresource: 'status' })));
    assert.ok(!may(n1, to('delete', 'nodes', { ...all, name: 'n1' })));

    assert.equal(
      (await server.call('DELETE', '/api/v1/namespaces/default/pods/p?gracePeriodSeconds=0')).code,
      200,
    );
    assert.ok(!may(n1, to('get', 'secrets', { name: 'pull' })));
    assert.ok(!may(n1, tokenFor('runner')));
  });

  it('a node is its own service proxy', () => {
    const all = { namespace: '' };
    assert.ok(may(nodeUser('n1'), to('watch', 'services', all)));
    assert.ok(may(nodeUser('n1'), to('watch', 'endpointslices', { ...all, group: 'discovery.k8s.io' })));
    assert.ok(may(nodeUser('n1'), to('watch', 'nodes', all)));
  });
});
