import { refusals } from '../../../../test/harness/kindRules.ts';
import { subjectAccessReview } from './kind.ts';

refusals(subjectAccessReview, [
  [
    'nothing',
    { spec: {} },
    [
      'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
      'spec.user: Invalid value: "": at least one of user or group must be specified',
    ],
  ],
]);
