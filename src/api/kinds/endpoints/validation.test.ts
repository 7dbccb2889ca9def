import { refusals } from '../../../../test/harness/kindRules.ts';
import { endpoints } from './kind.ts';

refusals(endpoints, [
  [
    'no addresses',
    { subsets: [{}] },
    ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
  ],
]);
