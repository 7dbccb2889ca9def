import assert from 'node:assert/strict';
import { testContainer, testInstance, testPod } from '../../../test/harness/agentPods.ts';
import { FakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { Pod } from '../../api/types.ts';
import { createProbeManager, type ProbeManager } from './probeManager.ts';

const probe = { exec: { command: ['check'] }, periodSeconds: 1, failureThreshold: 1 };

describe('probeManager', () => {
  const clock = new FakeClock();
  const state = { success: false };
  let probes: ProbeManager;
  let changes: string[];
  beforeEach(() => {
    state.success = false;
    changes = [];
    probes = createProbeManager({
      prober: () => Promise.resolve({ success: state.success, message: '' }),
      clock,
      logger: silentLogger,
      recorder: { event: () => undefined },
      bus: { tell: (uid) => void changes.push(uid) },
    });
  });
  afterEach(() => probes.stop());

  const track = async (pod: Pod, name = 'app'): Promise<string> => {
    const [container] = pod.spec.containers;
    const instance = testInstance(pod, name, { startedAt: clock.now() });
    if (container !== undefined) probes.track(pod, '10.1.0.5', [{ container, instance }]);
    await clock.advance(0);
    return instance.id;
  };
  const podWith = (probes: object, rest = {}): Pod =>
    testPod({ containers: [testContainer('app', probes)] }, rest);

  it('takes a container without probes for started and ready', async () => {
    const id = await track(podWith({}));
    assert.deepEqual([probes.started(id), probes.ready(id), probes.liveness(id)], [true, true, 'unknown']);
  });

  it('takes a container that it does not know for neither', () => {
    assert.deepEqual([probes.started('nobody'), probes.ready('nobody')], [false, false]);
  });

  it('is ready when the readiness probe succeeds, and tells of it once', async () => {
    const id = await track(podWith({ readinessProbe: probe }));
    assert.equal(probes.ready(id), false);
    state.success = true;
    await clock.advance(3_000);
    assert.equal(probes.ready(id), true);
    assert.deepEqual(changes, ['uid-1', 'uid-1']);
  });

  it('holds the others back until the startup probe has succeeded', async () => {
    const id = await track(
      podWith({ startupProbe: { ...probe, failureThreshold: 9 }, livenessProbe: probe }),
    );
    await clock.advance(2_000);
    assert.deepEqual([probes.started(id), probes.liveness(id)], [false, 'unknown']);
    state.success = true;
    await clock.advance(1_000);
    assert.deepEqual([probes.started(id), probes.liveness(id)], [true, 'success']);
  });

  it('keeps what was ready before a restart of the agent', async () => {
    const containerStatuses = [
      {
        name: 'app',
        image: '',
        imageID: '',
        restartCount: 0,
        ready: true,
        started: true,
        containerID: 'containerd://app-0',
      },
    ];
    const pod = podWith(
      { readinessProbe: { ...probe, initialDelaySeconds: 60 } },
      { status: { containerStatuses } },
    );
    const id = await track(pod);
    assert.equal(probes.ready(id), true);
  });

  it('ends the probes of a container that runs no more', async () => {
    const pod = podWith({ readinessProbe: probe });
    const id = await track(pod);
    const before = clock.pending;
    probes.track(pod, '10.1.0.5', []);
    await clock.advance(0);
    assert.equal(probes.ready(id), false);
    assert.ok(clock.pending < before);
  });
});
