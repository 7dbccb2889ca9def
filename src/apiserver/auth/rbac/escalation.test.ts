import assert from 'node:assert/strict';
import {
  type AccessWorld,
  binding,
  clusterRole,
  person,
  RBAC,
  startAccessWorld,
  userSubject,
} from '../../../../test/harness/accessWorld.ts';
import type { Status } from '../../../api/status.ts';

describe('escalationCheck', () => {
  let world: AccessWorld;
  let make: AccessWorld['make'];

  beforeEach(async () => {
    world = await startAccessWorld();
    ({ make } = world);
    await world.makeDefaultPolicy();
  });
  afterEach(() => world.stop());

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
    const { escalation } = world.access;
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
