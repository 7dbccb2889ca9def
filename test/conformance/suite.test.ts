import assert from 'node:assert/strict';
import { batchesOf, FailureText } from './batches.ts';
import { tableOf } from './table.ts';
import { areaOf, everyNth, focused, whyLeftOut, type ConformanceTest } from './suite.ts';

const test = (name: string, area = 'apps', serial = false): ConformanceTest => ({ name, area, serial });

describe('the list of conformance tests', () => {
  it('knows the area by the group in the name, else by the folder', () => {
    assert.equal(areaOf('[sig-apps] Job should x [Conformance]', 'test/e2e/apps/job.go'), 'apps');
    assert.equal(areaOf('[k8s.io] Pods should x', 'test/e2e/common/pods.go'), 'node');
    assert.equal(areaOf('[k8s.io] x', 'test/e2e/scheduling/x.go'), 'scheduling');
    assert.equal(areaOf('[k8s.io] x', 'test/e2e/apimachinery/x.go'), 'api-machinery');
  });

  it('focuses on names and on whole areas', () => {
    const tests = [
      test('[sig-apps] Job a'),
      test('[sig-cli] Kubectl b', 'cli'),
      test('[sig-node] Pods client', 'node'),
    ];
    assert.deepEqual(focused(tests, undefined), tests);
    assert.deepEqual(focused(tests, 'job'), [tests[0]]);
    assert.deepEqual(focused(tests, 'apps'), [tests[0]]);
  });

  it('takes each nth of those that are not serial', () => {
    const tests = [test('a'), test('s', 'apps', true), test('b'), test('c')];
    assert.deepEqual(
      everyNth(tests, 2).map(({ name }) => name),
      ['a', 'c'],
    );
    assert.throws(() => everyNth(tests, 0), /whole number/);
  });

  it('leaves out only what asks for token Secrets, and says why', () => {
    assert.match(
      whyLeftOut(test('[sig-auth] ServiceAccounts should mount an API token into pods  [Conformance]')) ?? '',
      /1\.24/,
    );
    assert.equal(whyLeftOut(test('[sig-auth] ServiceAccounts should run through the lifecycle')), undefined);
  });
});

describe('batches', () => {
  it('hold every test once, none larger than asked for, neighbours apart', () => {
    const tests = Array.from({ length: 23 }, (_, index) => test(`t${String(index)}`));
    const batches = batchesOf(tests, 5);
    assert.ok(batches.every((batch) => batch.length <= 5));
    assert.deepEqual(new Set(batches.flat()), new Set(tests));
    assert.equal(batches.flat().length, tests.length);
    // Long tests stand side by side in the list; one process should not get them all.
    assert.ok(
      !batches.some((batch) => batch.includes(tests[0] ?? test('')) && batch.includes(tests[1] ?? test(''))),
    );
  });
});

describe('what a failed test said', () => {
  it('is the first text after FAIL, up to the stack, on one line', () => {
    const failure = new FailureText();
    const lines = [
      'Nov 30 16:24: FAIL: Unexpected error:',
      '    <*errors.errorString>',
      'timed out',
      '',
      'Full Stack Trace',
      'x.go',
    ];
    for (const line of [...lines, 'Nov 30 16:25: FAIL: a second one']) failure.read(line);
    assert.equal(failure.take(), 'Unexpected error: <*errors.errorString> timed out');
    assert.equal(failure.take(), '');
  });
});

describe('the table', () => {
  it('counts by area, names what failed with its first line, and what was left out with its reason', () => {
    const table = tableOf(
      [
        { test: test('[sig-apps] a | b'), outcome: 'passed', seconds: 1 },
        { test: test('[sig-apps] c'), outcome: 'failed', seconds: 2, why: 'timed out\nmore' },
        { test: test('[sig-cli] d', 'cli'), outcome: 'left out', seconds: 0, why: 'asks for X' },
      ],
      { release: 'v1', nodes: 'three container nodes', focus: undefined },
    );
    assert.match(table, /\| apps \| 1 \| 1 \| 0 \|/);
    assert.match(table, /\| cli \| 0 \| 0 \| 1 \|/);
    assert.match(table, /\| all \| 1 \| 1 \| 1 \|/);
    assert.match(table, /\| \[sig-apps\] c \| timed out \|/);
    assert.match(table, /\| \[sig-cli\] d \| asks for X \|/);
  });
});
