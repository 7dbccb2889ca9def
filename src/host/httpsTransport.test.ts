import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createCa, issueCertificate, type CertifiedKey } from './certificates.ts';
import { createHttpsTransport, type HttpsResponse, type HttpsTransport } from './httpsTransport.ts';

async function textOf(response: HttpsResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const get = (path: string, signal?: AbortSignal) => ({ method: 'GET', path, headers: {}, signal });

describe('createHttpsTransport', () => {
  let ca: CertifiedKey;
  let server: Http2SecureServer;
  let port: number;
  let transport: HttpsTransport;
  const sessions = new Set<ServerHttp2Session>();
  let connections = 0;

  before(async () => {
    ca = await createCa('test', Date.now());
    const { cert, key } = await issueCertificate(
      ca,
      { commonName: 'server', ipAddresses: ['127.0.0.1'], usage: 'server' },
      Date.now(),
    );
    server = createSecureServer({ cert, key });
    server.on('session', (session) => {
      connections += 1;
      sessions.add(session);
      session.once('close', () => sessions.delete(session));
      session.on('error', () => undefined);
    });
    server.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      const path = headers[':path'];
      if (path === '/prefix/echo') {
        stream.respond({ ':status': 201, 'x-method': headers[':method'] });
        stream.pipe(stream);
      } else if (path === '/prefix/endless') {
        stream.respond({ ':status': 200 });
        stream.write('begun');
      } else if (path === '/prefix/broken') {
        stream.respond({ ':status': 200 });
        stream.write('half', () => stream.session?.destroy());
      } else stream.respond({ ':status': 404 }, { endStream: true });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });

  after(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });

  beforeEach(() => {
    transport = createHttpsTransport({ server: `https://127.0.0.1:${port}/prefix/`, ca: ca.cert });
  });

  afterEach(() => transport.dispose());

  it('sends a body and gives status, headers and a body of megabytes', async () => {
    const body = Buffer.alloc(10_000_000, 'abcdefghij');
    const response = await transport.request({ method: 'POST', path: '/echo', headers: {}, body });
    assert.equal(response.status, 201);
    assert.equal(response.headers['x-method'], 'POST');
    assert.equal(await textOf(response), body.toString('utf8'));
  });

  it('uses one connection for many requests and a new one when it has gone', async () => {
    const before = connections;
    await Promise.all(Array.from({ length: 20 }, async () => textOf(await transport.request(get('/none')))));
    assert.equal(connections, before + 1);
    const closed = [...sessions].map((session) => once(session, 'close'));
    for (const session of sessions) session.close();
    await Promise.all(closed);
    assert.equal((await transport.request(get('/none'))).status, 404);
    assert.equal(connections, before + 2);
  });

  it('rejects a request with the reason of its signal, before and during the answer', async () => {
    const stop = new AbortController();
    const response = await transport.request(get('/endless', stop.signal));
    const read = textOf(response);
    stop.abort(new Error('enough'));
    await assert.rejects(read, /enough/);
    await assert.rejects(transport.request(get('/endless', stop.signal)), /enough/);
  });

  it('ends the request at the server when the body is left early', async () => {
    const response = await transport.request(get('/endless'));
    const [session] = sessions;
    for await (const chunk of response.body) {
      assert.equal(Buffer.from(chunk).toString('utf8'), 'begun');
      break;
    }
    // The connection itself is still good.
    assert.equal((await transport.request(get('/none'))).status, 404);
    assert.ok(sessions.has(session!));
  });

  it('keeps a body that is complete until somebody reads it', async () => {
    const body = Buffer.alloc(2000, 'x');
    const answers = Array.from({ length: 200 }, async () => {
      const response = await transport.request({ method: 'POST', path: '/echo', headers: {}, body });
      await transport.request(get('/none'));
      return (await textOf(response)).length;
    });
    assert.deepEqual(new Set(await Promise.all(answers)), new Set([2000]));
  });

  it('holds back a server whose answer nobody reads', async () => {
    const body = Buffer.alloc(8_000_000, 'x');
    const response = await transport.request({ method: 'POST', path: '/echo', headers: {}, body });
    let bytes = 0;
    for await (const chunk of response.body) {
      bytes += chunk.byteLength;
      if (bytes % 7 === 0) await transport.request(get('/none'));
    }
    assert.equal(bytes, body.byteLength);
  });

  it('rejects a body that the connection cuts off', async () => {
    const response = await transport.request(get('/broken'));
    await assert.rejects(textOf(response));
  });

  it('rejects a server whose certificate the authority has not signed', async () => {
    const other = await createCa('other', Date.now());
    const strict = createHttpsTransport({ server: `https://127.0.0.1:${port}`, ca: other.cert });
    await assert.rejects(strict.request(get('/none')), /certificate|signature/);
    strict.dispose();
  });

  it('rejects what waits on a peer that has fallen silent', async () => {
    // A relay that stops relaying: the TCP connection stays, nothing comes through.
    let silent = false;
    const sockets = new Set<Socket>();
    const relay = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.on('data', (chunk) => (silent ? undefined : to.write(chunk)));
        from.on('error', () => undefined);
        from.once('close', () => to.destroy());
      }
    });
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const { port: relayPort } = relay.address() as AddressInfo;
    const watchful = createHttpsTransport({
      server: `https://127.0.0.1:${relayPort}/prefix`,
      ca: ca.cert,
      idlePingMs: 50,
      pingTimeoutMs: 50,
    });
    try {
      const response = await watchful.request(get('/endless'));
      silent = true;
      await assert.rejects(textOf(response), /does not answer pings/);
    } finally {
      watchful.dispose();
      for (const socket of sockets) socket.destroy();
      relay.close();
    }
  });
});
