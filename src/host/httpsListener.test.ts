import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type HttpsApi, serveHttps } from '../../test/harness/httpsApi.ts';

const SHORT_MS = 200;

/** Connections that cost the server something and never say who is there. */
describe('HTTPS listener', () => {
  let api: HttpsApi;
  /** Every connection that a test opens, as it is until the test ends it. */
  let opened: (Socket | ClientHttp2Session)[];

  beforeEach(() => {
    opened = [];
  });
  afterEach(async () => {
    for (const connection of opened) connection.destroy();
    await api.close();
  });

  const serve = async (limits: Parameters<typeof serveHttps>[1] = {}): Promise<void> => {
    api = await serveHttps(
      {
        handle(request) {
          if (request.headers.authorization !== undefined) request.identified?.();
          if (request.info.verb !== 'watch')
            return Promise.resolve({ type: 'object', code: 401, object: {} });
          const events = (async function* () {
            await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
            yield [];
          })();
          return Promise.resolve({ type: 'watch', events });
        },
      },
      limits,
    );
  };
  const tcp = (): Socket => {
    const socket = connectTcp(api.listener.port, '127.0.0.1');
    socket.on('error', () => undefined);
    opened.push(socket);
    return socket;
  };
  const tls = async (more: object = {}): Promise<TLSSocket> => {
    const socket = connectTls({ port: api.listener.port, host: '127.0.0.1', ca: api.ca.cert, ...more });
    socket.on('error', () => undefined);
    opened.push(socket);
    await once(socket, 'secureConnect');
    return socket;
  };
  const http2 = async (): Promise<ClientHttp2Session> => {
    const session = connectHttp2(api.url, { ca: api.ca.cert });
    session.on('error', () => undefined);
    opened.push(session);
    await once(session, 'connect');
    return session;
  };
  const ended = async (socket: Socket | ClientHttp2Session): Promise<number> => {
    const begun = performance.now();
    if ('resume' in socket) socket.resume();
    if (!socket.destroyed) await once(socket, 'close');
    return performance.now() - begun;
  };
  const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n${headers}\r\n`;
  const answerOf = async (socket: TLSSocket): Promise<string> => String(await once(socket, 'data'));

  it('closes connections that never speak: of TCP, TLS, HTTP/2, and with half a head', async () => {
    await serve({ listener: { firstRequestMs: SHORT_MS } });
    const half = await tls();
    half.write('GET / HTTP/1.1\r\nhost:');
    const silent = [tcp(), await tls(), await tls({ ALPNProtocols: ['h2'] }), await http2(), half];
    for (const took of await Promise.all(silent.map(ended))) assert.ok(took < 10 * SHORT_MS, String(took));
  });

  it('lets a connection be quiet once it has asked something, and one with a certificate at once', async () => {
    await serve({ listener: { firstRequestMs: SHORT_MS } });
    const asked = await tls();
    asked.write(get('/version'));
    assert.match(await answerOf(asked), /^HTTP\/1.1 401/);
    const pair = await api.issue('alice');
    const certified = await tls(pair);
    await new Promise((resolve) => setTimeout(resolve, 3 * SHORT_MS));
    for (const socket of [asked, certified]) {
      socket.write(get('/again'));
      assert.match(await answerOf(socket), /^HTTP\/1.1 401/);
    }
  });

  it('gives up the oldest stranger for a new one, and nobody who has shown who he is', async () => {
    await serve({ listener: { maxStrangers: 3 } });
    const known = await tls();
    known.write(get('/version', 'authorization: Bearer x\r\n'));
    await answerOf(known);
    const certified = await tls(await api.issue('alice'));
    const strangers: TLSSocket[] = [];
    for (let count = 0; count < 5; count += 1) strangers.push(await tls());
    await Promise.all(strangers.slice(0, 2).map(ended));
    for (const socket of [known, certified, ...strangers.slice(2)]) {
      socket.write(get('/version'));
      assert.match(await answerOf(socket), /^HTTP\/1.1 401/);
    }
  });

  it('takes nobody for known who takes up a session without a certificate', async () => {
    await serve({ listener: { maxStrangers: 1 } });
    const first = await tls();
    const session = await new Promise<Buffer>((resolve) => first.once('session', resolve));
    const again = await tls({ session });
    assert.ok(again.isSessionReused());
    await ended(first);
    await tls();
    await ended(again);
  });

  it('takes no more connections than it may have', async () => {
    await serve({ listener: { maxConnections: 2 } });
    const first = [await tls(), await tls()];
    await ended(tcp());
    first[0]!.destroy();
    await ended(first[0]!);
    first[1]!.write(get('/version'));
    assert.match(await answerOf(first[1]!), /^HTTP\/1.1 401/);
    (await tls()).write(get('/version'));
  });

  it('ends an HTTP/2 connection without a request, and keeps one with a quiet watch', async () => {
    await serve({ listener: { idleMs: SHORT_MS } });
    const [idle, watching] = [await http2(), await http2()];
    await text(idle.request({ ':path': '/version' }));
    const watch = watching.request({ ':path': '/api/v1/pods?watch=1' });
    watch.on('error', () => undefined);
    await once(watch, 'response');
    await ended(idle);
    await new Promise((resolve) => setTimeout(resolve, 3 * SHORT_MS));
    assert.ok(!watching.closed && !watch.closed);
  });
});
