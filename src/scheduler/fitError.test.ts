import assert from 'node:assert/strict';
import type { Status } from './framework.ts';
import { fitErrorMessage } from './fitError.ts';

const status = (...reasons: string[]): Status => ({ code: 'Unschedulable', reasons });

describe('fitErrorMessage', () => {
  it('counts reasons, sorts them as text and appends what postFilter said', () => {
    const statuses = new Map([
      ['a', status('node(s) had untolerated taint {a: b}')],
      ['b', status('Insufficient cpu', 'Insufficient memory')],
      ['c', status('node(s) had untolerated taint {a: b}')],
    ]);
    const postFilter =
      'preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.';
    assert.equal(
      fitErrorMessage({ totalNodes: 3, statuses, postFilter }),
      `0/3 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 2 node(s) had untolerated taint {a: b}. ${postFilter}`,
    );
  });

  it('gives nodes that were ruled out beforehand their common reason', () => {
    assert.equal(
      fitErrorMessage({
        totalNodes: 5,
        statuses: new Map([['a', status('Too many pods')]]),
        absent: status("node(s) didn't satisfy plugin(s) [NodeAffinity]"),
      }),
      "0/5 nodes are available: 1 Too many pods, 4 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    );
  });

  it('says once what preFilter said of the pod as a whole', () => {
    const statuses = new Map([['a', status('x')]]);
    assert.equal(
      fitErrorMessage({ totalNodes: 1, statuses, preFilter: 'pod affinity terms conflict' }),
      '0/1 nodes are available: pod affinity terms conflict.',
    );
  });
});
