import assert from 'node:assert/strict';
import { makePod } from '../../../test/harness/memoryCluster.ts';
import { schedulingGates } from './schedulingGates.ts';

describe('SchedulingGates', () => {
  it('preEnqueue holds back a pod with gates and names them', () => {
    const pod = makePod('p', { schedulingGates: [{ name: 'a' }, { name: 'b' }] });
    assert.deepEqual(schedulingGates().preEnqueue?.(pod)?.reasons, ['waiting for scheduling gates: [a b]']);
  });

  it('preEnqueue lets a pod without gates pass', () => {
    assert.equal(schedulingGates().preEnqueue?.(makePod('p')), undefined);
  });
});
