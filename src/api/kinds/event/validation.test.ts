import { refusals } from '../../../../test/harness/kindRules.ts';
import { event } from './kind.ts';

refusals(event, [
  [
    'another namespace',
    { involvedObject: { namespace: 'other' } },
    ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
  ],
  [
    'the newer form, empty',
    { involvedObject: { namespace: 'ns' }, eventTime: 't', reportingComponent: 'a' },
    ['reportingInstance: Required value', 'action: Required value', 'reason: Required value'],
  ],
]);
