import { refusals } from '../../../../test/harness/kindRules.ts';
import { clusterRoleBinding } from './kind.ts';

refusals(clusterRoleBinding, [
  [
    'nobody in particular',
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [{ kind: 'ServiceAccount', name: 'a' }, { kind: 'User' }],
    },
    [
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
      'subjects[0].namespace: Required value',
      'subjects[1].name: Required value',
      'subjects[1].name: Invalid value: "": user name cannot be empty',
    ],
  ],
]);
