import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PodManager } from '../pods/podManager.ts';
import type { RuntimeView } from '../pods/runtimeView.ts';
import type { Runtime, StreamRequest } from '../runtime/contract.ts';
import { findContainer, findPod } from './lookup.ts';
import { HttpError } from './httpError.ts';

export interface StreamOptions {
  readonly runtime: Runtime;
  readonly view: RuntimeView;
  readonly manager: PodManager;
}

const HEAD_LIMIT = 64 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * Serves exec, attach and portForward: the runtime gives a URL of its streaming server, and the client's own upgrade
 * request goes there with that path and host; from then on bytes pass as they are, both ways.
 */
export async function openStream(options: StreamOptions, path: string, tunnel: Duplex): Promise<void> {
  tunnel.on('error', () => tunnel.destroy());
  const head = await readHead(tunnel);
  let target: URL;
  try {
    target = new URL(await options.runtime.stream(streamRequest(options, path)));
  } catch (error) {
    const code = error instanceof HttpError ? error.code : 500;
    const text = error instanceof Error ? error.message : String(error);
    tunnel.end(
      `HTTP/1.1 ${code} ${code === 404 ? 'Not Found' : code === 400 ? 'Bad Request' : 'Internal Server Error'}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
    );
    return;
  }
  const socket = connect({
    host: target.hostname,
    port: Number(target.port),
    allowHalfOpen: true,
    noDelay: true,
  });
  socket.on('error', () => tunnel.destroy());
  tunnel.on('close', () => socket.destroySoon());
  socket.on('close', () => tunnel.destroy());
  socket.write(rewriteHead(head.text, target));
  if (head.rest.length > 0) socket.write(head.rest);
  tunnel.pipe(socket).pipe(tunnel);
}

/** The head of an HTTP/1.1 request, and what came behind it already. */
function readHead(stream: Duplex): Promise<{ text: string; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const done = (action: () => void): void => {
      stream.off('data', onData).off('end', onEnd).off('close', onEnd);
      stream.pause();
      action();
    };
    const onData = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      const end = seen.indexOf(HEAD_END);
      if (end >= 0) {
        const after = end + HEAD_END.length;
        done(() => resolve({ text: seen.toString('latin1', 0, after), rest: seen.subarray(after) }));
      } else if (seen.length > HEAD_LIMIT) done(() => reject(new Error('the request head is too long')));
    };
    const onEnd = (): void => done(() => reject(new Error('the stream ended before its request')));
    stream.on('data', onData).on('end', onEnd).on('close', onEnd);
  });
}

/** The same request to another path and host. */
export function rewriteHead(head: string, target: URL): string {
  const [line = '', ...headers] = head.split('\r\n');
  const [method = 'GET', , version = 'HTTP/1.1'] = line.split(' ');
  return [
    `${method} ${target.pathname}${target.search} ${version}`,
    ...headers.map((header) => (/^host:/i.test(header) ? `Host: ${target.host}` : header)),
  ].join('\r\n');
}

/** `/exec/NAMESPACE/POD/CONTAINER?command=…&input=1&output=1&error=1&tty=1`; both kubelet's and the API's names of the flags. */
function streamRequest(options: StreamOptions, path: string): StreamRequest {
  const url = new URL(path, 'http://agent.invalid');
  const [, action, namespace = '', podName = '', container = ''] = url.pathname
    .split('/')
    .map(decodeURIComponent);
  const flag = (...names: string[]): boolean =>
    names.some((name) => ['1', 'true'].includes(url.searchParams.get(name) ?? ''));
  const pod = findPod(options.manager, namespace, podName);
  if (action === 'portForward') {
    const [sandbox] = options.view.forPod(pod.metadata.uid);
    if (sandbox?.ready !== true) throw new HttpError(404, `pod not found ("${podName}_${namespace}")`);
    const ports = url.searchParams
      .getAll('ports')
      .flatMap((text) => text.split(','))
      .map(Number);
    return { type: 'portForward', sandbox: sandbox.id, ports: ports.filter((port) => port > 0) };
  }
  const instance = findContainer(options.view, pod, container, false);
  if (instance.state !== 'running') throw new HttpError(404, `container not found ("${container}")`);
  const streams = {
    tty: flag('tty'),
    stdin: flag('input', 'stdin'),
    stdout: flag('output', 'stdout'),
    stderr: flag('error', 'stderr') && !flag('tty'),
  };
  if (action === 'exec') {
    const command = url.searchParams.getAll('command');
    if (!streams.stdin && !streams.stdout && !streams.stderr) {
      throw new HttpError(400, 'you must specify at least 1 of stdin, stdout, stderr');
    }
    return { type: 'exec', container: instance.id, command, ...streams };
  }
  if (action === 'attach') return { type: 'attach', container: instance.id, ...streams };
  throw new HttpError(404, '404 page not found');
}
