import { refusals, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { controllerRevision } from './kind.ts';

refusals(controllerRevision, [['no data', {}, ['data: Required value: data is mandatory']]]);

refusedChanges(controllerRevision, [
  [
    'other data',
    { data: { a: 1 } },
    { data: { a: 2 } },
    ['data: Invalid value: {"a":2}: field is immutable'],
  ],
]);
