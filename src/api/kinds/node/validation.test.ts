import { refusals, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { node } from './kind.ts';

refusals(node, [
  [
    'a taint twice',
    {
      spec: {
        taints: [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'a', value: 'b', effect: 'NoSchedule' },
        ],
      },
    },
    [
      'spec.taints[1]: Duplicate value: {"key":"a","value":"b","effect":"NoSchedule"}: taints must be unique by key and effect pair',
    ],
  ],
  ['a taint without effect', { spec: { taints: [{ key: 'a' }] } }, ['spec.taints[0].effect: Required value']],
]);

refusedChanges(node, [
  [
    'another pod range',
    { spec: { podCIDRs: ['10.0.0.0/24'] } },
    { spec: { podCIDRs: ['10.0.1.0/24'] } },
    ['spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid'],
  ],
  [
    'another machine',
    { spec: { providerID: 'a' } },
    { spec: {} },
    ['spec.providerID: Forbidden: node updates may not change providerID except from "" to valid'],
  ],
]);
