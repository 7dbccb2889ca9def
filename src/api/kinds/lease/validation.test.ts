import { refusals } from '../../../../test/harness/kindRules.ts';
import { lease } from './kind.ts';

refusals(lease, [
  [
    'no time',
    { spec: { leaseDurationSeconds: 0 } },
    ['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
  ],
]);
