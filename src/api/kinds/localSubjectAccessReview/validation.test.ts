import { refusals } from '../../../../test/harness/kindRules.ts';
import { localSubjectAccessReview } from './kind.ts';

refusals(localSubjectAccessReview, [
  [
    'another namespace',
    { spec: { user: 'u', resourceAttributes: { namespace: 'other' } } },
    ['spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace'],
  ],
]);
