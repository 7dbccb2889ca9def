import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const COOKIE = 'wheelhouse-editor';
/** What somebody without the token is told. */
const STRANGER = 'Open the address that was printed when the editor was started: it holds a token.\n';

/** The only way to an editor that is served to a browser. */
export interface EditorGate {
  readonly port: number;
  /** As browsers and the editor see it. */
  readonly origin: string;
  /** Lets in, and opens a folder: that of `start`, or another. It holds the token: it must not reach a log. */
  address(folder?: string): string;
  close(): Promise<void>;
}

/**
 * Listens on loopback before an editor that answers on a Unix socket, which is its owner's alone. Other users of this
 * machine and pages of other sites reach the port too, so that each request and each WebSocket is checked:
 *
 * - `Host` is this gate's own: a name that somebody points at 127.0.0.1 (DNS rebinding) is refused;
 * - `Origin`, and what browsers say in `Sec-Fetch-Site`, is this gate's own: other pages may not ask through a browser
 *   that is let in, nor frame it;
 * - who has the token of the printed address is given a cookie, and who has the cookie is let in. It is for one path
 *   that nobody can guess: browsers send cookies to every port of a host, and so to other users' servers.
 *
 * Token, cookie and path are new at every start: a port may have had another listener meanwhile, who was sent them.
 */
export async function openGate(options: {
  readonly socket: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** What is opened unless an address says otherwise: a folder, and a file that is shown. */
  readonly start?: { readonly folder: string; readonly file: string };
}): Promise<EditorGate> {
  const [token, session, path] = [secret(), secret(), secret()];
  const base = `/${path}/`;
  const connections = new Set<Duplex>();
  let hosts: readonly string[] = [];

  /** The path that the editor is asked for; a number is the status of a refusal. */
  const admit = ({ url = '', headers }: IncomingMessage): string | number => {
    const { host = '', origin } = headers;
    if (!hosts.includes(host)) return 421;
    if (origin !== undefined && origin !== `http://${host}`) return 403;
    if (!fromOwnPage(headers)) return 403;
    if (!url.startsWith(base) || !same(cookieOf(headers.cookie), session)) return 401;
    return url.slice(base.length - 1);
  };

  const server = createServer((incoming, response) => {
    const admitted = admit(incoming);
    if (typeof admitted === 'string') {
      forward(incoming, response, { socketPath: options.socket, path: admitted });
      return;
    }
    const query = admitted === 401 ? queryOf(incoming) : undefined;
    if (query === undefined || !same(query.get('token') ?? '', token)) {
      refuse(response, admitted);
      return;
    }
    query.delete('token');
    if (query.size === 0 && options.start !== undefined) openAtStart(query, options.start, incoming);
    response.writeHead(302, {
      ...PRIVATE,
      location: `${base}?${query.toString()}`,
      'set-cookie': `${COOKIE}=${session}; Path=${base}; HttpOnly; SameSite=Strict`,
    });
    response.end();
  });
  server.on('connection', (socket) => track(connections, socket));
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const admitted = admit(incoming);
    // Browsers name the page that opens a WebSocket, always.
    if (typeof admitted === 'number' || incoming.headers.origin === undefined) {
      const status = typeof admitted === 'number' ? admitted : 403;
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(options.socket);
    track(connections, upstream);
    upstream.on('error', () => socket.destroy());
    upstream.on('close', () => socket.destroy());
    // A WebSocket is never closed by half.
    socket.on('end', () => upstream.destroySoon());
    socket.on('close', () => upstream.destroy());
    upstream.write(headText(incoming, admitted));
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : options.port;
  hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const origin = `http://127.0.0.1:${port}`;
  return {
    port,
    origin,
    address: (folder) =>
      `${origin}/?token=${token}${folder === undefined ? '' : `&folder=${encodeURIComponent(folder)}`}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of connections) connection.destroy();
      }),
  };
}

/** Whether a gate of this kind listens on a port of loopback. */
export function isGate(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, agent: false, timeout: 1_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(0, 1_000)));
      response.once('close', () => resolve(text === STRANGER));
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(false));
    asked.end();
  });
}

/** No cache keeps the answer, and no other site is told the address. */
const PRIVATE = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  target: { readonly socketPath: string; readonly path: string },
): void {
  const upstream = request({ ...target, method: incoming.method, headers: inner(incoming) }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  upstream.on('error', () => {
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
  response.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...PRIVATE, 'content-type': 'text/plain; charset=utf-8' });
  response.end(
    status === 401 ? STRANGER : 'Refused: the request comes from another page or for another name.\n',
  );
}

/** Browsers say where a request comes from. A link that a person follows to a page may be anywhere. */
function fromOwnPage(headers: IncomingMessage['headers']): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

/** As the workbench reads it from its own address. */
function openAtStart(
  query: URLSearchParams,
  { folder, file }: { readonly folder: string; readonly file: string },
  { headers }: IncomingMessage,
): void {
  query.set('folder', folder);
  query.set('payload', JSON.stringify([['openFile', `vscode-remote://${headers.host ?? ''}${file}`]]));
}

function queryOf({ method, url = '' }: IncomingMessage): URLSearchParams | undefined {
  return method === 'GET' && url.startsWith('/?') ? new URLSearchParams(url.slice(2)) : undefined;
}

function cookieOf(header = ''): string {
  const prefix = `${COOKIE}=`;
  const found = header.split('; ').find((pair) => pair.startsWith(prefix));
  return found?.slice(prefix.length) ?? '';
}

/** The headers that the editor gets: it needs no secret of the gate, and hears of no other proxy. */
function inner({ headers }: IncomingMessage): IncomingMessage['headers'] {
  const others = (headers.cookie ?? '').split('; ').filter((pair) => !pair.startsWith(`${COOKIE}=`));
  const kept = Object.entries(headers).filter(([name]) => !/^(x-forwarded-.*|forwarded|cookie)$/.test(name));
  const cookie = others.join('; ');
  return { ...Object.fromEntries(kept), ...(cookie === '' ? {} : { cookie }) };
}

function headText(incoming: IncomingMessage, path: string): string {
  const lines = Object.entries(inner(incoming)).map(([name, value]) => `${name}: ${String(value)}`);
  return [`${incoming.method ?? 'GET'} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}

/** In the same time for all texts. */
function same(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function track(all: Set<Duplex>, one: Duplex): void {
  all.add(one);
  one.once('close', () => all.delete(one));
}
