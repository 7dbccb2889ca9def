import { refusals } from '../../../../test/harness/kindRules.ts';
import { volumeAttributesClass } from './kind.ts';

refusals(volumeAttributesClass, [
  [
    'no attributes',
    { driverName: 'd' },
    ['parameters: Required value: must contain at least one key/value pair'],
  ],
]);
