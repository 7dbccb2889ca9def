import assert from 'node:assert/strict';
import { testContainer, testInstance, testPod, testSandbox } from '../../../test/harness/agentPods.ts';
import type { Pod } from '../../api/types.ts';
import type { SandboxStatus } from '../runtime/contract.ts';
import { computePodActions, type PodActions, type PodState } from './podActions.ts';

function actions(pod: Pod, sandboxes: readonly SandboxStatus[], rest: Partial<PodState> = {}): PodActions {
  return computePodActions({
    pod,
    sandboxes,
    liveness: () => 'unknown',
    startup: () => 'success',
    started: () => true,
    restartsToResize: () => false,
    ...rest,
  });
}

const started = (result: PodActions): string[] => result.toStart.map(({ container }) => container.name);
const killed = (result: PodActions): string[] => result.toKill.map(({ message }) => message);

describe('computePodActions', () => {
  it('creates the first sandbox and starts all containers of a new pod', () => {
    const result = actions(testPod({ containers: [testContainer('a'), testContainer('b')] }), []);
    assert.equal(result.createSandbox, true);
    assert.equal(result.attempt, 0);
    assert.deepEqual(started(result), ['a', 'b']);
  });

  it('starts only the first init container with a new sandbox', () => {
    const result = actions(testPod({ initContainers: [testContainer('i1'), testContainer('i2')] }), []);
    assert.deepEqual(started(result), ['i1']);
  });

  it('does nothing while everything runs', () => {
    const pod = testPod();
    const result = actions(pod, [testSandbox(pod, [testInstance(pod, 'app')])]);
    assert.deepEqual(
      { kill: result.killPod, create: result.createSandbox, start: result.toStart, stop: result.toKill },
      { kill: false, create: false, start: [], stop: [] },
    );
  });

  describe('after the end of a container', () => {
    for (const [restartPolicy, exitCode, restarts] of [
      ['Always', 0, true],
      ['Always', 1, true],
      ['OnFailure', 0, false],
      ['OnFailure', 1, true],
      ['Never', 0, false],
      ['Never', 1, false],
    ] as const) {
      it(`${restarts ? 'restarts' : 'finishes'} with ${restartPolicy} and exit code ${exitCode}`, () => {
        const pod = testPod({ restartPolicy });
        const ended = testInstance(pod, 'app', { state: 'exited', exitCode });
        const result = actions(pod, [testSandbox(pod, [ended])]);
        assert.deepEqual(started(result), restarts ? ['app'] : []);
        assert.equal(result.killPod, !restarts);
      });
    }

    it('keeps the pod while another container runs', () => {
      const pod = testPod({ restartPolicy: 'Never', containers: [testContainer('a'), testContainer('b')] });
      const sandbox = testSandbox(pod, [testInstance(pod, 'a', { state: 'exited' }), testInstance(pod, 'b')]);
      assert.equal(actions(pod, [sandbox]).killPod, false);
    });
  });

  describe('with init containers', () => {
    const pod = testPod({ initContainers: [testContainer('i1'), testContainer('i2')] });

    it('waits while one runs', () => {
      const result = actions(pod, [testSandbox(pod, [testInstance(pod, 'i1')])]);
      assert.deepEqual(started(result), []);
      assert.equal(result.killPod, false);
    });

    it('starts the next when one has succeeded', () => {
      const result = actions(pod, [testSandbox(pod, [testInstance(pod, 'i1', { state: 'exited' })])]);
      assert.deepEqual(started(result), ['i2']);
    });

    it('starts the containers when all have succeeded', () => {
      const done = ['i1', 'i2'].map((name) => testInstance(pod, name, { state: 'exited' }));
      assert.deepEqual(started(actions(pod, [testSandbox(pod, done)])), ['app']);
    });

    it('restarts one that failed, and fails the pod with restartPolicy Never', () => {
      const failed = testInstance(pod, 'i1', { state: 'exited', exitCode: 1 });
      assert.deepEqual(started(actions(pod, [testSandbox(pod, [failed])])), ['i1']);
      const never = testPod({ ...pod.spec, restartPolicy: 'Never' });
      const result = actions(never, [testSandbox(never, [failed])]);
      assert.equal(result.killPod, true);
      assert.deepEqual(started(result), []);
    });

    it('does not run them again when a container restarts', () => {
      const ended = testInstance(pod, 'app', { state: 'exited', exitCode: 1 });
      assert.deepEqual(started(actions(pod, [testSandbox(pod, [ended])])), ['app']);
    });
  });

  describe('with a sidecar', () => {
    const sidecar = testContainer('side', { restartPolicy: 'Always' });
    const pod = testPod({ restartPolicy: 'Never', initContainers: [sidecar, testContainer('i2')] });

    it('goes on once it has started', () => {
      const sandbox = testSandbox(pod, [testInstance(pod, 'side')]);
      assert.deepEqual(started(actions(pod, [sandbox], { started: () => false })), []);
      assert.deepEqual(started(actions(pod, [sandbox])), ['i2']);
    });

    it('restarts it whatever the restart policy says', () => {
      const sandbox = testSandbox(pod, [
        testInstance(pod, 'side', { state: 'exited', exitCode: 0 }),
        testInstance(pod, 'app'),
      ]);
      assert.deepEqual(started(actions(pod, [sandbox])), ['side']);
    });

    it('does not keep the pod when the containers are done', () => {
      const sandbox = testSandbox(pod, [
        testInstance(pod, 'side'),
        testInstance(pod, 'app', { state: 'exited' }),
      ]);
      assert.equal(actions(pod, [sandbox]).killPod, true);
    });
  });

  it('starts an ephemeral container once', () => {
    const pod = testPod({ ephemeralContainers: [testContainer('debug')] });
    const app = testInstance(pod, 'app');
    assert.deepEqual(started(actions(pod, [testSandbox(pod, [app])])), ['debug']);
    const ended = testInstance(pod, 'debug', { state: 'exited', exitCode: 1 });
    assert.deepEqual(started(actions(pod, [testSandbox(pod, [app, ended])])), []);
  });

  describe('kills and restarts', () => {
    const pod = testPod();
    const sandbox = testSandbox(pod, [testInstance(pod, 'app')]);

    it('a container whose liveness probe failed', () => {
      const result = actions(pod, [sandbox], { liveness: () => 'failure' });
      assert.deepEqual(killed(result), ['Container app failed liveness probe, will be restarted']);
      assert.deepEqual(started(result), ['app']);
    });

    it('a container whose startup probe failed', () => {
      const result = actions(pod, [sandbox], { startup: () => 'failure' });
      assert.deepEqual(killed(result), ['Container app failed startup probe, will be restarted']);
    });

    it('a container whose image has changed', () => {
      const changed = testPod({ containers: [testContainer('app', { image: 'app:2' })] });
      const result = actions(changed, [sandbox]);
      assert.deepEqual(killed(result), ['Container app definition changed, will be restarted']);
      assert.deepEqual(started(result), ['app']);
    });

    it('but only kills where the restart policy is Never', () => {
      const never = testPod({ restartPolicy: 'Never' });
      const result = actions(never, [sandbox], { liveness: () => 'failure' });
      assert.deepEqual(killed(result), ['Container app failed liveness probe']);
      assert.deepEqual(started(result), []);
      assert.equal(result.killPod, false);
    });
  });

  describe('when the sandbox is down', () => {
    it('makes another with the next attempt and starts everything again', () => {
      const pod = testPod({ initContainers: [testContainer('i1')] });
      const dead = testSandbox(pod, [testInstance(pod, 'app', { state: 'exited', exitCode: 255 })], {
        ready: false,
        attempt: 3,
      });
      const result = actions(pod, [dead]);
      assert.deepEqual([result.killPod, result.createSandbox, result.attempt], [true, true, 4]);
      assert.deepEqual(started(result), ['i1']);
    });

    it('leaves a pod that may not restart as it is', () => {
      const pod = testPod({ restartPolicy: 'Never' });
      const dead = testSandbox(pod, [testInstance(pod, 'app', { state: 'exited', exitCode: 255 })], {
        ready: false,
      });
      const result = actions(pod, [dead]);
      assert.deepEqual([result.killPod, result.createSandbox], [true, false]);
    });

    it('does not run again what has succeeded with OnFailure', () => {
      const containers = [testContainer('a'), testContainer('b')];
      const pod = testPod({ restartPolicy: 'OnFailure', containers });
      const dead = testSandbox(
        pod,
        [
          testInstance(pod, 'a', { state: 'exited' }),
          testInstance(pod, 'b', { state: 'exited', exitCode: 255 }),
        ],
        { ready: false },
      );
      assert.deepEqual(started(actions(pod, [dead])), ['b']);
    });
  });
});
