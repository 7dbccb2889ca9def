import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { startWebhookServer, type WebhookServer } from '../../../test/harness/webhookServer.ts';
import { systemClock } from '../../base/clock.ts';
import { serviceUnavailable } from '../../api/status.ts';
import { WebhookClient, type WebhookTarget } from './client.ts';

const REVIEW = JSON.stringify({
  apiVersion: 'admission.k8s.io/v1',
  request: { uid: 'u', resource: { resource: 'pods' }, operation: 'CREATE' },
});

describe('WebhookClient', () => {
  let server: WebhookServer;
  let client: WebhookClient;
  const dialled: string[] = [];
  let answer: object | 'hang' = {};
  before(async () => {
    server = await startWebhookServer(() => answer, { dnsNames: ['hook.ns.svc'] });
  });
  after(() => server.close());
  beforeEach(() => {
    answer = {};
    dialled.length = 0;
    client = new WebhookClient({
      clock: systemClock,
      dialService: ({ namespace, name, port }) => {
        dialled.push(`${namespace}/${name}:${port}`);
        if (name === 'gone')
          return Promise.reject(serviceUnavailable('no endpoints available for service "gone"'));
        return Promise.resolve(connect(server.port, '127.0.0.1'));
      },
    });
  });
  afterEach(() => client.dispose());

  const post = (
    target: WebhookTarget,
    timeoutMs = 10_000,
    signal = new AbortController().signal,
  ): Promise<unknown> => client.post(target, REVIEW, { timeoutMs, signal });
  const service = (name: string, more: object = {}): WebhookTarget => ({
    service: { namespace: 'ns', name, ...more },
    caBundle: server.caBundle,
  });
  const message = async (call: Promise<unknown>): Promise<string> => {
    try {
      await call;
    } catch (error) {
      return (error as Error).message.replaceAll(String(server.port), 'PORT');
    }
    return assert.fail('the call succeeded');
  };

  it('posts to a URL, and over the same connection again', async () => {
    const before = server.connections();
    const target = { url: server.url, caBundle: server.caBundle };
    const first = (await post(target)) as { response: { allowed: boolean } };
    assert.equal(first.response.allowed, true);
    await post(target);
    assert.equal(server.connections() - before, 1);
  });

  it('posts to a service under its own name, however it is reached', async () => {
    await post(service('hook', { path: '/deny', port: 8443 }));
    await post(service('hook', { path: '/deny', port: 8443 }));
    assert.deepEqual(dialled, ['ns/hook:8443']);
    assert.equal(server.asked.at(-1), '/deny CREATE pods');
  });

  it('goes on over a new connection where the old one was closed meanwhile', async () => {
    const own = await startWebhookServer(() => ({}));
    const target = { url: own.url, caBundle: own.caBundle };
    try {
      await post(target);
      own.dropConnections();
      await post(target);
      assert.equal(own.connections(), 2);
    } finally {
      await own.close();
    }
  });

  it('says what is wrong as upstream does', async () => {
    assert.equal(
      await message(post({ url: `${server.url}/a` })),
      'Post "https://127.0.0.1:PORT/a?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    );
    assert.equal(
      await message(post(service('other'))),
      'Post "https://other.ns.svc:443/?timeout=10s": tls: failed to verify certificate: x509: certificate is valid for hook.ns.svc, 127.0.0.1, not other.ns.svc',
    );
    assert.equal(
      await message(post(service('gone'), 1500)),
      'Post "https://gone.ns.svc:443/?timeout=2s": no endpoints available for service "gone"',
    );
    assert.equal(
      await message(post({ url: 'https://127.0.0.1:1', caBundle: server.caBundle })),
      'Post "https://127.0.0.1:1/?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused',
    );
    assert.match(
      await message(post({ url: server.url, caBundle: Buffer.from('no PEM').toString('base64') })),
      /^Post "https:\/\/127.0.0.1:PORT\/\?timeout=10s": /,
    );
    assert.match(
      await message(post({ ...service('hook'), caBundle: Buffer.from('no PEM').toString('base64') })),
      /^Post "https:\/\/hook.ns.svc:443\/\?timeout=10s": /,
    );
  });

  it('gives up when the time is over, or nobody waits any more', async () => {
    answer = 'hang';
    assert.equal(
      await message(post({ url: server.url, caBundle: server.caBundle }, 10)),
      'Post "https://127.0.0.1:PORT/?timeout=1s": context deadline exceeded',
    );
    const waiting = new AbortController();
    const call = message(post({ url: server.url, caBundle: server.caBundle }, 10_000, waiting.signal));
    setImmediate(() => waiting.abort());
    assert.equal(await call, 'Post "https://127.0.0.1:PORT/?timeout=10s": context canceled');
  });

  for (const [code, text, expected] of [
    [404, 'no such page', 'the server could not find the requested resource'],
    [500, 'oh "no"\n', 'an error on the server ("oh \\"no\\"") has prevented the request from succeeding'],
    [418, '', 'the server responded with the status code 418 but did not return more information'],
    [503, '', 'the server is currently unable to handle the request'],
    [403, '{"kind":"Status","status":"Failure","code":403,"message":"go away"}', 'go away'],
    [200, 'no JSON', /^couldn't get version\/kind; json parse error: /],
  ] as const) {
    it(`tells of an answer ${code} ${text}`, async () => {
      answer = { text, code };
      const said = await message(post({ url: server.url, caBundle: server.caBundle }));
      if (typeof expected === 'string') assert.equal(said, expected);
      else assert.match(said, expected);
    });
  }
});
