import assert from 'node:assert/strict';
import { asLines } from '../../../../test/harness/fieldErrors.ts';
import type { Draft } from '../../meta.ts';
import type { Job } from '../../types.ts';
import { countIndexes, parseIndexes } from './indexes.ts';
import { validateJobStatus } from './updateValidation.ts';
import { job as kind } from './kind.ts';

const context = { now: '2026-01-01T00:00:00Z', user: { name: 'u', groups: [] } };

/** A Job after the steps of its creation. */
function created(spec: object = {}, metadata: object = {}): Job {
  const draft = {
    metadata: { name: 'j', namespace: 'ns', uid: 'u-1', ...metadata },
    spec: {
      template: { spec: { containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' } },
      ...spec,
    },
  } as unknown as Draft;
  kind.setDefaults?.(draft);
  kind.prepareForCreate?.(draft, context);
  return draft as unknown as Job;
}

const indexed = (more: object = {}): object => ({ completionMode: 'Indexed', completions: 4, ...more });
const template = (spec: object): object => ({
  template: { spec: { containers: [{ name: 'c', image: 'i' }], ...spec } },
});

describe('Job', () => {
  it('gets a selector by its uid, the labels for it, and defaults', () => {
    const { spec, metadata } = created();
    assert.deepEqual(spec.selector, { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u-1' } });
    assert.deepEqual(spec.template.metadata?.labels, {
      'batch.kubernetes.io/controller-uid': 'u-1',
      'controller-uid': 'u-1',
      'batch.kubernetes.io/job-name': 'j',
      'job-name': 'j',
    });
    assert.equal(metadata.labels, undefined);
    const { parallelism, completions, backoffLimit, completionMode, suspend, podReplacementPolicy } = spec;
    assert.deepEqual(
      { parallelism, completions, backoffLimit, completionMode, suspend, podReplacementPolicy },
      {
        parallelism: 1,
        completions: 1,
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        suspend: false,
        podReplacementPolicy: 'TerminatingOrFailed',
      },
    );
    assert.equal(created({ parallelism: 3 }).spec.completions, undefined);
    assert.equal(created(indexed({ backoffLimitPerIndex: 1 })).spec.backoffLimit, 2147483647);
    assert.deepEqual(asLines(kind.validate(created())), []);
  });

  const refused: readonly (readonly [string, object, readonly string[]])[] = [
    [
      'pods that restart always',
      template({ restartPolicy: 'Always' }),
      ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ],
    [
      'numbers below zero',
      { parallelism: -1 },
      ['spec.parallelism: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'an indexed one without completions',
      { completionMode: 'Indexed', parallelism: 1 },
      ['spec.completions: Required value: when completion mode is Indexed'],
    ],
    [
      'a limit per index without indexes',
      { backoffLimitPerIndex: 1 },
      ['spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode'],
    ],
    [
      'failed indexes without a limit per index',
      indexed({ maxFailedIndexes: 5 }),
      [
        'spec.maxFailedIndexes: Invalid value: 5: must be less than or equal to completions',
        'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
      ],
    ],
    [
      'a selector of its own that it did not ask for',
      { selector: { matchLabels: { app: 'a' } } },
      [
        'spec.selector: Invalid value: {"matchLabels":{"batch.kubernetes.io/controller-uid":"u-1","app":"a"}}: `selector` not auto-generated',
        'spec.template.metadata.labels: Invalid value: {"batch.kubernetes.io/controller-uid":"u-1","controller-uid":"u-1","batch.kubernetes.io/job-name":"j","job-name":"j"}: `selector` does not match template `labels`',
      ],
    ],
    [
      'a policy for containers that are not there',
      {
        podFailurePolicy: {
          rules: [
            { action: 'FailJob', onExitCodes: { containerName: 'x', operator: 'In', values: [2, 0, 2] } },
          ],
        },
      },
      [
        'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "x": must be one of the container or initContainer names in the pod template',
        'spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator',
        'spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 2',
        'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,0,2]: must be ordered',
      ],
    ],
    [
      'a success policy that cannot be met',
      indexed({ successPolicy: { rules: [{ succeededIndexes: '0,1', succeededCount: 3 }, {}] } }),
      [
        'spec.successPolicy.rules[0].succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)',
        'spec.successPolicy.rules[1]: Required value: at least one of succeededCount or succeededIndexes must be specified',
      ],
    ],
    [
      'indexes of a success policy that are none',
      indexed({
        successPolicy: {
          rules: [
            { succeededIndexes: 'invalid-format' },
            { succeededIndexes: '0-1-2' },
            { succeededIndexes: '1,4' },
            { succeededIndexes: '2,1', succeededCount: 5 },
            { succeededIndexes: '3-3' },
          ],
        },
      }),
      [
        'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "invalid-format": error parsing succeededIndexes: cannot convert string to integer for index: "invalid"',
        'spec.successPolicy.rules[1].succeededIndexes: Invalid value: "0-1-2": error parsing succeededIndexes: the fragment "0-1-2" violates the requirement that an index interval can have at most two parts separated by \'-\'',
        'spec.successPolicy.rules[2].succeededIndexes: Invalid value: "1,4": error parsing succeededIndexes: too large index: "4"',
        'spec.successPolicy.rules[3].succeededIndexes: Invalid value: "2,1": error parsing succeededIndexes: non-increasing order, previous: 2, current: 1',
        'spec.successPolicy.rules[3].succeededCount: Invalid value: 5: must be less than or equal to 4 (the number of specified completions)',
        'spec.successPolicy.rules[3].succeededCount: Invalid value: 5: must be less than or equal to 0 (the number of indexes in the specified succeededIndexes field)',
        'spec.successPolicy.rules[4].succeededIndexes: Invalid value: "3-3": error parsing succeededIndexes: non-increasing order, previous: 3, current: 3',
      ],
    ],
    [
      'a success policy with too many rules',
      indexed({ successPolicy: { rules: Array.from({ length: 21 }, () => ({ succeededCount: 1 })) } }),
      ['spec.successPolicy.rules: Too many: 21: must have at most 20 items'],
    ],
    [
      'replacement of what still ends, with a failure policy',
      {
        podReplacementPolicy: 'TerminatingOrFailed',
        podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }] },
      },
      ['spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"'],
    ],
  ];
  for (const [what, spec, lines] of refused) {
    it(`refuses ${what}`, () => assert.deepEqual(asLines(kind.validate(created(spec))), lines));
  }

  describe('when it is changed', () => {
    const change = (old: Job, spec: object): string[] =>
      asLines(kind.validateUpdate?.({ ...old, spec: { ...old.spec, ...spec } } as Job, old) ?? []);
    it('keeps its completions and its template', () => {
      const old = created();
      assert.match(
        change(old, { completions: 2 }).join(),
        /^spec.completions: Invalid value: 2: field is immutable/,
      );
      const other = { ...old.spec.template, spec: { ...old.spec.template.spec, nodeSelector: { a: 'b' } } };
      assert.match(change(old, { template: other }).join(), /^spec.template: .*field is immutable/);
      assert.deepEqual(change(old, { parallelism: 5, suspend: true }), []);
    });
    it('may be sent elsewhere while it is suspended and has not run', () => {
      const old = created({ suspend: true });
      const other = { ...old.spec.template, spec: { ...old.spec.template.spec, nodeSelector: { a: 'b' } } };
      assert.deepEqual(change(old, { template: other }), []);
      const started = { ...old, status: { startTime: '2026-01-01T00:00:00Z' } } as unknown as Job;
      assert.notDeepEqual(change(started, { template: other }), []);
    });
    it('has ends that go together, and that stay', () => {
      const withEnds = (job: Job, ...types: string[]): Job => ({
        ...job,
        status: { conditions: types.map((type) => ({ type, status: 'True' })) },
      });
      const policy = created(indexed({ successPolicy: { rules: [{ succeededCount: 1 }] } }));
      for (const [job, before, after, line] of [
        [created(), ['Complete'], [], 'cannot disable the terminal Complete=True condition'],
        [created(), ['SuccessCriteriaMet'], [], 'cannot disable the SuccessCriteriaMet=True condition'],
        [
          created(),
          [],
          ['SuccessCriteriaMet', 'FailureTarget'],
          'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
        ],
        [
          created(),
          ['Complete'],
          ['Complete', 'SuccessCriteriaMet'],
          'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions',
        ],
        [
          policy,
          [],
          ['Complete'],
          'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True',
        ],
      ] as const) {
        assert.deepEqual(asLines(validateJobStatus(withEnds(job, ...after), withEnds(job, ...before))), [
          `status.conditions: Invalid value: ${line}`,
        ]);
      }
      assert.deepEqual(
        validateJobStatus(
          withEnds(policy, 'Complete', 'SuccessCriteriaMet'),
          withEnds(policy, 'SuccessCriteriaMet'),
        ),
        [],
      );
    });
    it('grows with its workers where it is indexed', () => {
      const old = created(indexed({ parallelism: 4 }));
      assert.deepEqual(change(old, { completions: 6, parallelism: 6 }), []);
      assert.notDeepEqual(change(old, { completions: 6 }), []);
    });
  });
});

describe('completion indexes', () => {
  for (const [text, ranges, count] of [
    ['', [], 0],
    ['1', [[1, 1]], 1],
    [
      '0,2-4,9',
      [
        [0, 0],
        [2, 4],
        [9, 9],
      ],
      5,
    ],
  ] as const) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseIndexes(text, 10), ranges);
      assert.equal(countIndexes(parseIndexes(text, 10) ?? []), count);
    });
  }
  for (const text of ['10', '2,1', '3-2', '1,1', 'a', '1,', '-1', '0-0']) {
    it(`refuses ${text}`, () => assert.equal(parseIndexes(text, 10), undefined));
  }
});
