import assert from 'node:assert/strict';
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

  it('asks for the bearer token anew with each request', async () => {
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
