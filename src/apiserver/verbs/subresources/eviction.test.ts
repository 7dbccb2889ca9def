import assert from 'node:assert/strict';
import type { Status } from '../../../api/status.ts';
import type { Pod, PodDisruptionBudget } from '../../../api/types.ts';
import { startTestServer, type TestServer } from '../../../../test/harness/apiServer.ts';

const PODS = '/api/v1/namespaces/d/pods';
const BUDGETS = '/apis/policy/v1/namespaces/d/poddisruptionbudgets';
const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } };

describe('eviction', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server.stop());

  const patchStatus = async (url: string, status: object): Promise<void> => {
    const answer = await server.call('PATCH', `${url}/status`, { status }, MERGE);
    assert.equal(answer.code, 200, JSON.stringify(answer.body));
  };
  /** A pod on a node, so that its deletion takes its grace and it can be looked at. */
  const makePod = async (state: { phase?: string; isReady?: boolean } = {}): Promise<Pod> => {
    const { phase = 'Running', isReady = true } = state;
    const { body } = await server.call<Pod>('POST', PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', labels: { app: 'web' } },
      spec: { nodeName: 'n1', containers: [{ name: 'a', image: 'x' }] },
    });
    const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False' }];
    await patchStatus(`${PODS}/p`, { phase, conditions });
    return body;
  };
  const makeBudget = async (status: object, spec: object = {}, name = 'b'): Promise<void> => {
    const { code } = await server.call('POST', BUDGETS, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } }, ...spec },
    });
    assert.equal(code, 201);
    await patchStatus(`${BUDGETS}/${name}`, { observedGeneration: 1, ...status });
  };
  const evict = (
    deleteOptions: object = {},
    query = '',
  ): Promise<{ readonly code: number; readonly body: Status }> =>
    server.call<Status>('POST', `${PODS}/p/eviction${query}`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'p' },
      deleteOptions,
    });
  const pod = async (): Promise<Pod> => (await server.call<Pod>('GET', `${PODS}/p`)).body;
  const budget = async (): Promise<PodDisruptionBudget> =>
    (await server.call<PodDisruptionBudget>('GET', `${BUDGETS}/b`)).body;
  const isGoing = async (): Promise<boolean> => (await pod()).metadata.deletionTimestamp !== undefined;

  it('takes a place of the budget, notes the pod there, and marks the pod as disrupted', async () => {
    await makePod();
    await makeBudget({ disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 });
    assert.equal((await evict()).code, 201);
    const { disruptionsAllowed, disruptedPods, conditions } = (await budget()).status ?? {};
    assert.equal(disruptionsAllowed, 0);
    assert.deepEqual(Object.keys(disruptedPods ?? {}), ['p']);
    assert.deepEqual(
      conditions?.map((each) => [each.type, each.status, each.reason]),
      [['DisruptionAllowed', 'False', 'InsufficientPods']],
    );
    const target = (await pod()).status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
    assert.deepEqual(
      [target?.status, target?.reason, target?.message],
      ['True', 'EvictionByEvictionAPI', 'Eviction API: evicting'],
    );
    assert.ok(await isGoing());
  });

  it('is held back where no place is left, and says what the budget needs', async () => {
    await makePod();
    await makeBudget({ disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 });
    const { code, body } = await evict();
    assert.deepEqual([code, body.reason], [429, 'TooManyRequests']);
    assert.equal(body.message, "Cannot evict pod as it would violate the pod's disruption budget.");
    assert.deepEqual(body.details, {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: 'The disruption budget b needs 1 healthy pods and has 1 currently',
        },
      ],
    });
    assert.equal(await isGoing(), false);
  });

  it('waits for a budget whose numbers are old', async () => {
    await makePod();
    await makeBudget({ observedGeneration: 0, disruptionsAllowed: 1 });
    const { code, body } = await evict();
    assert.equal(code, 429);
    assert.equal(body.details?.retryAfterSeconds, 10);
    assert.equal(
      body.details.causes?.[0]?.message,
      'The disruption budget b is still being processed by the server.',
    );
  });

  it('says why a budget has no numbers', async () => {
    await makePod();
    const failed = { type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed', message: 'lost' };
    await makeBudget({
      disruptionsAllowed: 0,
      conditions: [{ ...failed, lastTransitionTime: '2026-01-01T00:00:00Z' }],
    });
    assert.equal(
      (await evict()).body.details?.causes?.[0]?.message,
      'The disruption budget b does not allow evicting pods currently because it failed sync: lost',
    );
  });

  it('is refused under two budgets', async () => {
    await makePod();
    await makeBudget({ disruptionsAllowed: 1 });
    await makeBudget({ disruptionsAllowed: 1 }, {}, 'c');
    const { code, body } = await evict();
    assert.equal(code, 500);
    assert.match(body.message ?? '', /^This pod has more than one PodDisruptionBudget/);
    assert.equal(await isGoing(), false);
  });

  it('a budget without a selector holds nothing back, one with an empty selector all of its namespace', async () => {
    await makePod();
    await makeBudget({ disruptionsAllowed: 0 }, { selector: {} });
    assert.equal((await evict()).code, 429);
    await server.call('DELETE', `${BUDGETS}/b`);
    await makeBudget({ disruptionsAllowed: 0 }, { selector: null });
    assert.equal((await evict()).code, 201);
  });

  for (const [what, status, spec, code] of [
    ['a budget that has what it needs', { currentHealthy: 1, desiredHealthy: 1 }, {}, 201],
    ['a budget that lacks pods', { currentHealthy: 0, desiredHealthy: 1 }, {}, 429],
    [
      'one that lets unhealthy pods always go',
      { currentHealthy: 0, desiredHealthy: 1 },
      { unhealthyPodEvictionPolicy: 'AlwaysAllow' },
      201,
    ],
  ] as const) {
    it(`of a pod that is not ready under ${what}: ${code}`, async () => {
      await makePod({ isReady: false });
      await makeBudget({ disruptionsAllowed: 0, ...status }, spec);
      assert.equal((await evict()).code, code);
      assert.equal((await budget()).status?.disruptedPods, undefined);
      assert.equal(await isGoing(), code === 201);
    });
  }

  for (const phase of ['Pending', 'Succeeded', 'Failed']) {
    it(`asks no budget for a pod that is ${phase}`, async () => {
      await makePod({ phase });
      await makeBudget({ disruptionsAllowed: 0 });
      assert.equal((await evict()).code, 201);
    });
  }

  it('changes nothing in a dry run', async () => {
    await makePod();
    await makeBudget({ disruptionsAllowed: 1 });
    assert.equal((await evict({}, '?dryRun=All')).code, 201);
    assert.equal((await evict({ dryRun: ['All'] })).code, 201);
    assert.equal((await budget()).status?.disruptionsAllowed, 1);
    assert.equal(await isGoing(), false);
    await patchStatus(`${BUDGETS}/b`, { disruptionsAllowed: 0 });
    assert.equal((await evict({ dryRun: ['All'] })).code, 429);
  });

  it('is for the pod that is meant alone', async () => {
    const { metadata } = await makePod({ phase: 'Pending' });
    for (const preconditions of [{ uid: 'another' }, { resourceVersion: metadata.resourceVersion }]) {
      const { code, body } = await evict({ preconditions });
      assert.deepEqual([code, body.reason], [409, 'Conflict']);
    }
    assert.equal((await pod()).status?.conditions?.length, 1);
    assert.equal((await evict({ preconditions: { uid: metadata.uid } })).code, 201);
  });
});
