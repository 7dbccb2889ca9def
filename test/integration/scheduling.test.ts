import assert from 'node:assert/strict';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import { events, nodes, pods } from '../../src/api/resources.ts';
import type { CoreEvent, Pod, PodSpec } from '../../src/api/types.ts';
import type { Client } from '../../src/client/contract.ts';
import { createEventRecorder, type RunningEventRecorder } from '../../src/client/eventWriter.ts';
import type { Informer } from '../../src/client/informer.ts';
import { createInformerFactory } from '../../src/client/informerFactory.ts';
import { inProcessClient } from '../../src/client/inProcess.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import { admin, startTestServer, type TestServer } from '../harness/apiServer.ts';

describe('scheduler and API server', () => {
  let server: TestServer;
  let client: Client;
  let stop: AbortController;
  let podInformer: Informer<Pod>;
  let eventInformer: Informer<CoreEvent>;
  let recorder: RunningEventRecorder;
  let finished: Promise<unknown>;

  beforeEach(async () => {
    server = await startTestServer();
    client = inProcessClient(server.handler, admin);
    stop = new AbortController();
    const own = inProcessClient(server.handler, {
      name: 'system:kube-scheduler',
      groups: ['system:authenticated'],
    });
    const parts = { client: own, clock: systemClock, logger: silentLogger };
    const informers = createInformerFactory(parts);
    recorder = createEventRecorder({ ...parts, component: 'default-scheduler' });
    const scheduler = createScheduler({ ...parts, informers, events: recorder, random: systemRandom });
    podInformer = informers.for(pods);
    eventInformer = informers.for(events);
    informers.start(stop.signal);
    finished = Promise.all([scheduler.run(stop.signal), informers.stopped()]);
  });

  afterEach(async () => {
    await recorder.flushed();
    stop.abort();
    await finished;
    await server.stop();
  });

  async function addNode(name: string, cpu: string, taints: PodSpec['tolerations'] = []): Promise<void> {
    const capacity = { cpu, memory: '8Gi', pods: '10' };
    await client.create(nodes, {
      metadata: { name },
      spec: { taints: taints.map(({ key = '', value = '' }) => ({ key, value, effect: 'NoSchedule' })) },
    });
    await client.patch(
      nodes,
      { name },
      'application/merge-patch+json',
      { status: { capacity, allocatable: capacity } },
      { subresource: 'status' },
    );
  }
  async function addPod(name: string, cpu: string, priority?: number): Promise<void> {
    await client.create(pods, {
      metadata: { name, namespace: 'default' },
      spec: {
        containers: [{ name: 'c', image: 'app:1', resources: { requests: { cpu } } }],
        ...(priority === undefined ? {} : { priority }),
      },
    });
  }
  /** The pod as soon as it is as wanted. */
  function until(name: string, wanted: (pod: Pod) => boolean): Promise<Pod> {
    return new Promise((resolve) => {
      const look = (pod: Pod): void => {
        if (pod.metadata.name !== name || !wanted(pod)) return;
        queueMicrotask(() => subscription.dispose());
        resolve(pod);
      };
      const subscription = podInformer.addHandler({ onAdd: look, onUpdate: look });
    });
  }
  const scheduled = (pod: Pod): NonNullable<NonNullable<Pod['status']>['conditions']>[number] | undefined =>
    pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  /** The first event about a pod. */
  function eventOf(name: string): Promise<CoreEvent> {
    return new Promise((resolve) => {
      const subscription = eventInformer.addHandler({
        onAdd(event) {
          if (event.involvedObject.name !== name) return;
          queueMicrotask(() => subscription.dispose());
          resolve(event);
        },
      });
    });
  }

  it('binds a pod: nodeName, condition and event are there for everybody to see', async () => {
    await addNode('a', '4');
    await addPod('p', '1');
    const pod = await until('p', ({ spec }) => spec.nodeName !== undefined);
    assert.equal(pod.spec.nodeName, 'a');
    assert.equal(scheduled(pod)?.status, 'True');
    const event = await eventOf('p');
    assert.deepEqual(
      [event.type, event.reason, event.message, event.source?.component],
      ['Normal', 'Scheduled', 'Successfully assigned default/p to a', 'default-scheduler'],
    );
    assert.ok(event.metadata.name.startsWith('p.'));
  });

  it('says why a pod waits, and places it when a node is large enough', async () => {
    await addNode('small', '1');
    await addNode('tainted', '64', [{ key: 'a', value: 'b' }]);
    await addPod('p', '2');
    const waiting = await until('p', (pod) => scheduled(pod)?.status === 'False');
    const message =
      '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {a: b}. ' +
      'preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.';
    assert.deepEqual([scheduled(waiting)?.reason, scheduled(waiting)?.message], ['Unschedulable', message]);
    const event = await eventOf('p');
    assert.deepEqual([event.type, event.reason, event.message], ['Warning', 'FailedScheduling', message]);
    await addNode('large', '4');
    const placed = await until('p', ({ spec }) => spec.nodeName !== undefined);
    assert.equal(placed.spec.nodeName, 'large');
    assert.equal(scheduled(placed)?.status, 'True');
    assert.equal(placed.status?.conditions?.filter(({ type }) => type === 'PodScheduled').length, 1);
  });

  it('preempts: the victim is told why and leaves gracefully, the other has its place when it is gone', async () => {
    await addNode('a', '1');
    await addPod('low', '800m', 1);
    await until('low', ({ spec }) => spec.nodeName === 'a');
    await addPod('high', '800m', 1000);
    const victim = await until('low', ({ metadata }) => metadata.deletionTimestamp !== undefined);
    const disruption = victim.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
    assert.deepEqual([disruption?.status, disruption?.reason], ['True', 'PreemptionByScheduler']);
    await until('high', ({ status }) => status?.nominatedNodeName === 'a');
    // What the node's agent does when the containers have ended.
    await client.delete(pods, { namespace: 'default', name: 'low' }, { gracePeriodSeconds: 0 });
    const placed = await until('high', ({ spec }) => spec.nodeName !== undefined);
    assert.equal(placed.spec.nodeName, 'a');
  });
});
