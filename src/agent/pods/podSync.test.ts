import assert from 'node:assert/strict';
import { testContainer, testInstance, testPod, testSandbox } from '../../../test/harness/agentPods.ts';
import { type PodBench, podBench, testSandboxConfig } from '../../../test/harness/podParts.ts';
import type { Pod } from '../../api/types.ts';
import type { PodHook } from '../hooks/contract.ts';
import type { SandboxStatus } from '../runtime/contract.ts';
import { createPodSync, type PodSyncOptions } from './podSync.ts';
import { createSemaphore } from './semaphore.ts';

describe('podSync', () => {
  let bench: PodBench;
  const never = new AbortController().signal;
  const pod = testPod();

  const hook = (name: string, prepare: () => Promise<void> = () => Promise.resolve()): PodHook => ({
    name,
    prepare() {
      bench.done.push(`prepare ${name}`);
      return prepare();
    },
    update: () => void bench.done.push(`update ${name}`),
    undo: () => Promise.resolve(),
  });
  const make = (options: Partial<PodSyncOptions> = {}) =>
    createPodSync({
      ...bench,
      probes: {
        liveness: () => 'unknown',
        startup: () => 'success',
        started: () => true,
        track: (_pod, podIP, running) =>
          void bench.done.push(`track ${podIP} ${running.map(({ instance }) => instance.id).join()}`),
      },
      killer: {
        kill: (_pod, instance, _ip, message, grace) =>
          Promise.resolve(void bench.done.push(`kill ${instance.id} ${message} ${grace}`)),
        killAll: (_pod, sandboxes) =>
          Promise.resolve(void bench.done.push(`killAll ${sandboxes.map(({ id }) => id).join()}`)),
      },
      starter: {
        start: (_record, _pod, _sandbox, _config, { container }) =>
          Promise.resolve(void bench.done.push(`start ${container.name}`)),
      },
      resize: {
        grant: (_record, given) => given,
        enforce: () => Promise.resolve(true),
        started: (_record, { name }) => void bench.done.push(`started ${name}`),
        settle: () => undefined,
      },
      hooks: [],
      sandboxSlots: createSemaphore(1),
      sandboxConfig: () => testSandboxConfig,
      networkReady: () => Promise.resolve(void bench.done.push('networkReady')),
      hostIP: () => '192.168.0.2',
      report: () => void bench.done.push('report'),
      ...options,
    });
  /** The runtime shows this once a sandbox has been made. */
  const whenMade = (sandbox: SandboxStatus): void => {
    bench.view.refresh = () => {
      if (bench.done.includes('runSandbox')) bench.sandboxes = [sandbox];
      return Promise.resolve();
    };
  };

  beforeEach(() => {
    bench = podBench();
  });

  it('prepares, makes the sandbox and starts the containers of a new pod, in this order', async () => {
    whenMade(testSandbox(pod, []));
    const result = await make({ hooks: [hook('a'), hook('b')] }).run(bench.record(pod), pod, never);
    assert.deepEqual(bench.done, [
      'prepare a',
      'prepare b',
      'killAll ',
      'networkReady',
      'runSandbox',
      'report',
      'start app',
      'started app',
      'track 10.1.0.5 ',
      'report',
    ]);
    assert.deepEqual(result, { finished: false, retryMs: undefined });
  });

  it('prepares once, and tells its hooks of changes from then on', async () => {
    bench.sandboxes = [testSandbox(pod, [testInstance(pod, 'app')])];
    const sync = make({ hooks: [hook('a')] });
    const record = bench.record(pod);
    sync.update(record, pod);
    await sync.run(record, pod, never);
    await sync.run(record, pod, never);
    sync.update(record, pod);
    assert.deepEqual(
      bench.done.filter((what) => what.endsWith(' a')),
      ['prepare a', 'update a'],
    );
  });

  it('holds a pod that cannot be prepared, longer each time, and tells of what runs already', async () => {
    bench.sandboxes = [testSandbox(pod, [testInstance(pod, 'app')])];
    let failing = true;
    const volume = hook('volume', () =>
      failing ? Promise.reject(new Error('no such secret')) : Promise.resolve(),
    );
    const sync = make({ hooks: [volume] });
    const record = bench.record(pod);
    assert.equal((await sync.run(record, pod, never)).retryMs, 500);
    assert.deepEqual(bench.done, [
      'prepare volume',
      'Warning FailedMount no such secret',
      'track 10.1.0.5 app-0',
      'report',
    ]);
    bench.done.length = 0;
    assert.equal((await sync.run(record, pod, never)).retryMs, 500);
    assert.deepEqual(bench.done, []);
    await bench.clock.advance(500);
    assert.equal((await sync.run(record, pod, never)).retryMs, 1_000);
    failing = false;
    record.holds.release();
    assert.equal((await sync.run(record, pod, never)).retryMs, undefined);
  });

  it('takes a sandbox that is down away before it makes another', async () => {
    bench.sandboxes = [testSandbox(pod, [], { id: 'old', ready: false })];
    whenMade(testSandbox(pod, [], { attempt: 1 }));
    await make().run(bench.record(pod), pod, never);
    assert.deepEqual(bench.done.slice(0, 5), [
      'Normal SandboxChanged Pod sandbox changed, it will be killed and re-created.',
      'killAll old',
      'stopSandbox old',
      'networkReady',
      'runSandbox',
    ]);
  });

  it('says why a sandbox cannot be made, gives its place back and holds the pod', async () => {
    const slots = createSemaphore(1);
    bench.fail('runSandbox', new Error('no address'));
    const result = await make({ sandboxSlots: slots }).run(bench.record(pod), pod, never);
    assert.deepEqual(result, { finished: false, retryMs: 500 });
    assert.equal(
      bench.done.at(-1),
      'Warning FailedCreatePodSandBox Failed to create pod sandbox: no address',
    );
    (await slots.acquire(never))();
  });

  it('does not wait for the network with a pod on the host’s', async () => {
    const onHost = testPod({ hostNetwork: true });
    whenMade(testSandbox(onHost, [], { ips: [] }));
    await make().run(bench.record(onHost), onHost, never);
    assert.ok(!bench.done.includes('networkReady'));
    assert.ok(bench.done.includes('track 192.168.0.2 '));
  });

  it('kills what a probe wants killed, with the grace of the probe, and starts it again', async () => {
    const livenessProbe = { exec: { command: ['check'] }, terminationGracePeriodSeconds: 7 };
    const probed = testPod({ containers: [testContainer('app', { livenessProbe })] });
    bench.sandboxes = [testSandbox(probed, [testInstance(probed, 'app')])];
    const sync = make({
      probes: {
        liveness: () => 'failure',
        startup: () => 'success',
        started: () => true,
        track: () => undefined,
      },
    });
    await sync.run(bench.record(probed), probed, never);
    assert.deepEqual(bench.done.slice(0, 2), [
      'kill app-0 Container app failed liveness probe, will be restarted 7',
      'start app',
    ]);
  });

  it('is finished when all has ended for good', async () => {
    const job: Pod = testPod({ restartPolicy: 'Never' });
    bench.sandboxes = [testSandbox(job, [testInstance(job, 'app', { state: 'exited' })])];
    assert.equal((await make().run(bench.record(job), job, never)).finished, true);
    assert.deepEqual(bench.done, []);
  });

  it('comes again when the first of what failed may be tried again', async () => {
    const two = testPod({ containers: [testContainer('a'), testContainer('b'), testContainer('c')] });
    bench.sandboxes = [testSandbox(two, [])];
    const retries = [9_000, 4_000, undefined];
    const sync = make({ starter: { start: () => Promise.resolve(retries.shift()) } });
    assert.equal((await sync.run(bench.record(two), two, never)).retryMs, 4_000);
    assert.deepEqual(
      bench.done.filter((what) => what.startsWith('started')),
      ['started c'],
    );
  });
});
