import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { createDeferred } from '../../src/base/deferred.ts';
import { FakeClock, systemClock } from '../../src/base/clock.ts';
import { type LogFields, silentLogger } from '../../src/base/logger.ts';
import { systemRandom } from '../../src/base/random.ts';
import { isReason } from '../../src/api/status.ts';
import { runLink, type AgentHandlers, type LinkOptions } from '../../src/agent/link/link.ts';
import { localLink } from '../../src/agent/link/localLink.ts';
import type { CertifiedKey } from '../../src/host/certificates.ts';
import { createNodeDialer } from '../../src/nodes/dialer.ts';
import { startNodeServer, type NodeServer } from '../harness/nodeServer.ts';

const never = new AbortController().signal;

describe('node link', () => {
  let server: NodeServer;
  let certificate: CertifiedKey;
  let stop: AbortController;
  let running: Promise<void>[];
  let handlers: AgentHandlers;
  let renewals: number;

  beforeEach(async () => {
    server = await startNodeServer();
    certificate = await server.certify('n1');
    await server.tokens.issue('n1');
    stop = new AbortController();
    running = [];
    renewals = 0;
    handlers = {
      handle: (request, response) => {
        response.writeHead(200, { 'x-path': request.url });
        request.pipe(response);
      },
      upgrade: (path, tunnel) => {
        tunnel.write(`${path}\n`);
        tunnel.pipe(tunnel);
      },
    };
  });

  afterEach(async () => {
    stop.abort();
    await Promise.all(running);
    await server.stop();
  });

  const link = (agentDigest?: string, signal = stop.signal, more: Partial<LinkOptions> = {}): void => {
    const options = {
      target: () => Promise.resolve({ server: server.url, ca: server.ca.cert, ...certificate }),
      handlers: {
        handle: (...args: Parameters<AgentHandlers['handle']>) => handlers.handle(...args),
        upgrade: (...args: Parameters<AgentHandlers['upgrade']>) => handlers.upgrade(...args),
      },
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      agentDigest,
      onRenew: () => {
        renewals++;
        stop.abort();
      },
      ...more,
    };
    running.push(runLink(options, signal));
  };
  const connected = async (): Promise<void> => {
    if (server.hub.session('n1') !== undefined) return;
    const arrived = createDeferred<undefined>();
    const subscription = server.hub.onConnected(() => arrived.resolve(undefined));
    await arrived.promise;
    subscription.dispose();
  };
  const dial = () => createNodeDialer(server.hub);

  it('request() carries method, path, headers and a body both ways', async () => {
    link();
    await connected();
    const parts = [Buffer.alloc(300_000, 1), Buffer.alloc(3, 2), Buffer.alloc(2_000_000, 3)];
    async function* body(): AsyncGenerator<Uint8Array> {
      for (const part of parts) yield await Promise.resolve(part);
    }
    const answer = await dial().request('n1', {
      method: 'POST',
      path: '/p?q=1',
      body: body(),
      signal: never,
    });
    assert.equal(answer.code, 200);
    assert.equal(answer.headers['x-path'], '/p?q=1');
    assert.ok(Buffer.concat(parts).equals(await collect(answer.body)));
  });

  it('request() rejects with ServiceUnavailable that names a node which is not connected', async () => {
    await assert.rejects(
      dial().request('n9', { method: 'GET', path: '/', signal: never }),
      (error) => isReason(error, 'ServiceUnavailable') && error.message.includes('"n9"'),
    );
  });

  it('request() waits for a node that is about to dial in, and no longer than it may', async () => {
    const clock = new FakeClock();
    const patient = createNodeDialer(server.hub, { clock, ms: 1000 });
    const answer = patient.request('n1', { method: 'GET', path: '/', signal: never });
    link();
    assert.equal((await answer).code, 200);

    const lost = patient.request('n9', { method: 'GET', path: '/', signal: never });
    await Promise.all([
      assert.rejects(lost, (error) => isReason(error, 'ServiceUnavailable')),
      clock.advance(1000),
    ]);
    assert.equal(clock.pending, 0);
  });

  it('request() that is aborted ends the request on the node too', async () => {
    link();
    await connected();
    const begun = createDeferred<undefined>();
    const ended = createDeferred<undefined>();
    handlers = {
      ...handlers,
      handle: (request, response) => {
        response.writeHead(200);
        response.write('first');
        request.stream.once('close', () => ended.resolve(undefined));
        begun.resolve(undefined);
      },
    };
    const abort = new AbortController();
    const answer = await dial().request('n1', { method: 'GET', path: '/', signal: abort.signal });
    await begun.promise;
    const reading = collect(answer.body);
    abort.abort();
    await assert.rejects(reading);
    await ended.promise;
  });

  it('a slow reader of one stream does not hold up another', async () => {
    link();
    await connected();
    handlers = {
      ...handlers,
      handle: (request, response) => {
        const chunk = Buffer.alloc(64 * 1024);
        if (request.url === '/small') response.end('ok');
        else {
          const flow = (): void => {
            while (response.write(chunk));
            response.once('drain', flow);
          };
          flow();
        }
      },
    };
    const abort = new AbortController();
    const stuck = await Promise.all(
      Array.from({ length: 40 }, () =>
        dial().request('n1', { method: 'GET', path: '/endless', signal: abort.signal }),
      ),
    );
    const small = await dial().request('n1', { method: 'GET', path: '/small', signal: never });
    assert.equal((await collect(small.body)).toString(), 'ok');
    abort.abort();
    await Promise.all(stuck.map(({ body }) => assert.rejects(collect(body))));
  });

  it('upgrade() opens a raw tunnel to the path', async () => {
    link();
    await connected();
    const tunnel = await dial().upgrade('n1', '/exec/ns/pod/c?command=sh', never);
    tunnel.end('GET / HTTP/1.1\r\n\r\n\0\xff');
    assert.equal(
      (await collect(tunnel)).toString(),
      '/exec/ns/pod/c?command=sh\nGET / HTTP/1.1\r\n\r\n\0\xff',
    );
  });

  it('connect() opens a TCP connection that may be half closed', async () => {
    link();
    await connected();
    const { target, port, close } = await tcpServer((socket) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      // Answers only after the other side has ended.
      socket.on('end', () => socket.end(`got ${Buffer.concat(chunks).toString()}`));
    });
    const tunnel = await dial().connect('n1', '127.0.0.1', port, never);
    tunnel.end('question');
    assert.equal((await collect(tunnel)).toString(), 'got question');
    assert.ok(target.listening);
    await close();
  });

  it('connect() rejects with what the node was told where nobody listens', async () => {
    link();
    await connected();
    const { port, close } = await tcpServer(() => undefined);
    await close();
    await assert.rejects(
      dial().connect('n1', '127.0.0.1', port, never),
      (error) =>
        isReason(error, 'ServiceUnavailable') &&
        error.message === `dial tcp 127.0.0.1:${port}: connect: connection refused`,
    );
  });

  it('connect() takes addresses and looks up no names', async () => {
    link();
    await connected();
    for (const host of ['localhost', '0x7f.1', '2130706433', 'fe80::1%lo']) {
      await assert.rejects(
        dial().connect('n1', host, 1, never),
        (error) =>
          isReason(error, 'ServiceUnavailable') && error.message === `dial tcp: lookup ${host}: no such host`,
        host,
      );
    }
  });

  it('a newer connection of the same node takes over, without a disconnect being told', async () => {
    const first = new AbortController();
    link(undefined, first.signal);
    await connected();
    const before = server.hub.session('n1');
    let disconnects = 0;
    server.hub.onDisconnected(() => disconnects++);
    link();
    await before?.closed;
    first.abort();
    const answer = await dial().request('n1', { method: 'GET', path: '/', signal: never });
    await collect(answer.body);
    assert.notEqual(server.hub.session('n1'), before);
    assert.equal(disconnects, 0);
  });

  it('is made again after the control plane went away and came back', async () => {
    link();
    await connected();
    const { ca, tokens, url } = server;
    await server.stop();
    server = await startNodeServer({ ca, tokens, port: Number(new URL(url).port) });
    await connected();
    const answer = await dial().request('n1', { method: 'GET', path: '/again', signal: never });
    assert.equal(answer.headers['x-path'], '/again');
    await collect(answer.body);
  });

  it('what runs over a link that breaks off fails, and the hub tells', async () => {
    link();
    await connected();
    handlers = { ...handlers, handle: (_, response) => void response.writeHead(200) };
    const gone = createDeferred<string>();
    server.hub.onDisconnected((node) => gone.resolve(node));
    handlers = {
      ...handlers,
      handle: (_, response) => {
        response.writeHead(200);
        response.write('begun');
      },
    };
    const answer = await dial().request('n1', { method: 'GET', path: '/', signal: never });
    server.hub.session('n1')?.close();
    await assert.rejects(collect(answer.body));
    assert.equal(await gone.promise, 'n1');
  });

  it('an agent of another digest is told to renew itself, and not linked', async () => {
    link('sha256:old');
    await Promise.all(running);
    assert.equal(renewals, 1);
    assert.deepEqual(server.hub.nodes(), []);
  });

  it('attach() links an agent of the same process, opened when first used and again after its end', async () => {
    const local = localLink(handlers);
    const attachment = server.hub.attach('n2', () => local.open());
    const ask = async (): Promise<string | undefined> => {
      const answer = await dial().request('n2', { method: 'GET', path: '/near', signal: never });
      await collect(answer.body);
      return answer.headers['x-path'];
    };
    assert.equal(await ask(), '/near');
    const first = server.hub.session('n2');
    first?.close();
    await first?.closed;
    assert.equal(await ask(), '/near');
    assert.deepEqual(server.hub.nodes(), []);
    attachment.dispose();
    assert.equal(server.hub.session('n2'), undefined);
    local.dispose();
  });

  it('a node that is no part of the cluster any more is not linked, whatever its certificate', async () => {
    await server.tokens.revoke('n1');
    const refused = createDeferred<unknown>();
    const logger = {
      ...silentLogger,
      warn: (_message: string, fields: LogFields = {}) => refused.resolve(fields['error']),
    };
    link(undefined, stop.signal, { logger });
    assert.match(String(await refused.promise), /answered 403/);
    assert.deepEqual(server.hub.nodes(), []);
    await server.tokens.issue('n1');
    await connected();
  });

  it('an agent of the right digest is linked', async () => {
    link(server.digest);
    await connected();
    assert.deepEqual(server.hub.nodes(), ['n1']);
  });
});

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function tcpServer(
  serve: (socket: Duplex) => void,
): Promise<{ target: Server; port: number; close: () => Promise<unknown> }> {
  const target = createServer({ allowHalfOpen: true }, serve).listen(0, '127.0.0.1');
  await once(target, 'listening');
  const { port } = target.address() as AddressInfo;
  return {
    target,
    port,
    close: () => {
      const closed = once(target, 'close');
      target.close();
      return closed;
    },
  };
}
