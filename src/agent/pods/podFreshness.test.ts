import assert from 'node:assert/strict';
import { testInstance, testPod, testSandbox } from '../../../test/harness/agentPods.ts';
import type { Pod } from '../../api/types.ts';
import { createPodFreshness, isOutdated } from './podFreshness.ts';

describe('podFreshness', () => {
  it('is ready once it is known that nothing is outdated, or all of that is put right', () => {
    const freshness = createPodFreshness();
    let changes = 0;
    freshness.onChange(() => changes++);
    assert.deepEqual([freshness.readiness.ready, freshness.readiness.waitsFor], [false, 'start']);
    freshness.decide(['a', 'b']);
    assert.deepEqual([freshness.readiness.ready, freshness.readiness.waitsFor], [false, undefined]);
    freshness.refreshed('a');
    freshness.refreshed('a');
    freshness.refreshed('other');
    assert.deepEqual([freshness.readiness.ready, freshness.isOutdated('b'), changes], [false, true, 1]);
    freshness.refreshed('b');
    assert.deepEqual([freshness.readiness.ready, changes], [true, 2]);
  });
});

describe('isOutdated', () => {
  const shown = (...ids: string[]): Pod => {
    const containerStatuses = ids.map((id) => ({
      name: id,
      state: { running: {} },
      containerID: `sim://${id}`,
    }));
    return testPod({}, { status: { containerStatuses } as never });
  };
  const pod = testPod();

  it('is a pod that the API shows as running and that does not run', () => {
    const running = [testSandbox(pod, [testInstance(pod, 'app', { id: 'one' })])];
    assert.equal(isOutdated(shown('one'), running), false);
    assert.equal(isOutdated(shown('one', 'two'), running), true);
    assert.equal(isOutdated(shown('one'), []), true);
    const ended = [testSandbox(pod, [testInstance(pod, 'app', { id: 'one', state: 'exited' })])];
    assert.equal(isOutdated(shown('one'), ended), true);
    assert.equal(isOutdated(testPod(), []), false);
  });
});
