import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { admin, startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import { FakeClock } from '../../base/clock.ts';
import type { ApiResponse } from '../../api/request.ts';
import type { APIService } from '../../api/types.ts';
import { type CertifiedKey, createCa, issueCertificate } from '../../host/certificates.ts';
import { inProcessClient } from '../../client/inProcess.ts';
import { apiServices } from '../../api/resources.ts';
import { Aggregator } from './aggregator.ts';
import { Availability } from './availability.ts';

const GROUP = '/apis/wardle.example.com/v1alpha1';
const FLUNDERS = `${GROUP}/namespaces/ns/flunders`;
const API = '/apis/apiregistration.k8s.io/v1/apiservices';

const resources = {
  kind: 'APIResourceList',
  groupVersion: 'wardle.example.com/v1alpha1',
  resources: [
    { name: 'flunders', singularName: 'flunder', namespaced: true, kind: 'Flunder', verbs: ['get', 'list'] },
    { name: 'flunders/status', singularName: '', namespaced: true, kind: 'Flunder', verbs: ['get'] },
  ],
};

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly client: string;
}

describe('aggregation', () => {
  let ca: CertifiedKey;
  let frontProxy: { ca: CertifiedKey; client: CertifiedKey };
  let server: Server;
  let api: TestServer;
  let aggregator: Aggregator;
  let availability: Availability;
  let clock: FakeClock;
  const seen: Seen[] = [];
  let code = 200;
  const open = new Set<Duplex>();

  before(async () => {
    const now = Date.now();
    ca = await createCa('extension', now);
    const served = await issueCertificate(
      ca,
      { commonName: 'x', dnsNames: ['wardle.ns.svc'], usage: 'server' },
      now,
    );
    const proxyCa = await createCa('front-proxy-ca', now);
    const request = { commonName: 'front-proxy-client', usage: 'client' } as const;
    frontProxy = { ca: proxyCa, client: await issueCertificate(proxyCa, request, now) };
    server = createServer(
      { ...served, ca: proxyCa.cert, requestCert: true, rejectUnauthorized: true },
      (incoming, response) => void answer(incoming, response),
    );
    server.on('connection', (socket: Duplex) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    });
    server.on('upgrade', (incoming: IncomingMessage, socket: Duplex) => {
      seen.push(seenOf(incoming, ''));
      socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\nhello');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(async () => {
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  function seenOf(incoming: IncomingMessage, body: string): Seen {
    const { subject } = (incoming.socket as unknown as TLSSocket).getPeerCertificate();
    const { method = '', url = '', headers } = incoming;
    return { method, url, headers, body, client: String(subject.CN) };
  }

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of incoming) body += String(chunk);
    seen.push(seenOf(incoming, body));
    response.writeHead(code, { 'content-type': 'application/json', connection: 'keep-alive' });
    if (incoming.url === GROUP) response.end(JSON.stringify(resources));
    else if (incoming.url?.includes('watch=') === true) response.write('{"type":"ADDED"}\n');
    else response.end(JSON.stringify({ kind: 'Flunder', path: incoming.url }));
  }

  beforeEach(async () => {
    seen.length = 0;
    code = 200;
    clock = new FakeClock();
    api = await startTestServer({
      clock,
      aggregator(cache, own) {
        aggregator = new Aggregator({
          cache,
          resources: own,
          clientCertificate: frontProxy.client,
          dialService: () => Promise.resolve(connect((server.address() as AddressInfo).port, '127.0.0.1')),
        });
        return aggregator;
      },
    });
    availability = new Availability({
      cache: api.cache,
      aggregator,
      clock,
      writeStatus: (draft, signal) =>
        inProcessClient(api.handler, admin).update(apiServices, draft, { subresource: 'status', signal }),
    });
  });
  afterEach(async () => {
    availability.dispose();
    aggregator.dispose();
    await api.stop();
  });

  async function register(more: object = {}, name = 'v1alpha1.wardle.example.com'): Promise<void> {
    const { code: made, body } = await api.call<{ message?: string }>('POST', API, {
      metadata: { name },
      spec: {
        group: 'wardle.example.com',
        version: 'v1alpha1',
        groupPriorityMinimum: 2000,
        versionPriority: 200,
        caBundle: Buffer.from(ca.cert).toString('base64'),
        service: { namespace: 'ns', name: 'wardle', port: 7443 },
        ...more,
      },
    });
    assert.equal(made, 201, body.message);
  }

  async function serve(): Promise<void> {
    await api.call('POST', '/api/v1/namespaces/ns/services', {
      metadata: { name: 'wardle' },
      spec: { ports: [{ port: 7443, targetPort: 443 }], clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] },
    });
    await api.call('POST', '/apis/discovery.k8s.io/v1/namespaces/ns/endpointslices', {
      metadata: { name: 'wardle-1', labels: { 'kubernetes.io/service-name': 'wardle' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.0.1'], conditions: { ready: true } }],
      ports: [{ name: '', port: 443, protocol: 'TCP' }],
    });
  }

  /** The condition, once it has this reason. */
  async function reaches(reason: string): Promise<string> {
    for (let i = 0; i < 500; i += 1) {
      const { body } = await api.call<APIService>('GET', `${API}/v1alpha1.wardle.example.com`);
      const found = body.status?.conditions?.find(({ type }) => type === 'Available');
      if (found?.reason === reason) return `${found.status} ${found.message ?? ''}`;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return assert.fail(`it never became ${reason}`);
  }

  async function textOf(response: ApiResponse): Promise<string> {
    assert.ok(response.type === 'raw');
    if (typeof response.body === 'string') return response.body;
    if (response.body instanceof Uint8Array) return Buffer.from(response.body).toString();
    let text = '';
    for await (const chunk of response.body) text += Buffer.from(chunk).toString();
    return text;
  }

  it('says what is missing, until the server answers', async () => {
    await register();
    assert.equal(await reaches('ServiceNotFound'), 'False service/wardle in "ns" is not present');
    const away = await api.ask('GET', FLUNDERS);
    assert.ok(away.type === 'raw' && away.code === 503);
    assert.equal(await textOf(away), 'service unavailable\n');
    await serve();
    assert.equal(await reaches('Passed'), 'True all checks passed');
    code = 500;
    await clock.advance(30_000);
    assert.match(
      await reaches('FailedDiscoveryCheck'),
      /^False failing or missing response from .*bad status from .*: 500$/,
    );
    code = 200;
    await clock.advance(500);
    await reaches('Passed');
  });

  it('tells of certificates that nobody trusts', async () => {
    await serve();
    await register({ caBundle: Buffer.from(frontProxy.ca.cert).toString('base64') });
    assert.match(await reaches('FailedDiscoveryCheck'), /unable to verify|self-signed|unable to get/i);
    const path = `${API}/v1alpha1.wardle.example.com`;
    const patch = { 'content-type': 'application/merge-patch+json' };
    await api.call('PATCH', path, '{"spec":{"caBundle":null,"insecureSkipTLSVerify":true}}', {
      headers: patch,
    });
    await reaches('Passed');
  });

  it('takes over nothing that this server serves itself', async () => {
    for (const [name, group, version] of [
      ['v1.', '', 'v1'],
      ['v1.apps', 'apps', 'v1'],
    ] as const) {
      await register({ group, version, groupPriorityMinimum: 18_000 }, name);
    }
    assert.equal((await api.call('GET', '/api/v1/namespaces')).code, 200);
    assert.equal((await api.call('GET', '/apis/apps/v1/deployments')).code, 200);
  });

  it('hands requests on with who asks, and nobody else may say that', async () => {
    await serve();
    await register();
    await reaches('Passed');
    const user = { name: 'jane ü', uid: '7', groups: ['a', 'b'], extra: { 'example.com/k': ['v'] } };
    const headers = {
      'x-remote-user': 'root',
      authorization: 'Bearer x',
      'content-type': 'application/json',
    };
    const answer = await api.ask('POST', `${FLUNDERS}?dryRun=All`, '{"a":1}', { user, headers });
    assert.ok(answer.type === 'raw' && answer.code === 200);
    assert.deepEqual(JSON.parse(await textOf(answer)), { kind: 'Flunder', path: `${FLUNDERS}?dryRun=All` });
    const got = seen.at(-1) ?? assert.fail();
    assert.deepEqual([got.method, got.body, got.client], ['POST', '{"a":1}', 'front-proxy-client']);
    assert.equal(Buffer.from(String(got.headers['x-remote-user']), 'latin1').toString(), 'jane ü');
    assert.equal(got.headers['x-remote-group'], 'a, b');
    assert.equal(got.headers['x-remote-uid'], '7');
    assert.equal(got.headers['x-remote-extra-example.com%2fk'], 'v');
    assert.equal(got.headers.authorization, undefined);
    assert.equal(got.headers.host, 'wardle.ns.svc');
  });

  it('hands on watches as they come, and ends them with their client', async () => {
    await serve();
    await register();
    await reaches('Passed');
    const ending = new AbortController();
    const answer = await api.ask('GET', `${FLUNDERS}?watch=true`, undefined, { signal: ending.signal });
    assert.ok(
      answer.type === 'raw' && typeof answer.body === 'object' && !(answer.body instanceof Uint8Array),
    );
    const events = answer.body[Symbol.asyncIterator]();
    const first = await events.next();
    assert.equal(Buffer.from(first.value as Uint8Array).toString(), '{"type":"ADDED"}\n');
    ending.abort();
    await assert.rejects(async () => events.next());
  });

  it('hands on connections that change their protocol', async () => {
    await serve();
    await register();
    await reaches('Passed');
    const headers = { connection: 'Upgrade', upgrade: 'x' };
    const answer = await api.ask('GET', `${FLUNDERS}/f/console`, undefined, { headers });
    assert.ok(answer.type === 'upgrade');
    const [client, other] = pair();
    answer.take({
      socket: other,
      head: new Uint8Array(),
      method: 'GET',
      url: '/x',
      rawHeaders: ['Host', 'h', 'Connection', 'Upgrade', 'Upgrade', 'x', 'X-Remote-User', 'root'],
    });
    let text = '';
    for await (const chunk of client) text += String(chunk);
    assert.match(text, /101 Switching Protocols[^]*hello$/);
    assert.equal(seen.at(-1)?.headers['x-remote-user'], 'admin');
    client.destroy();
  });

  it('shows what the other serves beside its own', async () => {
    await serve();
    await register();
    await reaches('Passed');
    interface Groups {
      groups: { name: string; preferredVersion: { version: string } }[];
    }
    const { body } = await api.call<Groups>('GET', '/apis');
    assert.ok(
      body.groups.some(
        ({ name, preferredVersion }) =>
          name === 'wardle.example.com' && preferredVersion.version === 'v1alpha1',
      ),
    );
    assert.equal(
      (await api.call<{ name: string }>('GET', '/apis/wardle.example.com')).body.name,
      'wardle.example.com',
    );
    assert.deepEqual(JSON.parse(await textOf(await api.ask('GET', GROUP))), resources);
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const aggregated = JSON.parse(
      await textOf(await api.ask('GET', '/apis', undefined, { headers: { accept } })),
    ) as {
      items: { metadata: { name: string }; versions: { freshness: string; resources: object[] }[] }[];
    };
    const shown = aggregated.items.find(({ metadata }) => metadata.name === 'wardle.example.com');
    assert.deepEqual(shown?.versions, [
      {
        version: 'v1alpha1',
        resources: [
          {
            resource: 'flunders',
            responseKind: { group: 'wardle.example.com', version: 'v1alpha1', kind: 'Flunder' },
            scope: 'Namespaced',
            singularResource: 'flunder',
            verbs: ['get', 'list'],
            subresources: [
              {
                subresource: 'status',
                responseKind: { group: 'wardle.example.com', version: 'v1alpha1', kind: 'Flunder' },
                verbs: ['get'],
              },
            ],
          },
        ],
        freshness: 'Current',
      },
    ]);
    const index = JSON.parse(await textOf(await api.ask('GET', '/openapi/v3'))) as {
      paths: Record<string, object>;
    };
    assert.deepEqual(index.paths['apis/wardle.example.com/v1alpha1'], {
      serverRelativeURL: `/openapi/v3${GROUP}`,
    });
    await api.ask('GET', `/openapi/v3${GROUP}`);
    assert.equal(seen.at(-1)?.url, `/openapi/v3${GROUP}`);
    await api.call('DELETE', `${API}/v1alpha1.wardle.example.com`);
    assert.ok(
      !(await api.call<Groups>('GET', '/apis')).body.groups.some(({ name }) => name === 'wardle.example.com'),
    );
    assert.equal((await api.call('GET', FLUNDERS)).code, 404);
  });
});

/** Two ends of one connection. */
function pair(): readonly [Duplex, Duplex] {
  const ends: Duplex[] = [];
  const end = (other: () => Duplex | undefined): Duplex =>
    new Duplex({
      allowHalfOpen: true,
      read: () => undefined,
      write(chunk, _encoding, done) {
        other()?.push(chunk);
        done();
      },
      final(done) {
        other()?.push(null);
        done();
      },
    });
  const [a, b] = [end(() => ends[1]), end(() => ends[0])];
  ends.push(a, b);
  return [a, b];
}
