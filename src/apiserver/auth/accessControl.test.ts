import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type AccessWorld,
  binding,
  clusterRole,
  person,
  RBAC,
  startAccessWorld,
  to,
  userSubject,
} from '../../../test/harness/accessWorld.ts';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import type { Authorizer } from './contract.ts';
import { createAccessControl } from './accessControl.ts';
import { serviceAccountUser } from './users.ts';

describe('createAccessControl', () => {
  let world: AccessWorld;
  let server: TestServer;
  let authorizer: Authorizer;
  let may: AccessWorld['may'];
  let make: AccessWorld['make'];

  beforeEach(async () => {
    world = await startAccessWorld();
    ({ server, authorizer, may, make } = world);
  });
  afterEach(() => world.stop());

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
});
