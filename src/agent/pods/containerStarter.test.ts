import assert from 'node:assert/strict';
import { testContainer, testInstance, testPod, testSandbox } from '../../../test/harness/agentPods.ts';
import { type PodBench, podBench, testSandboxConfig } from '../../../test/harness/podParts.ts';
import type { Pod } from '../../api/types.ts';
import { type ContainerHook, ContainerStartError } from '../hooks/contract.ts';
import type { RuntimeContainer } from '../runtime/contract.ts';
import { createContainerStarter } from './containerStarter.ts';
import type { PodRecord } from './podRecord.ts';

describe('containerStarter', () => {
  let bench: PodBench;
  let changes: number;
  const never = new AbortController().signal;
  const pod = testPod();

  const make = (hooks: readonly ContainerHook[] = [], lifecycle = () => Promise.resolve()) =>
    createContainerStarter({
      ...bench,
      hooks,
      lifecycle,
      killer: {
        kill: (_pod, instance, _ip, message) =>
          Promise.resolve(void bench.done.push(`kill ${instance.id} ${message}`)),
      },
      hostIPs: () => ['192.168.0.2'],
    });
  const start = (
    starter: ReturnType<typeof make>,
    record: PodRecord,
    options: { of?: Pod; previous?: RuntimeContainer; signal?: AbortSignal } = {},
  ): Promise<number | undefined> => {
    const { of = pod, previous, signal = never } = options;
    const [container] = of.spec.containers;
    bench.sandboxes = [testSandbox(of, [testInstance(of, 'app', { id: 'app-1' })])];
    return starter.start(
      record,
      of,
      bench.sandboxes[0]!,
      testSandboxConfig,
      { container: container!, role: 'container', previous },
      () => {
        changes++;
        return Promise.resolve();
      },
      signal,
    );
  };
  const exited = (rest: Partial<RuntimeContainer> = {}): RuntimeContainer =>
    testInstance(pod, 'app', { state: 'exited', exitCode: 1, finishedAt: bench.clock.now(), ...rest });

  beforeEach(() => {
    bench = podBench();
    changes = 0;
  });

  it('makes a container with what its hooks add, starts it and says so', async () => {
    const record = bench.record(pod);
    const hook: ContainerHook = {
      name: 'image',
      apply({ podIPs, attempt }, draft) {
        bench.done.push(`hook ${podIPs.join()} ${attempt}`);
        draft.config.image = 'sha256:1';
        return Promise.resolve();
      },
    };
    assert.equal(await start(make([hook]), record), undefined);
    assert.deepEqual(bench.done, [
      'hook 10.1.0.5 0',
      'createContainer sandbox-0',
      'Normal Created Container created',
      'startContainer app-1',
      'Normal Started Container started',
    ]);
    assert.equal(changes, 1);
  });

  it('restarts at once the first time, then after a back-off that nothing but a new spec shortens', async () => {
    const starter = make();
    const record = bench.record(pod);
    assert.equal(await start(starter, record, { previous: exited() }), undefined);
    assert.equal(await start(starter, record, { previous: exited({ attempt: 1 }) }), 10_000);
    assert.equal(record.starts.waiting('app')?.reason, 'CrashLoopBackOff');
    record.holds.release();
    await bench.clock.advance(4_000);
    assert.equal(await start(starter, record, { previous: exited({ attempt: 1 }) }), 6_000);
    record.holds.clear();
    starter.forget('uid-1');
    assert.equal(await start(starter, record, { previous: exited({ attempt: 1 }) }), undefined);
    assert.equal(record.starts.waiting('app'), undefined);
  });

  for (const [what, verb, reason] of [
    ['cannot be made', 'createContainer', 'CreateContainerError'],
    ['does not start', 'startContainer', 'RunContainerError'],
  ] as const) {
    it(`says why a container ${what}, and tries again when its time has come`, async () => {
      const starter = make();
      const record = bench.record(pod);
      bench.fail(verb, new Error('no room'));
      const retryMs = (await start(starter, record)) ?? 0;
      assert.deepEqual(record.starts.waiting('app'), { reason, message: 'no room' });
      assert.equal(bench.done.at(-1), 'Warning Failed Error: no room');
      bench.fail(verb, undefined);
      const before = bench.done.length;
      assert.equal(await start(starter, record), retryMs);
      assert.equal(bench.done.length, before);
      await bench.clock.advance(retryMs);
      assert.equal(await start(starter, record), undefined);
      assert.equal(record.starts.waiting('app'), undefined);
    });
  }

  it('names an image that cannot be had by its reason', async () => {
    const failing: ContainerHook = {
      name: 'image',
      apply: () => Promise.reject(new ContainerStartError('ErrImagePull', 'manifest unknown', 500)),
    };
    const record = bench.record(pod);
    assert.equal(await start(make([failing]), record), 500);
    assert.deepEqual(bench.done, ['Warning Failed Error: ErrImagePull']);
    assert.deepEqual(record.starts.waiting('app'), { reason: 'ErrImagePull', message: 'manifest unknown' });
  });

  it('does not count a container as running while its postStart hook is at work, and kills it where that fails', async () => {
    const handler = { exec: { command: ['hook'] } };
    const hooked = testPod({ containers: [testContainer('app', { lifecycle: { postStart: handler } })] });
    const record = bench.record(hooked);
    let inHook: boolean | undefined;
    const lifecycle = (): Promise<void> => {
      inHook = record.starts.isInHook('app');
      return Promise.reject(new Error('exit 1'));
    };
    await start(make([], lifecycle), record, { of: hooked });
    assert.deepEqual([inHook, record.starts.isInHook('app')], [true, false]);
    assert.deepEqual(record.starts.waiting('app'), { reason: 'PostStartHookError', message: 'exit 1' });
    assert.equal(bench.done.at(-1), 'kill app-1 FailedPostStartHook');
  });

  it('takes the number of restarts from the API where the runtime has lost its memory', async () => {
    const status = { containerStatuses: [{ name: 'app', restartCount: 4, containerID: 'containerd://old' }] };
    const known = testPod({}, { status: status as never });
    let attempt = -1;
    const hook: ContainerHook = {
      name: 'attempt',
      apply: (context) => Promise.resolve(void (attempt = context.attempt)),
    };
    await start(make([hook]), bench.record(known), { of: known });
    assert.equal(attempt, 5);
  });

  it('removes one that was made and never started', async () => {
    const previous = testInstance(pod, 'app', { id: 'app-0', state: 'created' });
    await start(make(), bench.record(pod), { previous });
    assert.equal(bench.done[0], 'removeContainer app-0');
  });

  it('leaves a start that is cut short without a reason', async () => {
    const abort = new AbortController();
    const record = bench.record(pod);
    const cutting: ContainerHook = {
      name: 'cutting',
      apply() {
        abort.abort();
        return Promise.reject(new Error('cut short'));
      },
    };
    await assert.rejects(start(make([cutting]), record, { signal: abort.signal }), /cut short/);
    assert.deepEqual([record.starts.waiting('app'), bench.done], [undefined, []]);
  });
});
