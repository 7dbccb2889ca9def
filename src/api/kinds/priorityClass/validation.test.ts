import assert from 'node:assert/strict';
import { asLines } from '../../../../test/harness/fieldErrors.ts';
import { objectOf, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { priorityClass } from './kind.ts';

refusedChanges(priorityClass, [
  ['another value', { value: 1 }, { value: 2 }, ['value: Forbidden: may not be changed in an update.']],
]);

describe('validate PriorityClass', () => {
  it('keeps the system names and values to the system', () => {
    const about = (name: string, value: number): string[] =>
      asLines(priorityClass.validate(objectOf(priorityClass, { value }, { name })));
    assert.deepEqual(about('system-node-critical', 2000001000), []);
    assert.deepEqual(about('mine', 1000000000), []);
    assert.deepEqual(about('mine', 1000000001), [
      'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
    ]);
    assert.deepEqual(about('system-mine', 1), [
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
    ]);
  });
});
