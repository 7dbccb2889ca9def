import assert from 'node:assert/strict';
import { systemClock } from '../base/clock.ts';
import { leases, nodes } from '../api/resources.ts';
import type { NodeCondition } from '../api/types.ts';
import type { Client } from '../client/contract.ts';
import { inProcessClient } from '../client/inProcess.ts';
import { admin as user, startTestServer, type TestServer } from '../../test/harness/apiServer.ts';
import { createNodeAdmin, type ApiNodeAdmin } from './nodeAdmin.ts';

describe('NodeAdmin', () => {
  const never = new AbortController().signal;
  let server: TestServer;
  let client: Client;
  let admin: ApiNodeAdmin;

  beforeEach(async () => {
    server = await startTestServer();
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
    await client.create(leases, { metadata: { namespace: 'kube-node-lease', name } });
  };
  const renew = async (name: string): Promise<void> => {
    await client.patch(leases, { namespace: 'kube-node-lease', name }, 'application/merge-patch+json', {
      spec: { renewTime: '2026-01-01T00:00:01.000000Z' },
    });
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
    await renew('a');
    await settle();
    assert.deepEqual(seen, [], 'a lease says nothing of an agent that starts');
    await report('a', 'True', '2026-01-01T00:00:05Z');
    await waiting;
    assert.deepEqual(seen, ['a']);
  });

  it('whenReady() waits until those that were woken have renewed their leases', async () => {
    await register('a');
    await register('b');
    const renewals = { nodes: new Set(['a', 'b']), revision: await admin.revision() };
    const seen: string[] = [];
    const waiting = admin.whenReady(['a', 'b'], (node) => void seen.push(node), never, { renewals });
    await renew('a');
    await settle();
    assert.deepEqual(seen, []);
    await report('a', 'False', '2026-01-01T00:00:05Z');
    await renew('b');
    await settle();
    assert.deepEqual(seen, ['b'], 'the API shows b as Ready, and it is heard of');
    await report('a', 'True', '2026-01-01T00:00:06Z');
    await waiting;
    assert.deepEqual(seen, ['b', 'a']);
  });

  it('whenReady() ends with the signal', async () => {
    await register('a');
    const abort = new AbortController();
    const renewals = { nodes: new Set(['a']), revision: await admin.revision() };
    const waiting = admin.whenReady(['a'], () => undefined, abort.signal, { renewals });
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
    await admin.drain('gone', never);
    await admin.forget('gone');
  });

  it('capacity() is in CPUs and bytes', async () => {
    await register('a');
    assert.deepEqual(await admin.capacity('a'), { cpus: 2, memoryBytes: 2 ** 31 });
  });
});
