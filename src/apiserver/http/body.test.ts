import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { type HttpsApi, serveHttps } from '../../../test/harness/httpsApi.ts';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import { bearerTokens } from '../auth/authenticators/bearerToken.ts';
import { staticTokens } from '../auth/authenticators/staticTokens.ts';

const KIB = 1024;
const PATH = '/api/v1/namespaces/d/configmaps';

/** Bodies over HTTPS to a server at which alice and bob may write, and everybody else nothing. */
describe('bodies of requests', () => {
  let server: TestServer;
  let api: HttpsApi;
  let opened: TLSSocket[];

  beforeEach(async () => {
    opened = [];
    const users = new Map(['alice', 'bob'].map((name) => [name, { name, groups: ['people'] }]));
    server = await startTestServer({
      authenticators: [bearerTokens(staticTokens(users))],
      authorizer: {
        authorize: ({ groups }) => ({ allowed: groups.includes('people'), reason: '' }),
        rulesFor: () => [],
      },
    });
    api = await serveHttps(server.handler, {
      listener: { drainBytes: 64 * KIB, drainMs: 300, lingerMs: 100 },
      bodies: { perUser: 300 * KIB, total: 400 * KIB },
    });
  });
  afterEach(async () => {
    for (const socket of opened) socket.destroy();
    await api.close();
    await server.stop();
  });

  /** A connection with a POST of so many bytes announced, of which `sent` have been sent. */
  const begin = async (token: string, announced: number, sent = 0): Promise<TLSSocket> => {
    const socket = connect({ port: api.listener.port, host: '127.0.0.1', ca: api.ca.cert });
    socket.on('error', () => undefined);
    opened.push(socket);
    await once(socket, 'secureConnect');
    const credentials = token === '' ? '' : `authorization: Bearer ${token}\r\n`;
    const head = `POST ${PATH} HTTP/1.1\r\nhost: x\r\n${credentials}content-type: application/json\r\n`;
    socket.write(`${head}content-length: ${announced}\r\n\r\n`);
    if (sent > 0) await new Promise((resolve) => socket.write(Buffer.alloc(sent, ' '), resolve));
    return socket;
  };
  const codeOf = async (socket: TLSSocket): Promise<number> => {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    return Number(/^HTTP\/1.1 (\d+)/.exec(chunk.toString())?.[1]);
  };
  const closed = (socket: TLSSocket): Promise<void> =>
    new Promise((resolve) => {
      if (socket.closed) resolve();
      else socket.once('close', () => resolve());
    });
  const create = async (token: string, name: string): Promise<number> => {
    const body = JSON.stringify({ metadata: { name } });
    const socket = await begin(token, body.length);
    socket.write(body);
    return codeOf(socket);
  };

  it('are not waited for where the sender may not send them', async () => {
    assert.equal(await codeOf(await begin('', 2_000_000)), 403);
    assert.equal(await codeOf(await begin('mallory', 2_000_000)), 401);
    const session = connectHttp2(api.url, { ca: api.ca.cert });
    const stream = session.request({ ':path': PATH, ':method': 'POST' }, { endStream: false });
    const [headers] = (await once(stream, 'response')) as [{ ':status': number }];
    assert.equal(headers[':status'], 403);
    await text(stream);
    // Told to stop, although the body has no end yet.
    if (!stream.closed) await once(stream, 'close');
    assert.equal(stream.rstCode, 0);
    await new Promise<void>((resolve) => session.close(resolve));
  });

  it('that are too large by their own account are refused before they come', async () => {
    assert.equal(await codeOf(await begin('alice', 4_000_000)), 413);
  });

  it('of one user share a bound, and others and later requests have room', async () => {
    const slow = [await begin('alice', 250_000, 200_000), await begin('alice', 250_000, 200_000)];
    assert.equal(await Promise.race(slow.map(codeOf)), 429);
    assert.equal(await create('bob', 'b'), 201);
    for (const socket of slow) socket.destroy();
    await Promise.all(slow.map(closed));
    while ((await create('alice', 'a')) === 429) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await create('alice', 'a'), 409);
  });

  it('that come slowly hold nobody else up, however many there are', async () => {
    const session = connectHttp2(api.url, { ca: api.ca.cert });
    const headers = { ':path': PATH, ':method': 'POST', authorization: 'Bearer alice' };
    const slow = Array.from({ length: 250 }, () => session.request(headers, { endStream: false }));
    for (const stream of slow) stream.on('error', () => undefined).write('{');
    await new Promise<void>((resolve) => session.ping(() => resolve()));
    assert.equal(await create('bob', 'b'), 201);
    session.destroy();
  });

  it('are dropped within bounds after a refusal: then the connection goes, with the answer delivered', async () => {
    const socket = await begin('', 1_000_000_000);
    assert.equal(await codeOf(socket), 403);
    let sent = 0;
    const chunk = Buffer.alloc(64 * KIB);
    const send = (): void => {
      while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
    };
    socket.on('drain', send);
    send();
    await closed(socket);
    assert.ok(sent < 32 * KIB * KIB, `${sent} bytes`);
    // One that sends nothing more is not waited for either.
    const silent = await begin('', 1_000_000_000);
    assert.equal(await codeOf(silent), 403);
    await closed(silent);
  });

  it('that are short keep the connection after a refusal', async () => {
    const socket = await begin('', 10);
    assert.equal(await codeOf(socket), 403);
    socket.write('0123456789GET /version HTTP/1.1\r\nhost: x\r\n\r\n');
    assert.equal(await codeOf(socket), 403);
  });

  it('that end early are nobody’s failure', async () => {
    const socket = await begin('alice', 100, 50);
    socket.end();
    await closed(socket.resume());
    assert.equal(await create('bob', 'b'), 201);
  });
});
