import assert from 'node:assert/strict';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { isGate } from '../../scripts/vscode/gate.ts';
import { startVsCodeServer, type VsCodeServer } from '../../scripts/vscode/server.ts';
import { launchBrowser } from '../harness/vscode/browser.ts';

const folder = path.resolve(import.meta.dirname, '../../resources/sample');
/** What the editor answers with a file of this machine. */
const READ_A_FILE = 'vscode-remote-resource?path=%2Fetc%2Fpasswd';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function answer({ statusCode = 0, headers }: IncomingMessage, body: string): Answer {
  return { status: statusCode, headers, body };
}

describe('the editor that is served to a browser', function () {
  this.timeout(60_000);
  let server: VsCodeServer;
  /** As the browser of a user with the printed address holds them. */
  let cookie: string;
  let base: string;

  before(async () => {
    server = await startVsCodeServer();
    const { status, headers } = await ask(server.address(folder).slice(server.origin.length));
    assert.equal(status, 302);
    const [setCookie = ''] = headers['set-cookie'] ?? [];
    cookie = setCookie.split(';')[0]!;
    base = /Path=([^;]+)/.exec(setCookie)![1]!;
  });
  after(() => server.stop());

  function ask(target: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const call = request({
        host: '127.0.0.1',
        port: server.port,
        path: target,
        method,
        headers,
        agent: false,
      });
      call.on('error', reject);
      call.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(answer(response, Buffer.concat(chunks).toString())));
      });
      call.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(answer(response, ''));
      });
      call.end();
    });
  }

  const webSocket = (target: string, headers: OutgoingHttpHeaders): Promise<Answer> =>
    ask(target, {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      ...headers,
    });
  const socketPath = (): string =>
    `${base}stable-x?reconnectionToken=a&reconnection=false&skipWebSocketFrames=false`;

  it('is opened by the printed address, which becomes a cookie of this site for one path', async () => {
    const { headers } = await ask(server.address(folder).slice(server.origin.length));
    assert.match(
      String(headers['set-cookie']),
      /^wheelhouse-editor=[\w-]{32}; Path=\/[\w-]{32}\/; HttpOnly; SameSite=Strict$/,
    );
    assert.equal(headers['location'], `${base}?folder=${encodeURIComponent(folder)}`);
    assert.equal(headers['referrer-policy'], 'no-referrer');
    const page = await ask(headers['location'], { cookie });
    assert.equal(page.status, 200);
    assert.match(page.body, /vscode-workbench-web-configuration/);
  });

  it('keeps asking whether a folder is trusted', async () => {
    const { body } = await ask(base, { cookie });
    const settings = /id="vscode-workbench-web-configuration" data-settings="([^"]*)"/.exec(body)![1]!;
    const { enableWorkspaceTrust } = JSON.parse(settings.replaceAll('&quot;', '"')) as Record<
      string,
      unknown
    >;
    assert.equal(enableWorkspaceTrust, true);
  });

  it('lets nobody in who has no token, and none in with a wrong one', async () => {
    for (const target of [
      '/',
      '/?token=',
      `/?token=${'A'.repeat(32)}`,
      `/${READ_A_FILE}`,
      base,
      base + READ_A_FILE,
    ]) {
      const { status, headers, body } = await ask(target);
      assert.equal(status, 401, target);
      assert.equal(headers['set-cookie'], undefined);
      assert.doesNotMatch(body, /root:/);
    }
    assert.equal((await ask(base, { cookie: `wheelhouse-editor=${'A'.repeat(32)}` })).status, 401);
    assert.equal((await ask(server.address(folder).slice(server.origin.length), {}, 'POST')).status, 401);
    assert.equal((await webSocket(socketPath(), { origin: server.origin })).status, 401);
  });

  it('is known as such by who looks for a port of its own, without a token', async () => {
    assert.equal(await isGate(server.port), true);
    const other = createServer((_request, response) => response.end('another program'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    assert.equal(await isGate(port), false);
    await new Promise((resolve) => other.close(resolve));
    assert.equal(await isGate(port), false);
  });

  it('is on no path but the one of the cookie, with the cookie too', async () => {
    for (const target of ['/', `/${READ_A_FILE}`, '/login', '/healthz', '/proxy/22/'])
      assert.equal((await ask(target, { cookie })).status, 401, target);
  });

  it('answers no name that somebody else points at this machine', async () => {
    const { port } = server;
    const names = [
      'evil.example',
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      '127.0.0.1',
      'localhost:1',
    ];
    for (const host of names) {
      assert.equal((await ask(base, { cookie, host })).status, 421, host);
      const origin = `http://${host}`;
      assert.equal((await webSocket(socketPath(), { cookie, host, origin })).status, 421, host);
    }
    assert.equal((await ask(base, { cookie, host: `localhost:${port}` })).status, 200);
    assert.equal(
      (await ask(base, { cookie, host: 'evil.example', 'x-forwarded-host': `127.0.0.1:${port}` })).status,
      421,
    );
  });

  it('answers no page of another origin, though the browser would send the cookie', async () => {
    const { port } = server;
    const origins = [
      'http://evil.example',
      'null',
      'http://127.0.0.1:1',
      `https://127.0.0.1:${port}`,
      `http://localhost:${port}`,
    ];
    for (const origin of origins) {
      assert.equal((await ask(base + READ_A_FILE, { cookie, origin })).status, 403, origin);
      assert.equal((await ask(base, { cookie, origin }, 'POST')).status, 403, origin);
      assert.equal((await webSocket(socketPath(), { cookie, origin })).status, 403, origin);
    }
    const subresource = {
      'sec-fetch-site': 'same-site',
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-dest': 'script',
    };
    assert.equal((await ask(base, { cookie, ...subresource })).status, 403);
    const frame = { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };
    assert.equal((await ask(base, { cookie, ...frame })).status, 403);
  });

  it('opens a WebSocket for its own page alone', async () => {
    assert.equal((await webSocket(socketPath(), { cookie })).status, 403);
    assert.equal((await webSocket(socketPath(), { cookie, origin: server.origin })).status, 101);
  });

  it('tells its log no secret', () => {
    const secrets = [cookie.split('=')[1]!, new URL(server.address(folder)).searchParams.get('token')!];
    for (const secret of secrets) assert.ok(!server.log().includes(secret));
  });

  it('listens on no port but the gate’s: its socket and its data are the user’s alone', async () => {
    const socket = /server listening on (\/\S+)/.exec(server.log())![1]!;
    assert.equal((await stat(socket)).mode & 0o777, 0o600);
    assert.equal((await stat(path.dirname(socket))).mode & 0o777, 0o700);
    assert.equal((await stat(server.dataFolder)).mode & 0o777, 0o700);
  });

  it('gives a page on another port of this machine neither its cookie nor itself', async () => {
    const seen: string[] = [];
    const attacker = createServer((incoming, response) => {
      seen.push(`${incoming.url ?? ''} ${incoming.headers.cookie ?? ''}`);
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<title>attack</title>');
    }).listen(0, '127.0.0.1');
    await once(attacker, 'listening');
    const browser = await launchBrowser();
    try {
      const context = await browser.newContext();
      const victim = await context.newPage();
      await victim.goto(server.address(folder));
      await victim.locator('.monaco-workbench').waitFor();
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${(attacker.address() as AddressInfo).port}/`);
      const editor = server.origin + base;
      const outcome = await page.evaluate(async (target) => {
        const script = globalThis as unknown as {
          fetch: typeof fetch;
          WebSocket: typeof WebSocket;
        };
        const read = await script
          .fetch(target, { credentials: 'include' })
          .then((answer) => `read ${answer.status}`)
          .catch(() => 'refused');
        const opened = await new Promise<string>((resolve) => {
          const socket = new script.WebSocket(target.replace('http', 'ws'));
          socket.onopen = () => resolve('opened');
          socket.onerror = () => resolve('refused');
        });
        return { read, opened };
      }, editor);
      assert.deepEqual(outcome, { read: 'refused', opened: 'refused' });
      const framed = page.waitForResponse((response) => response.url() === editor);
      await page.setContent(`<iframe src="${editor}"></iframe>`);
      assert.equal((await framed).status(), 403);
      assert.deepEqual(
        seen.filter((line) => line.includes('wheelhouse-editor')),
        [],
      );
    } finally {
      await browser.close();
      attacker.close();
    }
  });
});
