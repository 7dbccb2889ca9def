import assert from 'node:assert/strict';
import { testContainer, testInstance, testPod, testSandbox } from '../../../test/harness/agentPods.ts';
import type { Container, ContainerStatus } from '../../api/types.ts';
import { computePodActions } from './podActions.ts';
import { podPhase } from './podPhase.ts';
import { restartsAfter } from './restartPolicy.ts';

const rule = (operator: string, ...values: readonly number[]): object => ({
  action: 'Restart',
  exitCodes: { operator, values },
});

describe('restartsAfter', () => {
  for (const [ofPod, container, codes, said] of [
    ['Always', {}, [0, 1], [true, true]],
    ['OnFailure', {}, [0, 1], [false, true]],
    ['Never', {}, [0, 1], [false, false]],
    ['Always', { restartPolicy: 'Never' }, [0, 1], [false, false]],
    ['Never', { restartPolicy: 'OnFailure' }, [0, 1], [false, true]],
    [
      'Never',
      { restartPolicy: 'Never', restartPolicyRules: [rule('In', 42, 43)] },
      [1, 42, 43],
      [false, true, true],
    ],
    [
      'Never',
      { restartPolicy: 'Never', restartPolicyRules: [rule('NotIn', 0, 1)] },
      [0, 1, 2],
      [false, false, true],
    ],
    ['Never', { restartPolicy: 'OnFailure', restartPolicyRules: [rule('In', 0)] }, [0, 1], [true, true]],
  ] as const) {
    it(`of a pod with ${ofPod} and a container with ${JSON.stringify(container)}: ${codes.join()} ${said.join()}`, () => {
      const own = testContainer('app', container as Partial<Container>);
      const pod = testPod({ restartPolicy: ofPod, containers: [own] });
      assert.deepEqual(
        codes.map((code) => restartsAfter(pod, own, code)),
        said,
      );
    });
  }
});

describe('a pod whose containers restart by rules of their own', () => {
  const again = testContainer('again', {
    restartPolicy: 'Never',
    restartPolicyRules: [rule('In', 42)],
  } as Partial<Container>);
  const once = testContainer('once');
  const pod = testPod({ restartPolicy: 'Never', containers: [again, once] });
  const exited = (name: string, exitCode: number): ContainerStatus =>
    ({ name, state: { terminated: { exitCode } } }) as unknown as ContainerStatus;

  it('goes on while one of them does', () => {
    const ended = (code: number) => [
      testInstance(pod, 'again', { state: 'exited', exitCode: code }),
      testInstance(pod, 'once', { state: 'exited', exitCode: 0 }),
    ];
    const actions = (code: number) =>
      computePodActions({
        pod,
        sandboxes: [testSandbox(pod, ended(code))],
        liveness: () => 'unknown',
        startup: () => 'unknown',
        started: () => true,
        restartsToResize: () => false,
      });
    assert.deepEqual(
      actions(42).toStart.map(({ container }) => container.name),
      ['again'],
    );
    assert.equal(actions(42).killPod, false);
    assert.deepEqual([actions(1).toStart, actions(1).killPod], [[], true]);
  });

  it('is Running until none of them restarts, then what their ends amount to', () => {
    const phase = (code: number): string =>
      podPhase(pod, [], [exited('again', code), exited('once', 0)], false);
    assert.deepEqual([phase(42), phase(1), phase(0)], ['Running', 'Failed', 'Succeeded']);
  });

  it('fails with an init container that does not start again', () => {
    const init = { ...again, name: 'init' };
    const withInit = testPod({ restartPolicy: 'Never', initContainers: [init] });
    assert.equal(podPhase(withInit, [exited('init', 42)], [], false), 'Pending');
    assert.equal(podPhase(withInit, [exited('init', 1)], [], false), 'Failed');
  });
});
