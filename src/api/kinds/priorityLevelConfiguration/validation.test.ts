import assert from 'node:assert/strict';
import { asLines } from '../../../../test/harness/fieldErrors.ts';
import { defaulted, objectOf, refusals, shows } from '../../../../test/harness/kindRules.ts';
import { BOOTSTRAP_LEVELS } from '../../flowControl/bootstrap.ts';
import { priorityLevelConfiguration } from './kind.ts';

const limited = (more: object = {}): object => ({
  spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' }, ...more } },
});
const queues = (queuing: object): object => limited({ limitResponse: { type: 'Queue', queuing } });

refusals(priorityLevelConfiguration, [
  ['one that rejects', limited(), []],
  ['one that queues', queues({}), []],
  ['nothing', {}, ['spec.type: Unsupported value: "": supported values: "Exempt", "Limited"']],
  [
    'another one that is exempt',
    { spec: { type: 'Exempt', limited: {} } },
    [
      "spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if name is 'exempt'",
      'spec.limited: Forbidden: must be nil if the type is not Limited',
    ],
  ],
  [
    'no limits',
    { spec: { type: 'Limited' } },
    ['spec.limited: Required value: must not be empty when type is Limited'],
  ],
  [
    'shares',
    limited({ nominalConcurrencyShares: -1, lendablePercent: 101, borrowingLimitPercent: -1 }),
    [
      'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
      'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
      'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
    ],
  ],
  [
    'queues of one that rejects',
    limited({ limitResponse: { type: 'Reject', queuing: {} } }),
    [
      'spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited',
    ],
  ],
  [
    'no queues of one that queues',
    limited({ limitResponse: { type: 'Queue' } }),
    [
      'spec.limited.limitResponse.queuing: Required value: must not be empty if limited.limitResponse.type is Limited',
    ],
  ],
  [
    'a hand that is too large',
    queues({ queues: 4, handSize: 5 }),
    ['spec.limited.limitResponse.queuing.handSize: Invalid value: 5: should not be greater than queues (4)'],
  ],
  [
    'a hand that no hash deals',
    queues({ queues: 128, handSize: 10 }),
    [
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 10: required entropy bits of deckSize 128 and handSize 10 should not be greater than 60',
    ],
  ],
]);

describe('priority levels of every cluster', () => {
  for (const { name, spec } of BOOTSTRAP_LEVELS) {
    it(`${name} is valid, and as it is stored`, () => {
      const object = objectOf(priorityLevelConfiguration, structuredClone({ spec }), { name });
      assert.deepEqual(asLines(priorityLevelConfiguration.validate(object)), []);
      assert.deepEqual((object as unknown as { spec: object }).spec, spec);
    });
  }

  it('let the exempt one have a share, and the last one be as it is', () => {
    const about = (name: string, content: object): string[] =>
      asLines(priorityLevelConfiguration.validate(objectOf(priorityLevelConfiguration, content, { name })));
    const exempt = { nominalConcurrencyShares: 5, lendablePercent: 50 };
    assert.deepEqual(about('exempt', { spec: { type: 'Exempt', exempt } }), []);
    const [error = ''] = about('catch-all', limited());
    assert.ok(error.endsWith("spec of 'catch-all' must equal the fixed value"), error);
  });
});

describe('defaults of PriorityLevelConfiguration', () => {
  it('completes shares and queues', () => {
    assert.deepEqual(defaulted<{ spec: object }>(priorityLevelConfiguration, queues({})).spec, {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 30,
        lendablePercent: 0,
        limitResponse: { type: 'Queue', queuing: { handSize: 8, queues: 64, queueLengthLimit: 50 } },
      },
    });
  });
});

shows(priorityLevelConfiguration, 'Name Type NominalConcurrencyShares Queues HandSize QueueLengthLimit Age', [
  ['one that rejects', limited(), ['a', 'Limited', 30, '<none>', '<none>', '<none>', '15m']],
  ['one that queues', queues({ queues: 16, handSize: 4 }), ['a', 'Limited', 30, 16, 4, 50, '15m']],
]);
