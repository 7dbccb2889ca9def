import assert from 'node:assert/strict';
import { createDeferred } from '../../src/base/deferred.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import { runLink } from '../../src/agent/link/link.ts';
import { WebhookClient } from '../../src/apiserver/webhooks/index.ts';
import { createNodeDialer } from '../../src/nodes/dialer.ts';
import { startNodeServer, type NodeServer } from '../harness/nodeServer.ts';
import { startWebhookServer, type WebhookServer } from '../harness/webhookServer.ts';

/** A webhook behind a service: TLS from the API server to the pod, through the link of the pod's node. */
describe('webhooks over a node link', () => {
  let nodes: NodeServer;
  let webhook: WebhookServer;
  let client: WebhookClient;
  let link: { readonly stop: AbortController; readonly running: Promise<void> };

  beforeEach(async () => {
    webhook = await startWebhookServer((review) => ({ warnings: [String(JSON.stringify(review).length)] }), {
      dnsNames: ['hook.ns.svc'],
    });
    nodes = await startNodeServer();
    await nodes.tokens.issue('n1');
    const certificate = await nodes.certify('n1');
    const arrived = createDeferred<undefined>();
    const subscription = nodes.hub.onConnected(() => arrived.resolve(undefined));
    const stop = new AbortController();
    const running = runLink(
      {
        target: () => Promise.resolve({ server: nodes.url, ca: nodes.ca.cert, ...certificate }),
        handlers: { handle: () => undefined, upgrade: () => undefined },
        clock: systemClock,
        random: systemRandom,
        logger: silentLogger,
        agentDigest: undefined,
        onRenew: () => undefined,
      },
      stop.signal,
    );
    link = { stop, running };
    await arrived.promise;
    subscription.dispose();
    client = new WebhookClient({
      clock: systemClock,
      dialService: (_service, signal) =>
        createNodeDialer(nodes.hub).connect('n1', '127.0.0.1', webhook.port, signal),
    });
  });
  afterEach(async () => {
    client.dispose();
    link.stop.abort();
    await link.running;
    await nodes.stop();
    await webhook.close();
  });

  const post = async (padding: string, more: object = {}): Promise<string> => {
    const request = { uid: 'u', resource: { resource: 'pods' }, operation: 'CREATE', padding };
    const target = { service: { namespace: 'ns', name: 'hook' }, caBundle: webhook.caBundle, ...more };
    const body = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', request });
    const answer = (await client.post(target, body, {
      timeoutMs: 10_000,
      signal: new AbortController().signal,
    })) as { response: { warnings: string[] } };
    assert.ok(Number(answer.response.warnings[0]) > padding.length);
    return answer.response.warnings[0] ?? '';
  };

  it('are asked under their own name, over one connection', async () => {
    const before = webhook.connections();
    await post('');
    await post('x'.repeat(500_000));
    assert.equal(webhook.connections(), before + 1);
  });

  it('are asked at once by many', async () => {
    const before = webhook.connections();
    await Promise.all(Array.from({ length: 20 }, (_, i) => post('x'.repeat(i * 1000))));
    assert.ok(webhook.connections() <= before + 20);
  });

  it('must show a certificate that the configuration trusts', async () => {
    await assert.rejects(post('', { caBundle: Buffer.from(nodes.ca.cert).toString('base64') }), {
      message:
        'Post "https://hook.ns.svc:443/?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    });
  });

  it('are asked over a new connection where the old one is gone', async () => {
    await post('');
    const before = webhook.connections();
    webhook.dropConnections();
    await post('');
    assert.ok(webhook.connections() > before);
  });
});
