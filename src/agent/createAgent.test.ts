import assert from 'node:assert/strict';
import { type AgentWorld, isReady, simulatedRuntime, startAgentWorld } from '../../test/harness/agent.ts';
import { FakeClock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/events.ts';
import { configMaps, leases, nodes, pods } from '../api/resources.ts';
import type { Node, Pod } from '../api/types.ts';
import type { NodeReadiness } from './node/nodeStatus.ts';
import type { ReadinessSource } from './node/readiness.ts';
import { KNOB_PREFIX } from './runtime/simulatedKnobs.ts';

const knobs = (values: Record<string, string>) => ({
  annotations: Object.fromEntries(Object.entries(values).map(([name, value]) => [KNOB_PREFIX + name, value])),
});
const app = { name: 'app', image: 'app:1' };
const waitingReason = (pod: Pod): string | undefined =>
  pod.status?.containerStatuses?.[0]?.state?.waiting?.reason;
const restarts = (pod: Pod): number | undefined => pod.status?.containerStatuses?.[0]?.restartCount;

class TestReadiness implements ReadinessSource {
  readonly #changed = new Emitter<undefined>();
  readiness: NodeReadiness;

  constructor(readiness: NodeReadiness) {
    this.readiness = readiness;
  }

  onChange(listener: () => void): Disposable {
    return this.#changed.event(() => listener());
  }

  set(readiness: NodeReadiness): void {
    this.readiness = readiness;
    this.#changed.fire(undefined);
  }
}

describe('createAgent with the simulated runtime', () => {
  let world: AgentWorld;
  beforeEach(async () => {
    world = await startAgentWorld();
  });
  afterEach(() => world.stop());

  const start = async () => {
    const clock = new FakeClock(Date.now());
    const runtime = simulatedRuntime(clock);
    return { clock, runtime, running: await world.startAgent({ clock, runtime }) };
  };

  describe('node', () => {
    it('registers with labels, capacity and a ready condition', async () => {
      await start();
      const node = await world.until(nodes, 'node-1', (object) => object !== undefined);
      assert.equal(node.metadata.labels?.['kubernetes.io/hostname'], 'node-1');
      assert.equal(node.status?.capacity?.['cpu'], '4');
      assert.equal(node.status.conditions?.find(({ type }) => type === 'Ready')?.status, 'True');
      assert.equal(node.status.nodeInfo?.containerRuntimeVersion, 'simulated://1.0.0');
    });

    it('is not ready, and tainted, until its network is', async () => {
      const network = new TestReadiness({ ready: false, message: 'no pod subnet yet' });
      await world.startAgent({ network });
      const node = await world.until(nodes, 'node-1', (object) => object !== undefined);
      assert.deepEqual(node.spec.taints, [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
      const condition = node.status?.conditions?.find(({ type }) => type === 'Ready');
      assert.equal(condition?.status, 'False');
      assert.match(condition.message ?? '', /no pod subnet yet$/);
      network.set({ ready: true, message: '' });
      await world.until(
        nodes,
        'node-1',
        (object) =>
          object?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ===
          true,
      );
    });

    it('renews its lease every ten seconds', async () => {
      const { clock } = await start();
      const inSystem = { namespace: 'kube-node-lease', name: 'node-1' };
      const read = async (): Promise<string | undefined> =>
        (await world.client.get(leases, inSystem).catch(() => undefined))?.spec?.renewTime;
      await eventually(async () => (await read()) !== undefined);
      const first = await read();
      await clock.advance(10_000);
      await eventually(async () => (await read()) !== first);
    });

    it('comes back when somebody deletes it', async () => {
      await start();
      const { uid } = (await world.until(nodes, 'node-1', (object) => object !== undefined)).metadata;
      await world.client.delete(nodes, { name: 'node-1' });
      await world.until(nodes, 'node-1', (object) => object !== undefined && object.metadata.uid !== uid);
    });

    it('makes resources that others declare allocatable', async () => {
      await start();
      await world.until(nodes, 'node-1', (object) => object !== undefined);
      const patch = { status: { capacity: { 'example.com/fake': '5' } } };
      await world.client.patch(nodes, { name: 'node-1' }, 'application/merge-patch+json', patch, {
        subresource: 'status',
      });
      await world.until(nodes, 'node-1', (node) => node?.status?.allocatable?.['example.com/fake'] === '5');
    });
  });

  describe('pods', () => {
    it('runs a pod and tells of it', async () => {
      await start();
      await world.createPod('web', { containers: [app] });
      const pod = await world.podUntil('web', isReady);
      assert.equal(pod.status?.phase, 'Running');
      assert.equal(pod.status.podIP, '10.244.0.1');
      await eventually(async () => (await world.eventsOf('web')).length >= 4);
      assert.deepEqual(
        (await world.eventsOf('web')).map((text) => text.replace(/ in .*/, '')),
        [
          'Normal Pulling Pulling image "app:1"',
          'Normal Pulled Successfully pulled image "app:1"',
          'Normal Created Container created',
          'Normal Started Container started',
        ],
      );
    });

    it('stops a deleted pod and takes it from the API', async () => {
      const { runtime } = await start();
      await world.createPod('web', { containers: [app] });
      await world.podUntil('web', isReady);
      await world.client.delete(pods, { namespace: 'default', name: 'web' });
      await world.podGone('web');
      assert.deepEqual(await runtime.list(), []);
    });

    it('reports the end of a deleted pod before it goes', async () => {
      const { clock } = await start();
      await world.createPod('web', { containers: [app] }, knobs({ 'stop-delay': '3s' }));
      await world.podUntil('web', isReady);
      const phases: (string | undefined)[] = [];
      const abort = new AbortController();
      const { metadata } = await world.client.list(pods, { namespace: 'default' });
      const seen = (async () => {
        const options = {
          namespace: 'default',
          resourceVersion: metadata.resourceVersion ?? '',
          signal: abort.signal,
        };
        for await (const batch of world.client.watch(pods, options)) {
          for (const event of batch) {
            if (event.type === 'MODIFIED') phases.push(event.object.status?.phase);
            if (event.type === 'DELETED') return;
          }
        }
      })();
      await world.client.delete(pods, { namespace: 'default', name: 'web' });
      await eventually(() => Promise.resolve(clock.pending > 0 && phases.length > 0));
      await untilAdvanced(clock, 3_000, seen);
      await seen;
      abort.abort();
      assert.equal(phases.at(-1), 'Failed');
    });

    it('runs init containers one after the other', async () => {
      const { runtime } = await start();
      const spec = {
        initContainers: [
          { name: 'i1', image: 'i' },
          { name: 'i2', image: 'i' },
        ],
        containers: [app],
      };
      await world.createPod('web', spec);
      const end = async (name: string): Promise<void> => {
        await world.podUntil(
          'web',
          (pod) =>
            pod.status?.initContainerStatuses?.some(
              (status) => status.name === name && status.state?.running,
            ) === true,
        );
        const [sandbox] = await runtime.list();
        runtime.exit(sandbox?.containers.find((container) => container.name === name)?.id ?? '', 0);
      };
      await end('i1');
      await end('i2');
      await world.podUntil('web', isReady);
    });

    it('starts what comes after a sidecar as soon as that runs', async () => {
      const { runtime } = await start();
      const side = { name: 'side', image: 's', restartPolicy: 'Always' };
      await world.createPod('web', { initContainers: [side], containers: [app], restartPolicy: 'Never' });
      await world.podUntil('web', isReady);
      const [sandbox] = await runtime.list();
      runtime.exit(sandbox?.containers.find(({ name }) => name === 'side')?.id ?? '', 1);
      await world.podUntil('web', (pod) => pod.status?.initContainerStatuses?.[0]?.restartCount === 1);
      runtime.exit(sandbox?.containers.find(({ name }) => name === 'app')?.id ?? '', 0);
      await world.podUntil('web', (pod) => pod.status?.phase === 'Succeeded');
    });

    it('ends Succeeded when all is done, and gives the sandbox back', async () => {
      const { clock, runtime } = await start();
      const spec = { restartPolicy: 'OnFailure', containers: [app] };
      await world.createPod('job', spec, knobs({ 'run-for': '2s' }));
      await world.podUntil('job', isReady);
      await clock.advance(2_000);
      await world.podUntil('job', (pod) => pod.status?.phase === 'Succeeded');
      await eventually(async () => (await runtime.list())[0]?.ready === false);
    });

    it('restarts at once, then with CrashLoopBackOff', async () => {
      const { clock } = await start();
      await world.createPod('web', { containers: [app] }, knobs({ 'run-for': '1s', 'exit-code': '3' }));
      await world.podUntil('web', (pod) => pod.status?.containerStatuses?.[0]?.state?.running !== undefined);
      await clock.advance(1_000);
      await world.podUntil(
        'web',
        (pod) => restarts(pod) === 1 && pod.status?.containerStatuses?.[0]?.ready === true,
      );
      await clock.advance(1_000);
      const crashed = await world.podUntil('web', (pod) => waitingReason(pod) === 'CrashLoopBackOff');
      const state = crashed.status?.containerStatuses?.[0];
      assert.equal(
        state?.state?.waiting?.message,
        `back-off 10s restarting failed container=app pod=web_default(${crashed.metadata.uid})`,
      );
      assert.equal(state.lastState?.terminated?.exitCode, 3);
      await clock.advance(10_000);
      await world.podUntil('web', (pod) => restarts(pod) === 2);
    });

    it('tells of an image that cannot be pulled, and backs off', async () => {
      const { clock } = await start();
      await world.createPod('web', { containers: [{ name: 'app', image: 'missing:1' }] });
      const failed = await world.podUntil('web', (pod) => waitingReason(pod) === 'ErrImagePull');
      assert.match(failed.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '', /not found/);
      await clock.advance(1_000);
      const waiting = await world.podUntil('web', (pod) => waitingReason(pod) === 'ImagePullBackOff');
      assert.match(
        waiting.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '',
        /^Back-off pulling image "missing:1"/,
      );
      await eventually(async () =>
        (await world.eventsOf('web')).some((text) => text === 'Warning Failed Error: ErrImagePull'),
      );
    });

    it('names an image reference that is none, and an image that may not be pulled', async () => {
      await start();
      const never = { name: 'b', image: 'b:1', imagePullPolicy: 'Never' };
      await world.createPod('web', { containers: [{ name: 'a', image: 'UPPER' }, never] });
      const pod = await world.podUntil(
        'web',
        (object) =>
          object.status?.containerStatuses?.every(({ state }) =>
            /Image/.test(state?.waiting?.reason ?? ''),
          ) === true,
      );
      const reasons = pod.status?.containerStatuses?.map(({ state }) => state?.waiting?.reason);
      assert.deepEqual(reasons, ['InvalidImageName', 'ErrImageNeverPull']);
    });

    it('waits for a ConfigMap that its environment names', async () => {
      const { clock } = await start();
      const env = [{ name: 'KEY', valueFrom: { configMapKeyRef: { name: 'settings', key: 'key' } } }];
      await world.createPod('web', { containers: [{ ...app, env }] });
      const waiting = await world.podUntil(
        'web',
        (pod) => waitingReason(pod) === 'CreateContainerConfigError',
      );
      assert.equal(
        waiting.status?.containerStatuses?.[0]?.state?.waiting?.message,
        'configmap "settings" not found',
      );
      await world.client.create(configMaps, {
        metadata: { name: 'settings', namespace: 'default' },
        data: { key: 'v' },
      });
      await clock.advance(10_000);
      await world.podUntil('web', isReady);
    });

    it('is ready when its readiness probe says so', async () => {
      const { clock } = await start();
      const readinessProbe = { exec: { command: ['check'] }, periodSeconds: 2 };
      await world.createPod(
        'web',
        { containers: [{ ...app, readinessProbe }] },
        knobs({ 'ready-after': '3s' }),
      );
      await world.podUntil('web', (pod) => pod.status?.containerStatuses?.[0]?.started === true);
      await eventually(async () =>
        (await world.eventsOf('web')).some((text) =>
          text.startsWith('Warning Unhealthy Readiness probe failed'),
        ),
      );
      assert.equal(isReady(await world.pod('web')), false);
      await clock.advance(4_000);
      await world.podUntil('web', isReady);
    });

    it('restarts a container whose liveness probe fails', async () => {
      const { clock } = await start();
      const livenessProbe = { exec: { command: ['check'] }, periodSeconds: 1, failureThreshold: 2 };
      await world.createPod(
        'web',
        { containers: [{ ...app, livenessProbe }] },
        knobs({ 'ready-after': '1h' }),
      );
      await world.podUntil('web', (pod) => pod.status?.containerStatuses?.[0]?.started === true);
      await eventually(async () =>
        (await world.eventsOf('web')).some((text) => text.includes('Liveness probe failed')),
      );
      await clock.advance(1_000);
      await world.podUntil('web', (pod) => restarts(pod) === 1);
      await eventually(async () =>
        (await world.eventsOf('web')).includes(
          'Normal Killing Container app failed liveness probe, will be restarted',
        ),
      );
    });

    it('kills a container whose postStart hook fails, and says so', async () => {
      await start();
      const lifecycle = { postStart: { exec: { command: ['hook'] } } };
      await world.createPod('web', { containers: [{ ...app, lifecycle }] }, knobs({ 'ready-after': '1h' }));
      await world.podUntil('web', (pod) => restarts(pod) === 1);
      await eventually(async () =>
        (await world.eventsOf('web')).includes('Warning FailedPostStartHook PostStartHook failed'),
      );
    });

    it('forgets a back-off when the pod is deleted, whatever it waits for', async () => {
      const { runtime } = await start();
      await world.createPod('web', { containers: [{ name: 'app', image: 'missing:1' }] });
      await world.podUntil('web', (pod) => waitingReason(pod) === 'ErrImagePull');
      await world.client.delete(pods, { namespace: 'default', name: 'web' });
      await world.podGone('web');
      assert.deepEqual(await runtime.list(), []);
    });

    it('restarts a container with another image when the pod is given one', async () => {
      await start();
      await world.createPod('web', { containers: [app] });
      await world.podUntil('web', isReady);
      const containers = [{ name: 'app', image: 'app:2' }];
      await world.client.patch(
        pods,
        { namespace: 'default', name: 'web' },
        'application/strategic-merge-patch+json',
        { spec: { containers } },
      );
      const pod = await world.podUntil('web', (object) => restarts(object) === 1 && isReady(object));
      assert.match(pod.status?.containerStatuses?.[0]?.image ?? '', /app:2$/);
      assert.equal(pod.status?.observedGeneration, 2);
    });

    it('fails a pod that outlives its activeDeadlineSeconds', async () => {
      const { clock } = await start();
      await world.createPod('web', { activeDeadlineSeconds: 5, containers: [app] });
      await world.podUntil('web', isReady);
      await clock.advance(6_000);
      const pod = await world.podUntil('web', (object) => object.status?.phase === 'Failed');
      assert.equal(pod.status?.reason, 'DeadlineExceeded');
    });

    it('refuses a pod whose host port is taken', async () => {
      await start();
      const container = { ...app, ports: [{ containerPort: 80, hostPort: 8080 }] };
      await world.createPod('one', { containers: [container] });
      await world.podUntil('one', isReady);
      await world.createPod('two', { containers: [container] });
      const refused = await world.podUntil('two', (pod) => pod.status?.phase === 'Failed');
      assert.equal(refused.status?.reason, 'NodePorts');
    });

    it('corrects a status that somebody else has written', async () => {
      await start();
      await world.createPod('web', { containers: [app] });
      await world.podUntil('web', isReady);
      const conditions = [{ type: 'Ready', status: 'False' }];
      await world.client.patch(
        pods,
        { namespace: 'default', name: 'web' },
        'application/strategic-merge-patch+json',
        { status: { conditions } },
        { subresource: 'status' },
      );
      await world.podUntil('web', isReady);
    });
  });

  describe('after its own restart', () => {
    it('has the labels that it is declared to have now', async () => {
      const zone = 'topology.kubernetes.io/zone';
      const type = 'node.kubernetes.io/instance-type';
      const labelled = async (labels: Record<string, string>) => {
        const running = await world.startAgent({ settings: { labels } });
        await world.until(nodes, 'node-1', (node) =>
          Object.entries(labels).every(([name, value]) => node?.metadata.labels?.[name] === value),
        );
        await running.stop();
      };
      await labelled({ [zone]: 'a', [type]: 'small' });
      await world.client.patch(nodes, { name: 'node-1' }, 'application/merge-patch+json', {
        metadata: { labels: { mine: 'kept' } },
      });
      await labelled({ [zone]: 'b', [type]: 'large', mine: 'kept' });
    });

    it('finds its pods and leaves them alone', async () => {
      const { clock, runtime, running } = await start();
      await world.createPod('web', { containers: [app] });
      const before = await world.podUntil('web', isReady);
      await running.stop();
      await world.startAgent({ clock, runtime });
      await world.createPod('other', { containers: [app] });
      await world.podUntil('other', isReady);
      const after = await world.pod('web');
      assert.deepEqual(after.status, before.status);
    });

    it('removes what was deleted meanwhile', async () => {
      const { clock, runtime, running } = await start();
      await world.createPod('web', { containers: [app] });
      await world.podUntil('web', isReady);
      await running.stop();
      await world.client.delete(pods, { namespace: 'default', name: 'web' }, { gracePeriodSeconds: 0 });
      await world.startAgent({ clock, runtime });
      await eventually(async () => (await runtime.list()).length === 0);
    });

    it('recreates pods whose sandboxes are down', async () => {
      const { clock, runtime, running } = await start();
      await world.createPod('web', { containers: [app] });
      await world.podUntil('web', isReady);
      await running.stop();
      runtime.powerCut();
      await world.startAgent({ clock, runtime });
      const pod = await world.podUntil('web', (object) => restarts(object) === 1 && isReady(object));
      assert.equal(pod.status?.podIP, '10.244.0.2');
      assert.equal(pod.status.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 255);
    });
  });

  it('after a restart of its machine is not ready before it has told that what ran does not', async () => {
    const { clock, runtime, running } = await start();
    await world.createPod('web', { containers: [app] });
    await world.podUntil('web', isReady);
    await running.stop();
    runtime.powerCut();
    // What the node says of itself, and what the API then shows of its pod.
    const told: string[] = [];
    const readyOf = (node: Node): string | undefined =>
      node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    const { metadata } = await world.client.list(nodes, {});
    const abort = new AbortController();
    const watching = (async () => {
      const options = { resourceVersion: metadata.resourceVersion ?? '', signal: abort.signal };
      for await (const batch of world.client.watch(nodes, options)) {
        for (const event of batch) {
          if (event.type !== 'MODIFIED') continue;
          const pod = await world.pod('web');
          const isShownAsItWas = pod.status?.containerStatuses?.[0]?.restartCount === 0 && isReady(pod);
          told.push(`${readyOf(event.object) ?? ''} ${isShownAsItWas ? 'outdated' : 'fresh'}`);
          if (readyOf(event.object) === 'True') return;
        }
      }
    })();
    await world.startAgent({ clock, runtime });
    await watching;
    abort.abort();
    assert.match(told[0] ?? '', /^False/);
    assert.equal(told.at(-1), 'True fresh');
  });

  it('says nothing of its readiness after a restart of its own that its pods have lived through', async () => {
    const { clock, runtime, running } = await start();
    await world.createPod('web', { containers: [app] });
    await world.podUntil('web', isReady);
    await running.stop();
    const network = new TestReadiness({ ready: false, message: 'no rules yet', waitsFor: 'node' });
    await world.startAgent({ clock, runtime, network });
    await world.createPod('other', { hostNetwork: true, containers: [app] });
    await world.podUntil('other', isReady);
    const condition = async (): Promise<string | undefined> =>
      (await world.client.get(nodes, { name: 'node-1' })).status?.conditions?.find(
        ({ type }) => type === 'Ready',
      )?.status;
    assert.equal(await condition(), 'True');
    await clock.advance(2_000);
    await eventually(async () => (await condition()) === 'False');
    network.set({ ready: true, message: '' });
    await eventually(async () => (await condition()) === 'True');
  });

  it('leaves its pods running and recovers when the control plane was away', async () => {
    const clock = new FakeClock(Date.now());
    const runtime = simulatedRuntime(clock);
    let isAway = false;
    const { client } = world;
    const flaky = new Proxy(client, {
      get(target, name: keyof typeof client) {
        const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => {
          if (isAway) throw new Error('connection refused');
          return method.apply(target, args);
        };
      },
    });
    await world.startAgent({ clock, runtime, client: flaky });
    await world.createPod('web', { containers: [app] });
    await world.podUntil('web', isReady);
    isAway = true;
    const [sandbox] = await runtime.list();
    runtime.exit(sandbox?.containers[0]?.id ?? '', 1);
    await eventually(
      async () => (await runtime.list())[0]?.containers.some(({ attempt }) => attempt === 1) === true,
    );
    isAway = false;
    await clock.advance(20_000);
    await world.podUntil('web', (pod) => restarts(pod) === 1 && isReady(pod));
  });
});

/** Waits for what has no event to wait for: the agent's own progress. */
async function eventually(is: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 8_000;
  while (!(await is())) {
    if (Date.now() > deadline) throw new Error(`it did not come to pass: ${is.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Moves the agent's time on until something has happened. */
async function untilAdvanced(clock: FakeClock, stepMs: number, done: Promise<void>): Promise<void> {
  const state = { isDone: false };
  void done.then(() => (state.isDone = true));
  for (let step = 0; step < 10 && !state.isDone; step++) await clock.advance(stepMs);
}
