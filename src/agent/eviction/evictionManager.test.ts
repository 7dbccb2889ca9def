import assert from 'node:assert/strict';
import { type AgentWorld, isReady, startAgentWorld, testMachine } from '../../../test/harness/agent.ts';
import { FakeClock } from '../../base/clock.ts';
import type { Pod } from '../../api/types.ts';
import { nodes } from '../../api/resources.ts';
import type { MachineUsage } from '../node/machineInfo.ts';
import { KNOB_PREFIX } from '../runtime/simulatedKnobs.ts';
import { createSimulatedRuntime, type SimulatedRuntime } from '../runtime/simulated.ts';
import { MONITORING_MS } from './evictionManager.ts';

const GI = 2 ** 30;

/** The agent on simulated nodes. The pods' annotations tell how much their containers have written. */
describe('evictionManager', () => {
  let world: AgentWorld;
  let clock: FakeClock;
  let runtime: SimulatedRuntime;
  let measured: string[];
  let usage: MachineUsage;

  beforeEach(async () => {
    world = await startAgentWorld();
    clock = new FakeClock(Date.now());
    measured = [];
    let last = 0;
    const simulated = createSimulatedRuntime({
      clock,
      name: 'sim',
      address: { take: () => `10.244.0.${++last}`, give: () => undefined },
    });
    runtime = {
      ...simulated,
      stats(sandbox) {
        measured.push(sandbox ?? 'all');
        return simulated.stats(sandbox);
      },
    };
    usage = { memoryAvailableBytes: 4 * GI, storageFree: 0.5, inodesFree: 0.5 };
    await world.startAgent({
      runtime,
      clock,
      machine: { ...testMachine, usage: () => Promise.resolve(usage) },
    });
  });
  afterEach(() => world.stop());

  const create = async (name: string, written: string, limit?: string, spec: object = {}): Promise<void> => {
    const resources = limit === undefined ? {} : { limits: { 'ephemeral-storage': limit } };
    await world.createPod(
      name,
      { containers: [{ name: 'app', image: 'app:1', resources }], ...spec },
      { annotations: { [`${KNOB_PREFIX}disk-usage`]: written } },
    );
    await world.podUntil(name, isReady);
  };
  const failed = (name: string): Promise<Pod> =>
    world.podUntil(name, ({ status }) => status?.phase === 'Failed');

  it('ends a pod that has written more than it may, with kubelet’s words, and lets others be', async () => {
    await create('full', '3Mi', '2Mi');
    await create('fine', '1Mi', '2Mi');
    await create('free', '1Gi');
    await clock.advance(MONITORING_MS);
    const { status } = await failed('full');
    const message = 'Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. ';
    assert.deepEqual([status?.reason, status?.message], ['Evicted', message]);
    assert.ok(status?.containerStatuses?.[0]?.state?.terminated !== undefined);
    assert.ok((await world.eventsOf('full')).includes(`Warning Evicted ${message}`));
    await clock.advance(3 * MONITORING_MS);
    for (const name of ['fine', 'free']) assert.equal(isReady(await world.pod(name)), true, name);
  });

  it('measures nothing for pods without limits', async () => {
    await create('free', '1Gi');
    await clock.advance(5 * MONITORING_MS);
    assert.deepEqual(measured, []);
  });

  it('never ends what the node lives by', async () => {
    await create('critical', '3Mi', '2Mi', { priority: 2_000_001_000 });
    await clock.advance(3 * MONITORING_MS);
    assert.equal(isReady(await world.pod('critical')), true);
    assert.deepEqual(measured, []);
  });

  it('says that a pod has failed once nothing of it runs', async () => {
    await world.createPod(
      'slow',
      {
        containers: [{ name: 'app', image: 'app:1', resources: { limits: { 'ephemeral-storage': '2Mi' } } }],
        terminationGracePeriodSeconds: 600,
      },
      { annotations: { [`${KNOB_PREFIX}disk-usage`]: '3Mi', [`${KNOB_PREFIX}stop-delay`]: '1h' } },
    );
    await world.podUntil('slow', isReady);
    await clock.advance(MONITORING_MS);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal((await world.pod('slow')).status?.phase, 'Running');
    // It gets only a moment, whatever its grace period is.
    await clock.advance(2_000);
    const { status } = await failed('slow');
    assert.equal(status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 137);
  });

  describe('where the node is short of something', () => {
    const condition = async (type: string): Promise<string | undefined> =>
      (await world.client.get(nodes, { name: 'node-1' })).status?.conditions?.find(
        (each) => each.type === type,
      )?.status;

    it('ends one pod at a time until it is not, the greediest first, and says so', async () => {
      await create('small', '1Mi');
      await create('large', '1Gi');
      usage = { ...usage, storageFree: 1 / 1024 };
      await clock.advance(MONITORING_MS);
      const { status } = await failed('large');
      const message =
        'The node was low on resource: ephemeral-storage. Threshold quantity: 512Mi, available: 100Mi. Container app was using 1Gi, request is 0, has larger consumption of ephemeral-storage. ';
      assert.deepEqual([status?.reason, status?.message], ['Evicted', message]);
      const target = status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
      assert.deepEqual(
        [target?.status, target?.reason, target?.message],
        ['True', 'TerminationByKubelet', message],
      );
      assert.equal(await condition('DiskPressure'), 'True');
      usage = { ...usage, storageFree: 0.5 };
      await clock.advance(2 * MONITORING_MS);
      assert.equal(isReady(await world.pod('small')), true);
      // The node was short of it a moment ago, so it still refuses new pods.
      await world.createPod('late', { containers: [{ name: 'app', image: 'app:1' }] });
      const late = await failed('late');
      assert.equal(late.status?.message, 'Pod was rejected: The node had condition: [DiskPressure]. ');
    });

    it('ends nobody where there are images to remove', async () => {
      await create('pod', '1Mi');
      await runtime.images.pull('unused:1');
      usage = { ...usage, storageFree: 1 / 1024 };
      const { images } = runtime;
      runtime.images = {
        ...images,
        async remove(name) {
          await images.remove(name);
          usage = { ...usage, storageFree: 0.5 };
        },
      };
      await clock.advance(3 * MONITORING_MS);
      assert.equal(await runtime.images.status('unused:1'), undefined);
      assert.equal(isReady(await world.pod('pod')), true);
    });
  });
});
