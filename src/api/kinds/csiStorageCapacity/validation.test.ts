import { refusals } from '../../../../test/harness/kindRules.ts';
import { csiStorageCapacity } from './kind.ts';

refusals(csiStorageCapacity, [
  [
    'less than nothing',
    { storageClassName: 'a', capacity: '-1' },
    ['capacity: Invalid value: "-1": must be greater than or equal to 0'],
  ],
]);
