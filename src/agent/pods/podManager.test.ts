import assert from 'node:assert/strict';
import { testInstance, testPod, testSandbox } from '../../../test/harness/agentPods.ts';
import { type PodBench, podBench } from '../../../test/harness/podParts.ts';
import { createDeferred, type Deferred } from '../../base/deferred.ts';
import type { Pod } from '../../api/types.ts';
import type { InformerHandler } from '../../client/informer.ts';
import type { AgentPart } from '../part.ts';
import { createPodBus, type PodBus } from './podBus.ts';
import { createPodFreshness, type PodFreshness } from './podFreshness.ts';
import { createPodManager, type PodManagerOptions } from './podManager.ts';
import { createPodRecords, type PodRecords } from './podRecords.ts';
import type { PassResult } from './podSync.ts';

const DELETED = { deletionTimestamp: '2026-01-01T00:00:00Z' };

describe('podManager', () => {
  let bench: PodBench;
  let bus: PodBus;
  let records: PodRecords;
  let freshness: PodFreshness;
  let manager: AgentPart;
  let abort: AbortController;
  let mayStart: Deferred<undefined>;
  let handler: InformerHandler<Pod>;
  /** The outcome of a pass over a pod that is to run; what a pass that ends a pod does. */
  let sync: (pod: Pod, signal: AbortSignal) => Promise<PassResult>;
  let terminate: (signal: AbortSignal) => Promise<boolean>;

  const named = (name: string, rest: Partial<Pod['metadata']> = {}, status?: object): Pod =>
    testPod({}, { metadata: { name, uid: `uid-${name}`, ...rest }, ...(status && { status }) });
  const turn = (): Promise<void> => bench.clock.advance(0);
  const held = (signal: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(new Error('cut')), { once: true }),
    );
  const taken = (): string[] => bench.done.splice(0);

  /** An agent that has heard of these pods; nothing may start before `begin`. */
  const start = async (
    pods: readonly Pod[] = [],
    options: Partial<PodManagerOptions> = {},
  ): Promise<void> => {
    manager = createPodManager({
      ...bench,
      view: { ...bench.view, synced: Promise.resolve() },
      bus,
      records,
      freshness,
      pods: {
        addHandler(added) {
          handler = added;
          for (const pod of pods) added.onAdd?.(pod);
          return { dispose: () => undefined };
        },
        whenSynced: () => Promise.resolve(),
      },
      statuses: { latest: (pod) => pod },
      sync: {
        run(record, pod, signal) {
          bench.done.push(`sync ${record.identity.name}`);
          return sync(pod, signal);
        },
        update: (record) => void bench.done.push(`update ${record.identity.name}`),
      },
      termination: {
        async run(record, signal) {
          bench.done.push(`terminate ${record.identity.name}`);
          record.ending.begin(record.life.graceSeconds);
          const isNothingLeft = await terminate(signal);
          record.ending.complete();
          return isNothingLeft;
        },
      },
      resize: { grant: (_record, pod) => pod, settle: () => undefined },
      starter: { forget: (uid) => void bench.done.push(`forget ${uid}`) },
      report: ({ identity, life }) =>
        void bench.done.push(
          `report ${identity.name}${life.failure === undefined ? '' : ` ${life.failure.reason}`}`,
        ),
      mayStart: () => mayStart.promise.then(() => undefined),
      admit: () => undefined,
      ...options,
    });
    void manager.run(abort.signal);
    await turn();
  };
  const begin = async (
    pods: readonly Pod[] = [],
    options: Partial<PodManagerOptions> = {},
  ): Promise<void> => {
    await start(pods, options);
    mayStart.resolve(undefined);
    await turn();
  };

  beforeEach(() => {
    bench = podBench();
    bus = createPodBus();
    records = createPodRecords();
    freshness = createPodFreshness();
    abort = new AbortController();
    mayStart = createDeferred();
    sync = () => Promise.resolve({ finished: false, retryMs: undefined });
    terminate = () => Promise.resolve(true);
  });
  afterEach(async () => {
    abort.abort();
    await manager.close?.();
    assert.equal(bench.clock.pending, 0);
  });

  it('knows its pods before it may start them', async () => {
    await start([named('web')]);
    assert.equal(records.find('default', 'web')?.metadata.uid, 'uid-web');
    await records.known;
    bus.tell('uid-web', 'reference');
    handler.onUpdate?.(named('web', { generation: 2 }), named('web'));
    await turn();
    assert.deepEqual(taken(), ['update web']);
    mayStart.resolve(undefined);
    await turn();
    assert.deepEqual(taken(), ['report web', 'sync web', 'report web']);
  });

  it('admits the oldest first, each beside those that were admitted before', async () => {
    const seen: string[] = [];
    const young = named('young', { creationTimestamp: '2026-01-01T00:00:05Z' });
    const old = named('old', { creationTimestamp: '2026-01-01T00:00:01Z' });
    terminate = () => Promise.resolve(false);
    await begin([young, old], {
      admit(pod, others) {
        seen.push(`${pod.metadata.name} beside ${others.map(({ metadata }) => metadata.name).join()}`);
        return others.length === 0 ? undefined : { reason: 'OutOfcpu', message: 'full' };
      },
    });
    assert.deepEqual(seen, ['old beside ', 'young beside old']);
    assert.ok(bench.done.includes('Warning OutOfcpu full'));
    assert.deepEqual(records.get('uid-young')?.life.failure, {
      reason: 'OutOfcpu',
      message: 'Pod was rejected: full',
    });
    assert.ok(bench.done.includes('terminate young') && bench.done.includes('sync old'));
  });

  it('does not ask whether it may have what runs already', async () => {
    const pod = named('web');
    bench.sandboxes = [testSandbox(pod, [testInstance(pod, 'app')])];
    await begin([pod], { admit: () => ({ reason: 'OutOfcpu', message: 'full' }) });
    assert.deepEqual(taken(), ['sync web', 'report web']);
  });

  it('tells at once of what the API shows as running and does not run', async () => {
    const shown = { containerStatuses: [{ name: 'app', state: { running: {} }, containerID: 'sim://gone' }] };
    const pod = named('web', {}, { phase: 'Running', ...shown });
    bench.sandboxes = [testSandbox(pod, [testInstance(pod, 'app', { state: 'exited' })], { ready: false })];
    await start([pod]);
    assert.equal(freshness.isOutdated('uid-web'), true);
    mayStart.resolve(undefined);
    await turn();
    assert.deepEqual(taken().slice(0, 2), ['report web', 'sync web']);
    handler.onDelete?.(pod);
    assert.equal(freshness.readiness.ready, true);
    await turn();
  });

  it('ends what runs here and is in no list of the API', async () => {
    bench.sandboxes = [testSandbox(named('ghost'), [])];
    await begin();
    assert.deepEqual(taken(), ['terminate ghost', 'forget uid-ghost']);
    assert.equal(records.get('uid-ghost'), undefined);
  });

  it('follows the news: what has changed is reported, what was waited for may be tried', async () => {
    await begin([named('web')]);
    taken();
    for (const news of ['runtime', 'probe'] as const) {
      bus.tell('uid-web', news);
      await turn();
      assert.deepEqual(taken(), ['report web', 'sync web', 'report web']);
    }
    const { holds } = records.get('uid-web')!;
    holds.hold('app', 5_000);
    bus.tell('uid-web', 'reference');
    assert.equal(holds.left('app'), 0);
    await turn();
    assert.deepEqual(taken(), ['sync web', 'report web']);
  });

  it('makes another pass when the last one wants it, or the deadline is over', async () => {
    sync = () => Promise.resolve({ finished: false, retryMs: 3_000 });
    await begin([named('web')]);
    taken();
    await bench.clock.advance(3_000);
    assert.deepEqual(taken(), ['sync web', 'report web']);
    sync = () => Promise.resolve({ finished: false, retryMs: undefined });
    const startTime = new Date(bench.clock.now() - 1_000).toISOString();
    const bounded = {
      ...named('late', {}, { startTime }),
      spec: { ...testPod().spec, activeDeadlineSeconds: 5 },
    };
    handler.onAdd?.(bounded);
    await turn();
    taken();
    await bench.clock.advance(4_000);
    assert.ok(bench.done.includes('terminate late'));
    assert.equal(records.get('uid-late')?.life.failure, undefined);
    assert.ok(bench.done.some((what) => what.startsWith('Normal DeadlineExceeded')));
  });

  it('takes down a pod whose containers have all ended', async () => {
    sync = () => Promise.resolve({ finished: true, retryMs: undefined });
    terminate = () => Promise.resolve(false);
    await begin([named('job')]);
    assert.deepEqual(taken(), ['report job', 'sync job', 'terminate job']);
    bus.tell('uid-job', 'runtime');
    await turn();
    assert.deepEqual(taken(), ['terminate job']);
  });

  it('cuts a pass short for a deletion, and for one with less grace alone', async () => {
    sync = (_pod, signal) => held(signal);
    const pod = named('web');
    await begin([pod]);
    taken();
    terminate = held;
    const going = named('web', { ...DELETED, deletionGracePeriodSeconds: 30 });
    handler.onUpdate?.(going, pod);
    await turn();
    assert.deepEqual(taken(), ['update web', 'terminate web']);
    handler.onUpdate?.(
      named('web', { ...DELETED, deletionGracePeriodSeconds: 30, labels: { a: 'b' } }),
      going,
    );
    await turn();
    assert.deepEqual(taken(), ['update web']);
    terminate = () => Promise.resolve(false);
    handler.onUpdate?.(named('web', { ...DELETED, deletionGracePeriodSeconds: 2 }), going);
    await turn();
    assert.deepEqual(taken(), ['update web', 'terminate web']);
  });

  it('begins from nothing with a pod that was gone and is back', async () => {
    const pod = named('web');
    await begin([pod]);
    const first = records.get('uid-web');
    terminate = held;
    handler.onDelete?.(pod);
    await turn();
    assert.equal(records.find('default', 'web'), undefined);
    handler.onAdd?.(pod);
    assert.notEqual(records.get('uid-web'), first);
    assert.equal(records.find('default', 'web'), pod);
    terminate = () => Promise.resolve(true);
  });

  it('lets a resize that waits for room try again when a pod has gone', async () => {
    const [big, small] = [named('big'), named('small')];
    await begin([big, small]);
    records.get('uid-big')!.resources.wait({ reason: 'Deferred', message: 'full' });
    taken();
    handler.onDelete?.(small);
    await turn();
    await turn();
    assert.deepEqual(taken(), ['terminate small', 'forget uid-small', 'sync big', 'report big']);
  });

  it('goes on with a pod whose old containers cannot be removed', async () => {
    const pod = named('web');
    const instances = [2, 1, 0].map((attempt) => testInstance(pod, 'app', { attempt, state: 'exited' }));
    bench.sandboxes = [testSandbox(pod, instances)];
    bench.fail('removeContainer', new Error('in use'));
    await begin([pod]);
    assert.deepEqual(taken(), ['sync web', 'report web', 'removeContainer app-0']);
    assert.equal(bench.clock.pending, 0);
  });
});
