import assert from 'node:assert/strict';
import { testPod } from '../../../test/harness/agentPods.ts';
import { admin } from '../../../test/harness/apiServer.ts';
import { type AgentWorld, isReady, simulatedRuntime, startAgentWorld } from '../../../test/harness/agent.ts';
import type { ApiResponse, RequestHandler, WatchEvent } from '../../api/request.ts';
import type { ObjectName } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import { pods } from '../../api/resources.ts';
import { conflict, OPTIMISTIC_LOCK_MESSAGE } from '../../api/status.ts';
import type { ContainerStatus, Pod, PodStatus } from '../../api/types.ts';
import { FakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { Client } from '../../client/contract.ts';
import { inProcessClient } from '../../client/inProcess.ts';
import { createStatusManager } from './statusManager.ts';

/** More turns of the event loop than a write takes with its event and its answer. */
const LATE_TURNS = 10;
/** Turns in which an agent that answers its own news would write several times. */
const REST_TURNS = 10 * LATE_TURNS;

/** Which of the two an agent gets first: the answer of its write, or the event that the write makes. */
const orders: Record<string, (response: ApiResponse) => Promise<ApiResponse>> = {
  'the answer before the event': (response) =>
    Promise.resolve(response.type === 'watch' ? { ...response, events: late(response.events) } : response),
  'the event before the answer': async (response) => {
    if (response.type === 'object') await turns(LATE_TURNS);
    return response;
  },
  'both in the same turn': (response) => Promise.resolve(response),
};

describe('statuses of pods', () => {
  let world: AgentWorld;
  beforeEach(async () => {
    world = await startAgentWorld();
  });
  afterEach(() => world.stop());

  /** A node whose runtime knows nothing of an earlier life. */
  const startNode = (order: (response: ApiResponse) => Promise<ApiResponse>) => {
    const { handler } = world.server;
    const ordered: RequestHandler = { handle: async (request) => order(await handler.handle(request)) };
    const clock = new FakeClock(Date.now());
    return world.startAgent({
      clock,
      runtime: simulatedRuntime(clock),
      client: inProcessClient(ordered, admin),
    });
  };

  /** The pod `web` as it was in the end. */
  const lastOf = async (resourceVersion: string): Promise<Pod> => {
    const stop = new AbortController();
    const watch = world.client.watch(pods, { namespace: 'default', resourceVersion, signal: stop.signal });
    for await (const batch of watch) {
      for (const event of batch) if (event.type === 'DELETED') return event.object;
    }
    throw new Error('the watch has ended');
  };

  for (const [name, order] of Object.entries(orders)) {
    it(`come to rest after the runtime has lost the pod, which can be deleted: ${name}`, async () => {
      const before = await startNode(order);
      await world.createPod('web', { containers: [{ name: 'app', image: 'app:1' }] });
      await world.podUntil('web', isReady);
      await before.stop();

      const after = await startNode(order);
      await world.podUntil('web', (pod) => isReady(pod) && app(pod).restartCount === 1);
      await turns(REST_TURNS);
      const rested = await world.pod('web');
      await turns(REST_TURNS);
      assert.equal((await world.pod('web')).metadata.resourceVersion, rested.metadata.resourceVersion);
      assert.equal(app(rested).lastState?.terminated?.reason, 'ContainerStatusUnknown');

      await world.client.delete(pods, { namespace: 'default', name: 'web' });
      await world.podGone('web');
      await after.stop();
    });

    it(`tell in the end how the containers of a deleted pod ended: ${name}`, async () => {
      const node = await startNode(order);
      await world.createPod('web', { containers: [{ name: 'app', image: 'app:1' }] });
      const { metadata } = await world.podUntil('web', isReady);
      const last = lastOf(metadata.resourceVersion);
      await world.client.delete(pods, { namespace: 'default', name: 'web' });
      const { reason, exitCode } = app(await last).state?.terminated ?? {};
      assert.deepEqual([reason, exitCode], ['Error', 143]);
      await node.stop();
    });
  }
  it('are written after lost races, and the pod is removed then', async () => {
    const calls: string[] = [];
    let lost = 2;
    const client = {
      patch: (_: Resource, __: ObjectName, ___: string, patch: { status: PodStatus }) => {
        calls.push(`patch ${patch.status.phase}`);
        lost -= 1;
        if (lost >= 0) return Promise.reject(conflict(pods, 'web', OPTIMISTIC_LOCK_MESSAGE));
        return Promise.resolve(testPod({}, { status: patch.status, metadata: { resourceVersion: '11' } }));
      },
      delete: () => {
        calls.push('delete');
        return Promise.resolve(testPod());
      },
    } as unknown as Client;
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const statuses = createStatusManager({ client, clock, logger: silentLogger, signal });
    statuses.set(testPod(), { phase: 'Failed' });
    statuses.remove(testPod());
    for (let attempt = 0; attempt < 3; attempt++) await clock.advance(1_000);
    await statuses.settled();
    assert.deepEqual(calls, ['patch Failed', 'patch Failed', 'patch Failed', 'delete']);
  });
});

function app(pod: Pod): ContainerStatus {
  const status = pod.status?.containerStatuses?.[0];
  assert.ok(status);
  return status;
}

async function* late(
  events: AsyncIterable<readonly WatchEvent[]>,
): AsyncGenerator<readonly WatchEvent[], void, undefined> {
  for await (const batch of events) {
    await turns(LATE_TURNS);
    yield batch;
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
