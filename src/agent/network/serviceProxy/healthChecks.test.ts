import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { silentLogger } from '../../../base/logger.ts';
import type { Service } from '../../../api/types.ts';
import { makeService, makeSlice } from '../../../../test/harness/serviceObjects.ts';
import { HealthCheckServers, healthCheckOf } from './healthChecks.ts';
import { servicePortsOf } from './servicePort.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('healthCheckOf', () => {
  const local = makeService('web', '10.96.0.1', {
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 31000,
  });
  const of = (service: Service): unknown => {
    const slice = makeSlice('web', [
      { ip: '10.0.0.1', node: 'here' },
      { ip: '10.0.0.2', node: 'here' },
      { ip: '10.0.0.3', node: 'there' },
    ]);
    return healthCheckOf(service, servicePortsOf(service, [slice], 'here'));
  };

  it('counts the pods on this node', () => {
    assert.deepEqual(of(local), { port: 31000, localEndpoints: 2 });
  });

  it('is for load balancers with the policy Local only', () => {
    assert.equal(of({ ...local, spec: { ...local.spec, externalTrafficPolicy: 'Cluster' } }), undefined);
    assert.equal(of({ ...local, spec: { ...local.spec, type: 'NodePort' } }), undefined);
  });
});

describe('HealthCheckServers', () => {
  const servers = new HealthCheckServers(silentLogger, '127.0.0.1');
  afterEach(() => servers.close());

  /** Asks until the port answers: it opens a turn after it was set. */
  async function ask(port: number): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
    return { status: response.status, body: await response.json() };
  }

  it('answers 200 with pods on this node, 503 without, and not at all when the check is gone', async () => {
    const port = await freePort();
    servers.set('default/web', { port, localEndpoints: 2 });
    assert.deepEqual(await ask(port), {
      status: 200,
      body: { service: { namespace: 'default', name: 'web' }, localEndpoints: 2, serviceProxyHealthy: true },
    });
    servers.set('default/web', { port, localEndpoints: 0 });
    assert.equal((await ask(port)).status, 503);
    servers.set('default/web', undefined);
    await assert.rejects(ask(port));
  });

  it('moves when the port changes', async () => {
    const [one, two] = [await freePort(), await freePort()];
    servers.set('default/web', { port: one, localEndpoints: 1 });
    servers.set('default/web', { port: two, localEndpoints: 1 });
    assert.equal((await ask(two)).status, 200);
    await assert.rejects(ask(one));
  });
});
