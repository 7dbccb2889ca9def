import { refusals, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { replicaSet } from './kind.ts';
import { template, workload } from '../../../../test/harness/workloads.ts';

refusals(replicaSet, [
  [
    'an unknown operator',
    workload({ selector: { matchExpressions: [{ key: 'app', operator: 'Is' }] } }),
    [
      'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
      'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ],
  ],
  [
    'a deadline',
    workload({ template: template({ activeDeadlineSeconds: 5 }) }),
    [
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
    ],
  ],
]);

refusedChanges(replicaSet, [
  [
    'the same selector',
    workload(),
    workload({ selector: { matchLabels: { app: 'a' }, matchExpressions: [] } }),
    [],
  ],
]);
