import WebSocket from 'ws';
import type { Disposable } from '../base/disposable.ts';
import { createDeferred } from '../base/deferred.ts';
import { StatusError, serviceUnavailable, type Status } from '../api/status.ts';
import { pathOf } from '../api/resource.ts';
import { pods } from '../api/resources.ts';
import type { HttpsClientOptions } from './https.ts';

export interface ExecOptions {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly stdin: boolean;
  /** Both outputs; with a terminal there is only one. */
  readonly onOutput: (chunk: Uint8Array, stream: 'stdout' | 'stderr') => void;
}

/** A command that runs in a container, with its terminal. */
export interface ExecSession extends Disposable {
  write(data: string | Uint8Array): void;
  resize(columns: number, rows: number): void;
  /** The command's exit code. Rejects with the StatusError that the server gave, or where the connection breaks. */
  readonly ended: Promise<number>;
}

/** Channel numbers of the remote-command WebSocket protocol (apimachinery `pkg/util/remotecommand`). */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
/** The protocol that every server with WebSockets speaks. v5 only adds closing stdin. */
const PROTOCOL = 'v4.channel.k8s.io';

/** Runs a command in a container through the pods/exec subresource, as `kubectl exec` does. */
export function openExec(connection: HttpsClientOptions, options: ExecOptions): ExecSession {
  const query = new URLSearchParams({ container: options.container, stdout: 'true' });
  if (!options.tty) query.set('stderr', 'true');
  if (options.tty) query.set('tty', 'true');
  if (options.stdin) query.set('stdin', 'true');
  for (const word of options.command) query.append('command', word);
  const path = pathOf(pods, { namespace: options.namespace, name: options.pod, subresource: 'exec' });
  const token = typeof connection.token === 'function' ? connection.token() : connection.token;
  const socket = new WebSocket(
    `${connection.server.replace(/^http/, 'ws')}${path}?${query.toString()}`,
    PROTOCOL,
    {
      ca: connection.ca,
      cert: connection.cert,
      key: connection.key,
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    },
  );
  const ended = createDeferred<number>();
  const waiting: Uint8Array[] = [];
  const send = (channel: number, data: Uint8Array): void => {
    const frame = Buffer.concat([Buffer.of(channel), data]);
    if (socket.readyState === WebSocket.OPEN) socket.send(frame);
    else if (socket.readyState === WebSocket.CONNECTING) waiting.push(frame);
  };
  socket.on('open', () => waiting.splice(0).forEach((frame) => socket.send(frame)));
  socket.on('message', (data: Buffer) => {
    const payload = data.subarray(1);
    switch (data[0]) {
      case STDOUT:
        options.onOutput(payload, 'stdout');
        break;
      case STDERR:
        options.onOutput(payload, 'stderr');
        break;
      case ERROR:
        settle(ended, payload);
        break;
      default:
      // Channels of later versions of the protocol are not asked for.
    }
  });
  socket.on('unexpected-response', (_request, response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () =>
      ended.reject(refusal(Buffer.concat(chunks).toString(), response.statusCode ?? 0)),
    );
  });
  socket.on('error', (error) => ended.reject(serviceUnavailable(error.message)));
  socket.on('close', () => ended.reject(serviceUnavailable('the connection to the container has ended')));
  // A session that was closed on purpose has nobody who waits for its end.
  ended.promise.catch(() => undefined);
  return {
    ended: ended.promise,
    write: (data) => send(STDIN, typeof data === 'string' ? Buffer.from(data) : data),
    resize: (columns, rows) => send(RESIZE, Buffer.from(JSON.stringify({ Width: columns, Height: rows }))),
    dispose: () => socket.terminate(),
  };
}

/** The error channel carries a Status: Success, or the exit code as the cause `ExitCode`. */
function settle(ended: ReturnType<typeof createDeferred<number>>, payload: Uint8Array): void {
  const status = JSON.parse(Buffer.from(payload).toString()) as Status;
  if (status.status === 'Success') {
    ended.resolve(0);
    return;
  }
  const exit = status.details?.causes?.find((cause) => cause.reason === 'ExitCode');
  if (exit?.message === undefined) ended.reject(StatusError.from({ ...status, code: status.code || 500 }));
  else ended.resolve(Number(exit.message));
}

function refusal(body: string, code: number): StatusError {
  try {
    return StatusError.from(JSON.parse(body) as Status);
  } catch {
    return serviceUnavailable(`the server refused to open a stream: ${code} ${body.slice(0, 200)}`);
  }
}
