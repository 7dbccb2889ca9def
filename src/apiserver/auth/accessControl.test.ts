import assert from 'node:assert/strict';
import fc from 'fast-check';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import type { UserInfo } from '../../api/request.ts';
import type { Status } from '../../api/status.ts';
import type { AuthorizationAttributes, Authorizer } from './contract.ts';
import { type AccessControl, createAccessControl } from './accessControl.ts';
import { bootstrapPolicy } from './policy/index.ts';
import { AUTHENTICATED, KUBE_SCHEDULER, nodeUser, serviceAccountUser } from './users.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const person = (name: string, ...groups: string[]): UserInfo => ({
  name,
  groups: [...groups, AUTHENTICATED],
});
const to = (
  verb: string,
  resource: string,
  at: Partial<AuthorizationAttributes> = {},
): AuthorizationAttributes => ({
  isResourceRequest: true,
  path: '',
  verb,
  group: '',
  version: 'v1',
  namespace: 'default',
  resource,
  subresource: '',
  name: '',
  ...at,
});
const toPath = (path: string): AuthorizationAttributes =>
  to('get', '', { isResourceRequest: false, path, namespace: '' });

describe('createAccessControl', () => {
  let server: TestServer;
  let access: AccessControl;
  let authorizer: Authorizer;
  const may = (user: UserInfo, attributes: AuthorizationAttributes): boolean =>
    authorizer.authorize(user, attributes).allowed;
  const make = async (path: string, body: object): Promise<void> => {
    const { code, body: answer } = await server.call('POST', path, body);
    assert.equal(code, 201, JSON.stringify(answer));
  };
  const clusterRole = (name: string, rules: object[], more: object = {}): object => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules,
    ...more,
  });
  const binding = (
    kind: string,
    name: string,
    role: [kind: string, name: string],
    subject: object,
  ): object => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role[0], name: role[1] },
    subjects: [subject],
  });
  const userSubject = (name: string): object => ({
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'User',
    name,
  });

  beforeEach(async () => {
    server = await startTestServer();
    access = createAccessControl(server.cache);
    authorizer = access.authorizer;
  });
  afterEach(async () => {
    access.dispose();
    await server.stop();
  });

  it('system:masters may do everything, a stranger nothing', () => {
    assert.ok(may(person('root', 'system:masters'), to('delete', 'nodes', { namespace: '' })));
    assert.deepEqual(authorizer.authorize(person('eve'), to('get', 'pods')), { allowed: false, reason: '' });
  });

  it('a ClusterRoleBinding counts in every namespace, a RoleBinding in its own', async () => {
    await make(
      `${RBAC}/clusterroles`,
      clusterRole('reader', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }]),
    );
    await make(
      `${RBAC}/clusterrolebindings`,
      binding('ClusterRoleBinding', 'all', ['ClusterRole', 'reader'], userSubject('alice')),
    );
    await make(
      `${RBAC}/namespaces/team/rolebindings`,
      binding('RoleBinding', 'some', ['ClusterRole', 'reader'], userSubject('bob')),
    );
    assert.ok(may(person('alice'), to('get', 'pods', { namespace: 'any' })));
    assert.ok(may(person('alice'), to('get', 'pods', { namespace: '' })));
    assert.ok(may(person('bob'), to('get', 'pods', { namespace: 'team' })));
    assert.ok(!may(person('bob'), to('get', 'pods', { namespace: 'any' })));
    assert.ok(!may(person('bob'), to('get', 'pods', { namespace: '' })));
    assert.equal(
      authorizer.authorize(person('alice'), to('get', 'pods')).reason,
      'RBAC: allowed by ClusterRoleBinding "all" of ClusterRole "reader" to User "alice"',
    );
    assert.equal(
      authorizer.authorize(person('bob'), to('get', 'pods', { namespace: 'team' })).reason,
      'RBAC: allowed by RoleBinding "some/team" of ClusterRole "reader" to User "bob"',
    );
  });

  it('service accounts are named by subject, in the binding’s own namespace where none is given', async () => {
    await make(`${RBAC}/namespaces/team/roles`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'r' },
      rules: [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }],
    });
    await make(
      `${RBAC}/namespaces/team/rolebindings`,
      binding('RoleBinding', 'b', ['Role', 'r'], { kind: 'ServiceAccount', name: 'bot', namespace: 'team' }),
    );
    assert.ok(may(serviceAccountUser('team', 'bot'), to('list', 'pods', { namespace: 'team' })));
    assert.ok(!may(serviceAccountUser('other', 'bot'), to('list', 'pods', { namespace: 'team' })));
  });

  it('follows changes: a role that changes, a binding that goes, a role that is missing', async () => {
    await make(
      `${RBAC}/clusterrolebindings`,
      binding('ClusterRoleBinding', 'b', ['ClusterRole', 'r'], userSubject('alice')),
    );
    assert.deepEqual(authorizer.authorize(person('alice'), to('get', 'pods')), {
      allowed: false,
      reason: 'RBAC: clusterrole.rbac.authorization.k8s.io "r" not found',
    });
    await make(
      `${RBAC}/clusterroles`,
      clusterRole('r', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }]),
    );
    assert.ok(may(person('alice'), to('get', 'pods')));
    const role = clusterRole('r', [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }]);
    assert.equal((await server.call('PUT', `${RBAC}/clusterroles/r`, role)).code, 200);
    assert.ok(!may(person('alice'), to('get', 'pods')));
    assert.ok(may(person('alice'), to('list', 'pods')));
    await server.call('DELETE', `${RBAC}/clusterrolebindings/b`);
    assert.ok(!may(person('alice'), to('list', 'pods')));
  });

  it('aggregated roles have what the roles that they select have, also at second hand', async () => {
    const selecting = (label: string): object => ({
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] },
    });
    await make(`${RBAC}/clusterroles`, clusterRole('a-top', [], selecting('to-top')));
    await make(`${RBAC}/clusterroles`, {
      ...clusterRole('b-middle', [], selecting('to-middle')),
      metadata: { name: 'b-middle', labels: { 'to-top': 'true' } },
    });
    await make(
      `${RBAC}/clusterrolebindings`,
      binding('ClusterRoleBinding', 'b', ['ClusterRole', 'a-top'], userSubject('alice')),
    );
    assert.ok(!may(person('alice'), to('get', 'widgets')));
    await make(`${RBAC}/clusterroles`, {
      ...clusterRole('c-leaf', [{ verbs: ['get'], apiGroups: [''], resources: ['widgets'] }]),
      metadata: { name: 'c-leaf', labels: { 'to-middle': 'true' } },
    });
    assert.ok(may(person('alice'), to('get', 'widgets')));
  });

  it('decides after any sequence of changes as one that is built from the end state', async () => {
    const role = fc.constantFrom('r1', 'r2');
    const verbs = fc.subarray(['get', 'list', 'watch'], { minLength: 1 });
    const subject = fc.constantFrom('alice', 'bob');
    const change = fc.oneof(
      fc.record({ put: fc.constant('clusterroles' as const), name: role, verbs }),
      fc.record({ put: fc.constant('bindings' as const), name: fc.constantFrom('b1', 'b2'), role, subject }),
      fc.record({ remove: fc.constantFrom('clusterroles/r1', 'clusterroles/r2', 'b1', 'b2') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 15 }), async (changes) => {
        const own = await startTestServer();
        const live = createAccessControl(own.cache);
        for (const step of changes) {
          if ('remove' in step) {
            const path = step.remove.includes('/')
              ? step.remove
              : `namespaces/default/rolebindings/${step.remove}`;
            await own.call('DELETE', `${RBAC}/${path}`);
          } else if (step.put === 'clusterroles') {
            const body = clusterRole(step.name, [
              { verbs: step.verbs, apiGroups: [''], resources: ['pods'] },
            ]);
            await own.call('PUT', `${RBAC}/clusterroles/${step.name}`, body);
          } else {
            const body = binding(
              'RoleBinding',
              step.name,
              ['ClusterRole', step.role],
              userSubject(step.subject),
            );
            const path = `${RBAC}/namespaces/default/rolebindings`;
            await own.call('DELETE', `${path}/${step.name}`);
            await own.call('POST', path, body);
          }
        }
        const fresh = createAccessControl(own.cache);
        for (const user of ['alice', 'bob']) {
          for (const verb of ['get', 'list', 'watch']) {
            assert.equal(
              live.authorizer.authorize(person(user), to(verb, 'pods')).allowed,
              fresh.authorizer.authorize(person(user), to(verb, 'pods')).allowed,
              `${user} ${verb}`,
            );
          }
        }
        live.dispose();
        fresh.dispose();
        await own.stop();
      }),
      { numRuns: 30 },
    );
  });

  describe('with the default policy', () => {
    beforeEach(async () => {
      for (const { resource, object } of bootstrapPolicy()) {
        const { namespace } = object.metadata;
        const scope = namespace === undefined ? '' : `namespaces/${namespace}/`;
        await make(`${RBAC}/${scope}${resource.plural}`, structuredClone(object));
      }
    });

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

    it('nobody gives what they do not have: roles, bindings, aggregation', async () => {
      const ada = person('ada');
      await make(
        `${RBAC}/namespaces/team/rolebindings`,
        binding('RoleBinding', 'ada', ['ClusterRole', 'admin'], userSubject('ada')),
      );
      const refusal = (run: () => void): Status => {
        try {
          run();
        } catch (error) {
          return (error as { status: Status }).status;
        }
        throw new assert.AssertionError({ message: 'it was allowed' });
      };
      const role = (verbs: string[], resources: string[]): never =>
        ({
          kind: 'Role',
          metadata: { name: 'r', namespace: 'team' },
          rules: [{ verbs, apiGroups: [''], resources }],
        }) as never;
      const { escalation } = access;
      escalation.role(ada, role(['get', 'delete'], ['pods']));
      const status = refusal(() => escalation.role(ada, role(['get', 'delete'], ['pods', 'nodes'])));
      assert.equal(status.code, 403);
      assert.equal(
        status.message,
        'roles.rbac.authorization.k8s.io "r" is forbidden: user "ada" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get" "delete"]}',
      );
      escalation.role(ada, role(['get'], ['nodes']), role(['get'], ['nodes']));
      escalation.role(person('root', 'system:masters'), role(['*'], ['*']));

      const bind = (name: string): never =>
        ({
          kind: 'RoleBinding',
          metadata: { name: 'b', namespace: 'team' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
          subjects: [userSubject('eve')],
        }) as never;
      escalation.binding(ada, bind('view'));
      assert.match(
        refusal(() => escalation.binding(ada, bind('cluster-admin'))).message ?? '',
        /not currently held/,
      );
      assert.equal(refusal(() => escalation.binding(ada, bind('nothing'))).code, 404);
      escalation.binding(ada, bind('cluster-admin'), bind('cluster-admin'));

      await make(
        `${RBAC}/clusterroles`,
        clusterRole('binder', [
          {
            verbs: ['bind'],
            apiGroups: ['rbac.authorization.k8s.io'],
            resources: ['clusterroles'],
            resourceNames: ['cluster-admin'],
          },
        ]),
      );
      await make(
        `${RBAC}/clusterrolebindings`,
        binding('ClusterRoleBinding', 'bea', ['ClusterRole', 'binder'], userSubject('bea')),
      );
      escalation.binding(person('bea'), bind('cluster-admin'));
      assert.equal(refusal(() => escalation.binding(person('bea'), bind('admin'))).code, 403);

      const aggregated = { kind: 'ClusterRole', metadata: { name: 'x' }, aggregationRule: {} } as never;
      assert.match(
        refusal(() => escalation.role(ada, aggregated)).message ?? '',
        /must have cluster-admin privileges to use the aggregationRule/,
      );
    });
  });
});
