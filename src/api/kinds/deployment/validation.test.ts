import { refusals, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { deployment } from './kind.ts';
import { template, workload } from '../../../../test/harness/workloads.ts';

refusals(deployment, [
  ['a plain one', workload(), []],
  ['nothing', { spec: {} }, ['spec.selector: Required value', 'spec.template: Required value']],
  [
    'another selector',
    workload({ selector: { matchLabels: { app: 'b' } } }),
    [
      'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ],
  ],
  [
    'an empty selector',
    workload({ selector: {} }),
    ['spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
  ],
  [
    'a pod that ends',
    workload({ template: template({ restartPolicy: 'Never' }) }),
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ],
  [
    'negative replicas',
    workload({ replicas: -1 }),
    ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    'no way forward',
    workload({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } }),
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
  ],
  [
    'too much of it',
    workload({ strategy: { rollingUpdate: { maxUnavailable: '101%' } } }),
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
  ],
  [
    'two strategies',
    workload({ strategy: { type: 'Recreate', rollingUpdate: {} } }),
    ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
  ],
  [
    'an unknown strategy',
    workload({ strategy: { type: 'Blue' } }),
    ['spec.strategy.type: Unsupported value: "Blue": supported values: "Recreate", "RollingUpdate"'],
  ],
  [
    'a deadline too near',
    workload({ minReadySeconds: 600 }),
    ['spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds'],
  ],
]);

refusedChanges(deployment, [
  [
    'another selector',
    workload(),
    workload({ selector: { matchLabels: { app: 'b' } } }),
    ['spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable'],
  ],
]);
