import { refusals } from '../../../../test/harness/kindRules.ts';
import { podDisruptionBudget } from './kind.ts';

refusals(podDisruptionBudget, [
  ['a budget that is relative', { spec: { maxUnavailable: '100%', selector: {} } }, []],
  [
    'both limits',
    { spec: { minAvailable: 1, maxUnavailable: 1 } },
    [
      'spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set',
    ],
  ],
  [
    'limits that are none',
    { spec: { minAvailable: -1 } },
    ['spec.minAvailable: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    'more than all',
    { spec: { minAvailable: '101%' } },
    ['spec.minAvailable: Invalid value: "101%": must not be greater than 100%'],
  ],
  [
    'an unknown policy',
    { spec: { unhealthyPodEvictionPolicy: 'Never' } },
    [
      'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
    ],
  ],
]);
