import { refusals, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { roleBinding } from './kind.ts';

refusals(roleBinding, [
  [
    'nobody in particular',
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'ServiceAccount', name: 'a' },
        { kind: 'Robot', name: 'b' },
      ],
    },
    ['subjects[1].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"'],
  ],
]);

refusedChanges(roleBinding, [
  [
    'another role',
    { roleRef: { kind: 'Role', name: 'a' } },
    { roleRef: { kind: 'Role', name: 'b' } },
    [
      'roleRef: Invalid value: {"kind":"Role","name":"b","apiGroup":"rbac.authorization.k8s.io"}: cannot change roleRef',
    ],
  ],
]);
