import { refusals } from '../../../../test/harness/kindRules.ts';
import { namespace } from './kind.ts';

refusals(namespace, [
  [
    'an unknown finalizer',
    { spec: { finalizers: ['mine'] } },
    [
      'spec.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
    ],
  ],
]);
