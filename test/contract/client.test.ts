import assert from 'node:assert/strict';
import { createHttpAdapter } from '../../src/apiserver/http/adapter.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createDeferred } from '../../src/base/deferred.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { createInformerFactory } from '../../src/client/informerFactory.ts';
import { issueCertificate } from '../../src/host/certificates.ts';
import { startHttpsListener } from '../../src/host/httpsListener.ts';
import { httpsClient } from '../../src/client/https.ts';
import { inProcessClient } from '../../src/client/inProcess.ts';
import { configMaps } from '../../src/api/resources.ts';
import { isReason } from '../../src/api/status.ts';
import { admin, startTestServer } from '../harness/apiServer.ts';
import { serveHttps } from '../harness/httpsApi.ts';
import { clientContract, WINDOW } from './client.suite.ts';

clientContract('in process', async () => {
  const server = await startTestServer({ cache: { window: WINDOW } });
  return { server, client: inProcessClient(server.handler, admin), dispose: () => server.stop() };
});

clientContract('HTTPS', async () => {
  const server = await startTestServer({ cache: { window: WINDOW } });
  const https = await serveHttps(server.handler);
  const { cert, key } = await https.issue('admin', ['system:masters']);
  const client = httpsClient({ server: https.url, ca: https.ca.cert, cert, key });
  return {
    server,
    client,
    dispose: async () => {
      client.dispose();
      await https.close();
      await server.stop();
    },
  };
});

describe('in-process client', () => {
  it('hands out the objects of the caches themselves', async () => {
    const server = await startTestServer();
    const client = inProcessClient(server.handler, admin);
    await client.create(configMaps, { metadata: { namespace: 'd', name: 'a' } });
    const object = await client.get(configMaps, { namespace: 'd', name: 'a' });
    assert.equal(server.cache.get('core/configmaps/d/a')?.object, object);
    assert.equal((await client.list(configMaps)).items[0], object);
    await server.stop();
  });
});

describe('HTTPS client', () => {
  it('rejects with ServiceUnavailable while the server is away, and works again when it is back', async () => {
    const server = await startTestServer();
    const first = await serveHttps(server.handler);
    const client = httpsClient({ server: first.url, ca: first.ca.cert });
    await client.list(configMaps);
    await first.close();
    await assert.rejects(client.list(configMaps), (error) => isReason(error, 'ServiceUnavailable'));
    client.dispose();
    await server.stop();
  });

  it('lets informers catch up with a server that was away, without a new list', async () => {
    const server = await startTestServer();
    const https = await serveHttps(server.handler);
    const local = inProcessClient(server.handler, admin);
    await local.create(configMaps, { metadata: { namespace: 'd', name: 'before' } });
    const client = httpsClient({ server: https.url, ca: https.ca.cert });
    const informers = createInformerFactory({
      client,
      clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 50, signal) },
      logger: silentLogger,
    });
    const informer = informers.for(configMaps);
    const stop = new AbortController();
    informers.start(stop.signal);
    await informers.whenSynced(stop.signal);
    const seen: string[] = [];
    const both = createDeferred<undefined>();
    informer.addHandler({
      onAdd: ({ metadata }) => {
        if (seen.push(metadata.name) === 3) both.resolve(undefined);
      },
      onDelete: ({ metadata }) => seen.push(`-${metadata.name}`),
    });
    await https.close();
    await local.create(configMaps, { metadata: { namespace: 'd', name: 'while-away' } });
    const identity = { commonName: 'kube-apiserver', ipAddresses: ['127.0.0.1'], usage: 'server' } as const;
    const adapter = createHttpAdapter(server.handler);
    const again = await startHttpsListener({
      addresses: ['127.0.0.1'],
      port: https.listener.port,
      tls: { ...(await issueCertificate(https.ca, identity, Date.now())), clientCa: https.ca.cert },
      request: (request, response, peer) => adapter.request(request, response, peer),
      upgrade: (request, socket, head, peer) => adapter.upgrade(request, socket, head, peer),
    });
    await local.create(configMaps, { metadata: { namespace: 'd', name: 'afterwards' } });
    await both.promise;
    assert.deepEqual(seen, ['before', 'while-away', 'afterwards']);
    stop.abort();
    await informers.stopped();
    client.dispose();
    await again.close();
    await server.stop();
  });

  it('asks for the bearer token again with each request', async () => {
    const seen: (string | undefined)[] = [];
    const server = await startTestServer({
      authenticators: [
        {
          authenticate: ({ headers }) => {
            seen.push(headers.authorization);
            return Promise.resolve(admin);
          },
        },
      ],
    });
    const https = await serveHttps(server.handler);
    let token = 'one';
    const client = httpsClient({ server: https.url, ca: https.ca.cert, token: () => token });
    await client.list(configMaps);
    token = 'two';
    await client.list(configMaps);
    assert.deepEqual(seen, ['Bearer one', 'Bearer two']);
    client.dispose();
    await https.close();
    await server.stop();
  });
});
