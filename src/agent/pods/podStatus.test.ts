import assert from 'node:assert/strict';
import { testContainer, testInstance, testPod, testSandbox } from '../../../test/harness/agentPods.ts';
import type { PodStatus } from '../../api/types.ts';
import type { StatusFacts } from './containerStatus.ts';
import { podStatus, type PodStatusInput } from './podStatus.ts';

const facts: StatusFacts = {
  runtimeName: 'containerd',
  ended: false,
  waiting: () => undefined,
  starting: () => false,
  allocated: () => undefined,
  enforced: () => undefined,
  ready: () => true,
  started: () => true,
};

function status(input: Partial<PodStatusInput> & Pick<PodStatusInput, 'pod'>): PodStatus {
  return podStatus({
    sandboxes: [],
    facts,
    hostIPs: ['192.168.0.2'],
    terminal: false,
    now: Date.parse('2026-01-01T00:00:10Z'),
    ...input,
  });
}

const condition = (of: PodStatus, type: string): unknown => {
  const found = of.conditions?.find((candidate) => candidate.type === type);
  return [found?.status, found?.reason, found?.message];
};

describe('podStatus', () => {
  it('is Pending with waiting containers before anything runs', () => {
    const result = status({ pod: testPod() });
    assert.equal(result.phase, 'Pending');
    assert.deepEqual(result.containerStatuses?.[0]?.state, { waiting: { reason: 'ContainerCreating' } });
    assert.deepEqual(condition(result, 'ContainersReady'), [
      'False',
      'ContainersNotReady',
      'containers with unready status: [app]',
    ]);
    assert.deepEqual(condition(result, 'PodReadyToStartContainers'), ['False', undefined, undefined]);
    assert.equal(result.startTime, '2026-01-01T00:00:10Z');
  });

  it('is Running and ready with the addresses of sandbox and host', () => {
    const pod = testPod();
    const result = status({ pod, sandboxes: [testSandbox(pod, [testInstance(pod, 'app')])] });
    assert.equal(result.phase, 'Running');
    assert.deepEqual(condition(result, 'Ready'), ['True', undefined, undefined]);
    assert.deepEqual(
      [result.podIP, result.hostIP, result.hostIPs],
      ['10.1.0.5', '192.168.0.2', [{ ip: '192.168.0.2' }]],
    );
    assert.equal(result.containerStatuses?.[0]?.containerID, 'containerd://app-0');
    assert.equal(result.observedGeneration, 1);
  });

  it('does not count a container as running while its postStart hook is at work', () => {
    const pod = testPod();
    const sandboxes = [testSandbox(pod, [testInstance(pod, 'app')])];
    const result = status({ pod, sandboxes, facts: { ...facts, starting: () => true } });
    assert.equal(result.phase, 'Pending');
    const [app] = result.containerStatuses ?? [];
    assert.deepEqual(app?.state, { waiting: { reason: 'ContainerCreating' } });
    assert.deepEqual([app.ready, app.started], [false, false]);
  });

  it('names init containers that are not done, and keeps the others waiting', () => {
    const pod = testPod({ initContainers: [testContainer('i1'), testContainer('i2')] });
    const running = status({ pod, sandboxes: [testSandbox(pod, [testInstance(pod, 'i1')])] });
    assert.deepEqual(condition(running, 'Initialized'), [
      'False',
      'ContainersNotInitialized',
      'containers with incomplete status: [i1 i2]',
    ]);
    assert.deepEqual(running.containerStatuses?.[0]?.state, { waiting: { reason: 'PodInitializing' } });
    const next = testSandbox(pod, [testInstance(pod, 'i1', { state: 'exited' }), testInstance(pod, 'i2')]);
    const later = status({ pod, sandboxes: [next] });
    assert.deepEqual(condition(later, 'Initialized'), [
      'False',
      'ContainersNotInitialized',
      'containers with incomplete status: [i2]',
    ]);
    assert.equal(later.initContainerStatuses?.[0]?.ready, true);
    assert.equal(later.phase, 'Pending');
  });

  it('is Failed when an init container failed and may not restart', () => {
    const pod = testPod({
      restartPolicy: 'Never',
      initContainers: [testContainer('i1'), testContainer('i2')],
    });
    const ended = [
      testInstance(pod, 'i1', { state: 'exited' }),
      testInstance(pod, 'i2', { state: 'exited', exitCode: 1 }),
    ];
    const result = status({ pod, sandboxes: [testSandbox(pod, ended)] });
    assert.equal(result.phase, 'Failed');
    assert.deepEqual(result.containerStatuses?.[0]?.state, { waiting: { reason: 'PodInitializing' } });
    assert.deepEqual(condition(result, 'Initialized'), [
      'False',
      'ContainersNotInitialized',
      'containers with incomplete status: [i2]',
    ]);
  });

  for (const [restartPolicy, exitCode, phase] of [
    ['Always', 1, 'Running'],
    ['OnFailure', 1, 'Running'],
    ['OnFailure', 0, 'Succeeded'],
    ['Never', 0, 'Succeeded'],
    ['Never', 3, 'Failed'],
  ] as const) {
    it(`is ${phase} after exit code ${exitCode} with ${restartPolicy}`, () => {
      const pod = testPod({ restartPolicy });
      const ended = testInstance(pod, 'app', { state: 'exited', exitCode });
      assert.equal(status({ pod, sandboxes: [testSandbox(pod, [ended])] }).phase, phase);
    });
  }

  it('says PodCompleted when the pod has succeeded', () => {
    const pod = testPod({ restartPolicy: 'Never' });
    const result = status({
      pod,
      sandboxes: [testSandbox(pod, [testInstance(pod, 'app', { state: 'exited' })])],
    });
    assert.deepEqual(condition(result, 'Ready'), ['False', 'PodCompleted', undefined]);
    assert.deepEqual(condition(result, 'Initialized'), ['True', 'PodCompleted', undefined]);
  });

  it('shows a container that crashes as waiting, its end as lastState', () => {
    const pod = testPod();
    const ended = testInstance(pod, 'app', { state: 'exited', exitCode: 7, attempt: 4 });
    const result = status({
      pod,
      sandboxes: [testSandbox(pod, [ended])],
      facts: { ...facts, waiting: () => ({ reason: 'CrashLoopBackOff', message: 'back-off 20s' }) },
    });
    const [container] = result.containerStatuses ?? [];
    assert.deepEqual(container?.state, { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s' } });
    assert.equal(container.lastState?.terminated?.exitCode, 7);
    assert.equal(container.restartCount, 4);
    assert.equal(result.phase, 'Running');
  });

  it('keeps lastState from the instance before', () => {
    const pod = testPod();
    const instances = [
      testInstance(pod, 'app', { state: 'exited', exitCode: 9 }),
      testInstance(pod, 'app', { attempt: 1 }),
    ];
    const [container] = status({ pod, sandboxes: [testSandbox(pod, instances)] }).containerStatuses ?? [];
    assert.equal(container?.lastState?.terminated?.exitCode, 9);
    assert.equal(container.restartCount, 1);
  });

  it('gives the termination message and the default reasons', () => {
    const pod = testPod({ restartPolicy: 'Never' });
    const ended = testInstance(pod, 'app', { state: 'exited', exitCode: 2, message: 'DONE' });
    const result = status({ pod, sandboxes: [testSandbox(pod, [ended])] });
    const terminated = result.containerStatuses?.[0]?.state?.terminated;
    assert.deepEqual([terminated?.message, terminated?.reason], ['DONE', 'Error']);
  });

  it('keeps transition times where a condition stays', () => {
    const pod = testPod();
    const first = status({ pod });
    const again = status({ pod: testPod({}, { status: first }), now: Date.parse('2026-01-01T01:00:00Z') });
    assert.deepEqual(again.conditions, first.conditions);
  });

  it('waits for readiness gates', () => {
    const pod = testPod({ readinessGates: [{ conditionType: 'example.com/gate' }] });
    const sandboxes = [testSandbox(pod, [testInstance(pod, 'app')])];
    assert.deepEqual(condition(status({ pod, sandboxes }), 'Ready'), [
      'False',
      'ReadinessGatesNotReady',
      'corresponding condition of pod readiness gate "example.com/gate" does not exist.',
    ]);
    const open = { conditions: [{ type: 'example.com/gate', status: 'True' }] };
    const opened = status({ pod: { ...pod, status: open }, sandboxes });
    assert.deepEqual(condition(opened, 'Ready'), ['True', undefined, undefined]);
  });

  it('never leaves Failed and Succeeded', () => {
    const pod = testPod({}, { status: { phase: 'Failed', reason: 'Evicted' } });
    const result = status({ pod, sandboxes: [testSandbox(pod, [testInstance(pod, 'app')])] });
    assert.deepEqual([result.phase, result.reason], ['Failed', 'Evicted']);
  });

  it('is Failed with reason and without containers for a pod that the node refused', () => {
    const failure = { reason: 'NodePorts', message: 'no' };
    const result = status({ pod: testPod(), failure, facts: { ...facts, ended: true } });
    assert.deepEqual([result.phase, result.reason, result.containerStatuses], ['Failed', 'NodePorts', []]);
  });

  it('tells of a container that the runtime has lost', () => {
    const pod = testPod();
    const before = status({ pod, sandboxes: [testSandbox(pod, [testInstance(pod, 'app', { attempt: 2 })])] });
    const [container] = status({ pod: { ...pod, status: before } }).containerStatuses ?? [];
    assert.equal(container?.lastState?.terminated?.reason, 'ContainerStatusUnknown');
    assert.equal(container.restartCount, 3);
  });
});
