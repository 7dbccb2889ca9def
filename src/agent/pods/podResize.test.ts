import assert from 'node:assert/strict';
import {
  type AgentWorld,
  isReady,
  type RunningAgent,
  simulatedRuntime,
  startAgentWorld,
} from '../../../test/harness/agent.ts';
import { FakeClock } from '../../base/clock.ts';
import { pods } from '../../api/resources.ts';
import type { Pod, ResourceRequirements } from '../../api/types.ts';
import type { SimulatedRuntime } from '../runtime/simulated.ts';

const container = (cpu: string, rest: object = {}): object => ({
  name: 'app',
  image: 'app',
  resources: { requests: { cpu, memory: '1Gi' }, limits: { memory: '2Gi' } },
  ...rest,
});
const condition = (pod: Pod, type: string): unknown => {
  const found = pod.status?.conditions?.find((each) => each.type === type);
  return found && [found.status, found.reason, found.message];
};

/** On a node with 4 CPUs. */
describe('resize of a running pod', () => {
  let world: AgentWorld;
  let runtime: SimulatedRuntime;
  let clock: FakeClock;
  let running: RunningAgent;
  const updates: (readonly [string, number | undefined])[] = [];

  let memoryInUse: number;

  before(async () => (world = await startAgentWorld()));
  after(() => world.stop());
  beforeEach(async () => {
    clock = new FakeClock(Date.now());
    const simulated = simulatedRuntime(clock);
    updates.length = 0;
    memoryInUse = 0;
    runtime = {
      ...simulated,
      stats: async () =>
        (await simulated.stats()).map((each) => ({ ...each, memoryWorkingSetBytes: memoryInUse })),
      updateContainer(id, resources) {
        updates.push([id, resources.cpuShares]);
        return simulated.updateContainer(id, resources);
      },
    };
    running = await world.startAgent({ clock, runtime });
  });
  afterEach(async () => {
    const { items } = await world.client.list(pods, { namespace: 'default' });
    for (const { metadata } of items) {
      const name = { namespace: 'default', name: metadata.name };
      await world.client.delete(pods, name, { gracePeriodSeconds: 0 });
    }
    await running.stop();
  });

  const start = async (name: string, spec: object): Promise<Pod> => {
    await world.createPod(name, { containers: [spec] });
    return world.podUntil(name, isReady);
  };
  const resize = (name: string, resources: ResourceRequirements): Promise<Pod> =>
    world.client.patch(
      pods,
      { namespace: 'default', name },
      'application/strategic-merge-patch+json',
      { spec: { containers: [{ name: 'app', resources }] } },
      { subresource: 'resize' },
    );
  const statusOf = (pod: Pod): NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number] => {
    const [status] = pod.status?.containerStatuses ?? [];
    assert.ok(status);
    return status;
  };
  const hasCpu = (cpu: string) => (pod: Pod) => statusOf(pod).resources?.requests?.['cpu'] === cpu;

  it('is granted, put into force without a restart, and told', async () => {
    const before = await start('grows', container('1'));
    await resize('grows', { requests: { cpu: '2' }, limits: { memory: '3Gi' } });
    const pod = await world.podUntil('grows', hasCpu('2'));
    const { resources, allocatedResources, restartCount, containerID } = statusOf(pod);
    assert.deepEqual(resources, { requests: { cpu: '2', memory: '1Gi' }, limits: { memory: '3Gi' } });
    assert.deepEqual(allocatedResources, { cpu: '2', memory: '1Gi' });
    assert.deepEqual([restartCount, containerID], [0, statusOf(before).containerID]);
    assert.deepEqual(
      updates.map(([, shares]) => shares),
      [2048],
    );
    await world.podUntil('grows', (object) => condition(object, 'PodResizeInProgress') === undefined);
    const events = (await world.eventsOf('grows'))
      .filter((text) => text.includes('Resize'))
      .map((text) => text.split(' ')[1]);
    assert.deepEqual(events, ['ResizeStarted', 'ResizeCompleted']);
  });

  it('restarts a container that asks for it', async () => {
    const policy = { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] };
    await start('restarts', container('1', policy));
    await resize('restarts', { limits: { memory: '3Gi' } });
    await world.podUntil('restarts', (pod) => statusOf(pod).resources?.limits?.['memory'] === '3Gi');
    assert.equal(updates.length, 1);
    await resize('restarts', { requests: { cpu: '2' } });
    const pod = await world.podUntil('restarts', (object) => hasCpu('2')(object) && isReady(object));
    assert.equal(statusOf(pod).restartCount, 1);
    assert.equal(updates.length, 1);
  });

  it('is infeasible where the node is too small, and leaves what is there', async () => {
    await start('huge', container('1'));
    await resize('huge', { requests: { cpu: '8' } });
    const pod = await world.podUntil('huge', (object) => condition(object, 'PodResizePending') !== undefined);
    const message = "Node didn't have enough capacity: cpu, requested: 8000, capacity: 4000";
    assert.deepEqual(condition(pod, 'PodResizePending'), ['True', 'Infeasible', message]);
    assert.deepEqual([statusOf(pod).resources?.requests?.['cpu'], updates.length], ['1', 0]);
    await resize('huge', { requests: { cpu: '1' } });
    await world.podUntil('huge', (object) => condition(object, 'PodResizePending') === undefined);
  });

  it('is deferred where others use the room, and granted when they are gone', async () => {
    await start('other', container('2'));
    await start('waits', container('1'));
    await resize('waits', { requests: { cpu: '3' } });
    const pod = await world.podUntil(
      'waits',
      (object) => condition(object, 'PodResizePending') !== undefined,
    );
    const message = "Node didn't have enough resource: cpu, requested: 3000, used: 2000, capacity: 4000";
    assert.deepEqual(condition(pod, 'PodResizePending'), ['True', 'Deferred', message]);
    await world.client.delete(pods, { namespace: 'default', name: 'other' }, { gracePeriodSeconds: 1 });
    const later = await world.podUntil('waits', hasCpu('3'));
    assert.equal(condition(later, 'PodResizePending'), undefined);
  });

  it('keeps what was granted over a restart of the agent', async () => {
    await start('kept', container('1'));
    await resize('kept', { requests: { cpu: '8' } });
    await world.podUntil('kept', (object) => condition(object, 'PodResizePending') !== undefined);
    await running.stop();
    running = await world.startAgent({ clock, runtime });
    await resize('kept', { requests: { cpu: '2' } });
    const pod = await world.podUntil('kept', hasCpu('2'));
    assert.deepEqual([statusOf(pod).restartCount, updates.length], [0, 1]);
  });

  it('says why it does not come into force, and tries again', async () => {
    memoryInUse = 1_500_000_000;
    await start('full', container('1'));
    await resize('full', { limits: { memory: '1Gi' } });
    const message =
      'attempting to set container "app" memory limit (1073741824) below current usage (1500000000)';
    await world.podUntil(
      'full',
      (pod) => String(condition(pod, 'PodResizeInProgress')) === String(['True', 'Error', message]),
    );
    memoryInUse = 0;
    await clock.advance(10_000);
    await world.podUntil('full', (pod) => statusOf(pod).resources?.limits?.['memory'] === '1Gi');
  });
});
