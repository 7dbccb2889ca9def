import assert from 'node:assert/strict';
import { severityOf, type Severity } from './severity.ts';

describe('severityOf()', () => {
  const cases: readonly (readonly [string, Severity])[] = [
    ['E0102 03:04:05.678901       1 reflector.go:147] failed', 'error'],
    ['W0102 03:04:05.678901       1 reflector.go:147] slow', 'warning'],
    ['I0102 03:04:05.678901       1 error.go:147] fine', 'normal'],
    ['{"level":"error","msg":"no"}', 'error'],
    ['{"time":"2026-01-02T03:04:05Z","severity": "WARNING","message":"x"}', 'warning'],
    ['time=2026-01-02T03:04:05Z level=debug msg="x"', 'debug'],
    ['2026-01-02 03:04:05,678 WARN  x.y.Z - slow', 'warning'],
    ['2026/01/02 03:04:05 [error] 7#7: *1 open() failed', 'error'],
    ['ERROR: no such table', 'error'],
    ['error: cannot open', 'error'],
    ['GET /error 200', 'normal'],
    ['no errors found', 'normal'],
    ['information', 'normal'],
    ['', 'normal'],
  ];
  for (const [text, severity] of cases)
    it(`${text} is ${severity}`, () => assert.equal(severityOf(text), severity));
});
