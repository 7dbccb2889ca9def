import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import WebSocket from 'ws';
import type { KubeObject } from '../../api/meta.ts';
import type { ApiRequest, ApiResponse, WatchEvent } from '../../api/request.ts';
import type { CertifiedKey } from '../../host/certificates.ts';
import { type HttpsApi, serveHttps } from '../../../test/harness/httpsApi.ts';

describe('HTTPS adapter', () => {
  let api: HttpsApi;
  let agent: Agent;
  let answer: (request: ApiRequest) => ApiResponse;
  let seen: ApiRequest[];

  before(async () => {
    api = await serveHttps({
      async handle(request) {
        await request.receive?.({ name: 'alice', groups: [] });
        seen.push(request);
        return answer(request);
      },
    });
  });
  after(() => api.close());
  beforeEach(() => {
    seen = [];
    answer = () => ({ type: 'object', code: 200, object: { ok: true } });
    agent = new Agent({ ca: api.ca.cert });
  });
  afterEach(() => agent.destroy());

  const send = (
    method: string,
    path: string,
    options: { body?: string; headers?: Record<string, string>; agent?: Agent } = {},
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const request = httpsRequest(
        api.url + path,
        { method, agent: options.agent ?? agent, headers: options.headers ?? {} },
        resolve,
      );
      request.once('error', reject);
      request.end(options.body);
    });

  it('fills the request record from method, URL, headers and body', async () => {
    const response = await send('POST', '/api/v1/namespaces/d/pods?dryRun=All', {
      body: '{"kind":"Pod"}',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'kubectl/v1',
        tracestate: 'wheelhouse=7/me',
      },
    });
    assert.equal(response.statusCode, 200);
    assert.deepEqual(JSON.parse(await text(response)), { ok: true });
    const [request] = seen;
    assert.ok(request !== undefined);
    assert.equal(request.info.verb, 'create');
    assert.equal(request.info.namespace, 'd');
    assert.equal(request.query.get('dryRun'), 'All');
    assert.equal(request.headers['user-agent'], 'kubectl/v1');
    assert.deepEqual(request.cause, { actor: 'me', revision: 7 });
    assert.ok(request.body.type === 'bytes');
    assert.equal(Buffer.from(request.body.bytes).toString(), '{"kind":"Pod"}');
    assert.equal(request.certificate, undefined);
    assert.equal(request.user, undefined);
  });

  it('knows a client by its certificate, and refuses one of another CA', async () => {
    const known = await api.issue('alice', ['dev', 'ops']);
    const withCertificate = (pair: CertifiedKey): Agent => new Agent({ ca: api.ca.cert, ...pair });
    const alice = withCertificate(known);
    await text(await send('GET', '/version', { agent: alice }));
    assert.deepEqual(seen[0]?.certificate, { commonName: 'alice', organizations: ['dev', 'ops'] });
    alice.destroy();
    const other = await serveHttps({ handle: () => Promise.reject(new Error('not asked')) });
    const stranger = withCertificate(await other.issue('alice'));
    await other.close();
    const refused = await send('GET', '/version', { agent: stranger });
    assert.equal(refused.statusCode, 401);
    assert.equal((JSON.parse(await text(refused)) as { reason: string }).reason, 'Unauthorized');
    assert.equal(seen.length, 1);
    stranger.destroy();
  });

  it('speaks HTTP/2 on the same port', async () => {
    const session = connectHttp2(api.url, { ca: api.ca.cert });
    const stream = session.request({ ':path': '/api/v1/nodes/n1', ':method': 'GET' });
    assert.deepEqual(JSON.parse(await text(stream)), { ok: true });
    assert.equal(seen[0]?.info.name, 'n1');
    await new Promise<void>((resolve) => session.close(resolve));
  });

  it('concatenates the bytes of a list and escapes nothing twice', async () => {
    const entry = (name: string): { key: string; revision: number; object: never; bytes: Uint8Array } => ({
      key: name,
      revision: 1,
      object: undefined as never,
      bytes: Buffer.from(JSON.stringify({ metadata: { name } })),
    });
    answer = () => ({
      type: 'list',
      apiVersion: 'v1',
      kind: 'PodList',
      items: [entry('a'), entry('ü')],
      metadata: { resourceVersion: '7' },
    });
    const response = await send('GET', '/api/v1/pods');
    const body = await text(response);
    assert.equal(response.headers['content-length'], String(Buffer.byteLength(body)));
    assert.deepEqual(JSON.parse(body), {
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: { resourceVersion: '7' },
      items: [{ metadata: { name: 'a' } }, { metadata: { name: 'ü' } }],
    });
  });

  it('writes long lists in pieces that come out whole, over both protocols, several at once', async () => {
    const sizes = [
      0, 1, 1_000, 262_143, 262_144, 262_145, 700_000, 3, 50_000, 50_000, 50_000, 50_000, 50_000, 50_000,
    ];
    const items = sizes.map((size, at) => ({
      key: String(at),
      revision: 1,
      object: undefined as never,
      bytes: Buffer.from(JSON.stringify({ at, text: String(at % 10).repeat(size) })),
    }));
    answer = () => ({
      type: 'list',
      apiVersion: 'v1',
      kind: 'PodList',
      items,
      metadata: { resourceVersion: '7' },
    });
    const expected = items.map(({ bytes }) => JSON.parse(bytes.toString()) as unknown);
    const session = connectHttp2(api.url, { ca: api.ca.cert });
    const bodies = await Promise.all([
      ...[1, 2, 3].map(async () => text(await send('GET', '/api/v1/pods'))),
      ...[1, 2, 3].map(() => text(session.request({ ':path': '/api/v1/pods' }))),
    ]);
    for (const body of bodies) assert.deepEqual((JSON.parse(body) as { items: unknown }).items, expected);
    await new Promise<void>((resolve) => session.close(resolve));
  });

  it('writes watch lines as they come and ends the watch when the client goes', async () => {
    let ended = (): void => undefined;
    const over = new Promise<void>((resolve) => (ended = resolve));
    answer = ({ signal }) => ({
      type: 'watch',
      events: (async function* () {
        yield [{ type: 'ADDED' as const, object: { kind: 'Pod' } as never }];
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        ended();
      })(),
    });
    const response = await send('GET', '/api/v1/pods?watch=1');
    const [chunk] = (await response
      .iterator({ destroyOnReturn: false })
      .next()
      .then((r) => [r.value])) as [Buffer];
    assert.equal(chunk.toString(), '{"type":"ADDED","object":{"kind":"Pod"}}\n');
    response.destroy();
    await over;
  });

  it('refuses a body above 3 MiB with 413', async () => {
    const response = await send('POST', '/api/v1/namespaces/d/configmaps', {
      body: 'x'.repeat(3 * 1024 * 1024 + 1),
    });
    assert.equal(response.statusCode, 413);
    assert.equal((JSON.parse(await text(response)) as { reason: string }).reason, 'RequestEntityTooLarge');
  });

  it('sends warnings as headers', async () => {
    answer = () => ({ type: 'object', code: 200, object: {}, warnings: ['unknown field "spec.foo"'] });
    const response = await send('GET', '/api/v1/nodes/x');
    assert.equal(response.headers.warning, '299 - "unknown field \\"spec.foo\\""');
    await text(response);
  });

  it('tells a client that is held back when to come again', async () => {
    answer = () => ({ type: 'object', code: 429, object: { details: { retryAfterSeconds: 7 } } });
    const response = await send('GET', '/api/v1/nodes/x');
    assert.equal(response.headers['retry-after'], '7');
    await text(response);
  });

  it('hands an upgrade over with its first bytes, and answers a refusal in plain HTTP', async () => {
    const upgrade = { connection: 'Upgrade', upgrade: 'SPDY/3.1' };
    answer = () => ({
      type: 'upgrade',
      take: ({ socket, url, rawHeaders }) => {
        assert.ok(rawHeaders.includes('SPDY/3.1'));
        socket.end(
          `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n${url}`,
        );
      },
    });
    const bytes = await new Promise<string>((resolve, reject) => {
      const request = httpsRequest(`${api.url}/api/v1/namespaces/d/pods/p/exec?command=sh`, {
        agent,
        method: 'POST',
        headers: upgrade,
      });
      request.once('error', reject);
      request.once('upgrade', (_response, socket, head) => {
        void text(socket).then((rest) => resolve(head.toString() + rest));
      });
      request.end();
    });
    assert.equal(bytes, '/api/v1/namespaces/d/pods/p/exec?command=sh');

    answer = () => ({ type: 'object', code: 403, object: { reason: 'Forbidden' } });
    const refused = await send('POST', '/api/v1/namespaces/d/pods/p/exec', { headers: upgrade });
    assert.equal(refused.statusCode, 403);
    assert.deepEqual(JSON.parse(await text(refused)), { reason: 'Forbidden' });
  });

  describe('to a WebSocket', () => {
    /** All messages, with the code of the close behind them. */
    const messages = (path: string, ...protocols: string[]): Promise<(string | number)[]> =>
      new Promise((resolve, reject) => {
        const client = new WebSocket(api.url.replace('https', 'wss') + path, protocols, { ca: api.ca.cert });
        const received: (string | number)[] = [client.protocol];
        client.on('open', () => (received[0] = client.protocol));
        client.on('message', (data: Buffer, isBinary) =>
          received.push(`${isBinary ? 'binary' : 'text'} ${data.toString()}`),
        );
        client.on('error', reject);
        client.on('close', (code) => resolve([...received, code]));
      });
    const pieces = async function* (...texts: string[]): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      for (const piece of texts) yield Buffer.from(piece);
    };
    const logOf = (body: AsyncIterable<Uint8Array>): (() => ApiResponse) => {
      return () => ({ type: 'raw', code: 200, headers: { 'content-type': 'text/plain' }, body });
    };

    for (const [protocols, expected] of [
      [[], ['', 'binary one', 'binary two']],
      [['binary.k8s.io'], ['binary.k8s.io', 'binary one', 'binary two']],
      [['base64.binary.k8s.io'], ['base64.binary.k8s.io', 'text b25l', 'text dHdv']],
      [
        ['base64url.bearer.authorization.k8s.io.c2VjcmV0', 'binary.k8s.io'],
        ['binary.k8s.io', 'binary one', 'binary two'],
      ],
    ] as const) {
      it(`sends a log's pieces over [${protocols.join()}] and closes behind the last`, async () => {
        answer = logOf(pieces('one', 'two'));
        assert.deepEqual(await messages('/api/v1/namespaces/d/pods/p/log', ...protocols), [
          ...expected,
          1000,
        ]);
      });
    }

    it('tells a log that broke off from one that ended', async () => {
      answer = logOf(
        (async function* () {
          yield* pieces('one');
          throw new Error('the node has gone');
        })(),
      );
      assert.deepEqual(await messages('/api/v1/namespaces/d/pods/p/log'), ['', 'binary one', 1011]);
    });

    it('sends each event of a watch as a text', async () => {
      const event = (name: string): WatchEvent => ({
        type: 'ADDED',
        object: { metadata: { name } } as KubeObject,
      });
      answer = () => ({
        type: 'watch',
        events: (async function* () {
          await Promise.resolve();
          yield [event('a'), event('b')];
        })(),
      });
      assert.deepEqual(await messages('/api/v1/nodes?watch=1'), [
        '',
        ...['a', 'b'].map((name) => `text {"type":"ADDED","object":{"metadata":{"name":"${name}"}}}\n`),
        1000,
      ]);
    });

    it('refuses in plain HTTP what is no answer for it', async () => {
      answer = () => ({ type: 'object', code: 404, object: { reason: 'NotFound' } });
      await assert.rejects(messages('/api/v1/namespaces/d/pods/p/log'), /404/);
    });
  });
});

describe('HTTPS listener', () => {
  it('names address and port where it cannot listen', async () => {
    const first = await serveHttps({ handle: () => Promise.reject(new Error('not asked')) });
    const { startHttpsListener } = await import('../../host/httpsListener.ts');
    const pair = await first.issue('x');
    await assert.rejects(
      startHttpsListener({
        addresses: ['127.0.0.1'],
        port: first.listener.port,
        tls: { ...pair, clientCa: first.ca.cert },
        request: () => undefined,
        upgrade: () => undefined,
      }),
      {
        message: `cannot listen on 127.0.0.1:${first.listener.port}: the port is in use by another program: stop that one (a new cluster can have another port)`,
      },
    );
    await first.close();
  });
});
