import assert from 'node:assert/strict';
import { defaulted } from '../../../../test/harness/kindRules.ts';
import { clusterRoleBinding } from './kind.ts';

describe('defaults of ClusterRoleBinding', () => {
  it('completes a binding', () => {
    const binding = defaulted<{ subjects: unknown; roleRef: unknown }>(clusterRoleBinding, {
      roleRef: { kind: 'ClusterRole', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      ],
    });
    assert.deepEqual(binding.roleRef, {
      kind: 'ClusterRole',
      name: 'r',
      apiGroup: 'rbac.authorization.k8s.io',
    });
    assert.deepEqual(binding.subjects, [
      { kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' },
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    ]);
  });
});
