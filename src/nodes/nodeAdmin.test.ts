import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { systemClock } from '../base/clock.ts';
import { nodes, pods } from '../api/resources.ts';
import { serviceUnavailable } from '../api/status.ts';
import type { NodeCondition } from '../api/types.ts';
import type { Client } from '../client/contract.ts';
import { inProcessClient } from '../client/inProcess.ts';
import { admin as user, startTestServer, type TestServer } from '../../test/harness/apiServer.ts';
import { createNodeAdmin } from './nodeAdmin.ts';

describe('NodeAdmin', () => {
  const never = new AbortController().signal;
  let server: TestServer;
  let client: Client;
  let admin: ReturnType<typeof createNodeAdmin>;
  /** Whether agents are linked. */
  let isBack: boolean;

  beforeEach(async () => {
    isBack = false;
    const away = (node: string): Promise<never> => Promise.reject(serviceUnavailable(`${node} is away`));
    server = await startTestServer({
      nodes: {
        request: (node, { path }) =>
          isBack && path === '/healthz'
            ? Promise.resolve({ code: 200, headers: {}, body: Readable.from([Buffer.from('ok')]) })
            : away(node),
        upgrade: away,
        connect: away,
      },
    });
    client = inProcessClient(server.handler, user);
    admin = createNodeAdmin(client, systemClock);
  });
  afterEach(() => server.stop());

  const condition = (status: string, lastHeartbeatTime: string): NodeCondition => ({
    type: 'Ready',
    status,
    reason: '',
    message: '',
    lastHeartbeatTime,
    lastTransitionTime: lastHeartbeatTime,
  });
  const report = async (name: string, status: string, at: string): Promise<void> => {
    await client.patch(
      nodes,
      { name },
      'application/merge-patch+json',
      { status: { conditions: [condition(status, at)], capacity: { cpu: '2', memory: '2Gi' } } },
      { subresource: 'status' },
    );
  };
  const register = async (name: string): Promise<void> => {
    await client.create(nodes, { metadata: { name }, spec: {} });
    await report(name, 'True', '2026-01-01T00:00:00Z');
  };
  /** Lets watches deliver what has happened: in process that takes some turns. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  it('whenReady() does not take for news what nodes told before they were started', async () => {
    await register('a');
    const reports = await admin.lastReports(['a']);
    const seen: string[] = [];
    const waiting = admin.whenReady(['a'], (node) => void seen.push(node), never, { reports });
    await settle();
    assert.deepEqual(seen, []);
    await report('a', 'True', '2026-01-01T00:00:05Z');
    await waiting;
    assert.deepEqual(seen, ['a']);
  });

  it('noteDown() says that nobody hears of a node, and what it told last stays', async () => {
    await register('a');
    await register('b');
    await report('b', 'False', '2026-01-01T00:00:00Z');
    for (const [name, nodeName] of [
      ['on-a', 'a'],
      ['on-b', 'b'],
    ] as const) {
      await client.create(pods, {
        metadata: { name, namespace: 'default' },
        spec: { nodeName, containers: [{ name: 'c', image: 'i' }] },
      });
      await client.patch(
        pods,
        { namespace: 'default', name },
        'application/merge-patch+json',
        { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
        { subresource: 'status' },
      );
    }
    const readyOf = async (name: string): Promise<NodeCondition | undefined> =>
      (await client.get(nodes, { name })).status?.conditions?.find(({ type }) => type === 'Ready');
    await admin.noteDown(['a', 'b', 'gone']);
    const { status, reason, lastHeartbeatTime } = (await readyOf('a'))!;
    assert.deepEqual(
      [status, reason, lastHeartbeatTime],
      ['Unknown', 'NodeStatusUnknown', '2026-01-01T00:00:00Z'],
    );
    assert.equal((await readyOf('b'))?.status, 'False');
    const isPodReady = async (name: string): Promise<string | undefined> =>
      (await client.get(pods, { namespace: 'default', name })).status?.conditions?.find(
        ({ type }) => type === 'Ready',
      )?.status;
    assert.deepEqual([await isPodReady('on-a'), await isPodReady('on-b')], ['False', 'True']);
    const reports = await admin.lastReports(['a']);
    await report('a', 'True', '2026-01-01T00:00:05Z');
    await admin.whenReady(['a'], () => undefined, never, { reports });
  });

  it('whenReady() waits until those that were woken answer over their links', async () => {
    await register('a');
    const seen: string[] = [];
    const waiting = admin.whenReady(['a'], (node) => void seen.push(node), never, { woken: new Set(['a']) });
    await settle();
    assert.deepEqual(seen, [], 'the API shows it as Ready, but nobody has heard of it');
    isBack = true;
    await waiting;
    assert.deepEqual(seen, ['a']);
  });

  it('whenReady() ends with the signal', async () => {
    await register('a');
    const abort = new AbortController();
    const waiting = admin.whenReady(['a'], () => undefined, abort.signal, { woken: new Set(['a']) });
    await settle();
    abort.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
  });

  it('cordon() tells whether the node was open to pods; uncordon() opens it', async () => {
    await register('a');
    assert.equal(await admin.cordon('a'), true);
    assert.equal((await client.get(nodes, { name: 'a' })).spec.unschedulable, true);
    assert.equal(await admin.cordon('a'), false);
    await admin.uncordon('a');
    assert.equal((await client.get(nodes, { name: 'a' })).spec.unschedulable, undefined);
  });

  it('a node that is not there needs no cordon and no drain', async () => {
    assert.equal(await admin.cordon('gone'), false);
    await admin.uncordon('gone');
    await admin.drain('gone', never, () => assert.fail('it has no pods'));
    await admin.forget('gone');
  });

  it('capacity() is in CPUs and bytes', async () => {
    await register('a');
    assert.deepEqual(await admin.capacity('a'), { cpus: 2, memoryBytes: 2 ** 31 });
  });

  it('drain() evicts what may move, and tells what it waits for', async () => {
    await register('a');
    const pod = async (name: string, owner?: string): Promise<void> => {
      const ownerReferences =
        owner === undefined
          ? []
          : [{ apiVersion: 'apps/v1', kind: owner, name: 'o', uid: 'u', controller: true }];
      await client.create(pods, {
        metadata: { name, namespace: 'default', ownerReferences },
        spec: { nodeName: 'a', containers: [{ name: 'c', image: 'i' }], terminationGracePeriodSeconds: 0 },
      });
    };
    await pod('one');
    await pod('two');
    await pod('daemon', 'DaemonSet');
    const told: string[] = [];
    await admin.drain('a', never, (left) => void told.push([...left].sort().join(' ')));
    assert.equal(told[0], 'default/one default/two');
    assert.match(told[1] ?? '', /^default\/(one|two)$/);
    assert.equal(told.length, 2);
    const { items } = await client.list(pods, { namespace: 'default' });
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['daemon'],
    );
  });
});
