import assert from 'node:assert/strict';
import { makePod } from '../../../test/harness/memoryCluster.ts';
import type { QueuedPod } from '../framework.ts';
import { prioritySort } from './prioritySort.ts';

describe('PrioritySort', () => {
  const queued = (priority: number | undefined, timestamp: number): QueuedPod => ({
    pod: makePod('p', priority === undefined ? {} : { priority }),
    timestamp,
    attempts: 0,
  });
  const less = (a: QueuedPod, b: QueuedPod): boolean | undefined => prioritySort().less?.(a, b);

  it('less puts the higher priority first, whatever the order of arrival', () => {
    assert.equal(less(queued(10, 5), queued(1, 1)), true);
    assert.equal(less(queued(1, 1), queued(10, 5)), false);
  });

  it('less puts the earlier one first among equals, no priority being 0', () => {
    assert.equal(less(queued(undefined, 1), queued(0, 2)), true);
    assert.equal(less(queued(0, 2), queued(undefined, 1)), false);
    assert.equal(less(queued(-1, 1), queued(undefined, 2)), false);
  });
});
