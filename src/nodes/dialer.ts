import type { ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import { pipeline } from 'node:stream/promises';
import type { Duplex } from 'node:stream';
import { serviceUnavailable } from '../api/status.ts';
import type { Clock } from '../base/clock.ts';
import { LINK_PATH_HEADER, LINK_UPGRADE_AUTHORITY, OWNER_AUTHORITY } from '../protocol/agentLink.ts';
import type { NodeHub } from './hub.ts';
import type { NodeSession } from './session.ts';

interface AgentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

interface AgentResponse {
  readonly code: number;
  readonly headers: Record<string, string>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The API server's way to nodes (its `NodeDialer` contract) over the hub's links, and the owner's. */
export interface HubDialer {
  request(node: string, request: AgentRequest): Promise<AgentResponse>;
  /** A request of the owner of the cluster, which no user of the API can make. */
  requestAsOwner(node: string, request: AgentRequest): Promise<AgentResponse>;
  upgrade(node: string, path: string, signal: AbortSignal): Promise<Duplex>;
  connect(node: string, host: string, port: number, signal: AbortSignal): Promise<Duplex>;
}

const KUBELET_AUTHORITY = 'kubelet.invalid';

/** How much of a failed tunnel's answer is read for the message. */
const MAX_REASON = 4096;
const OK = 200;

/**
 * `patience` waits for a node that is away to dial in again: after a start of the control plane all of them are, for
 * a moment. Without it a node that is not connected is refused at once.
 */
export function createNodeDialer(
  hub: Pick<NodeHub, 'session' | 'onConnected'>,
  patience?: { readonly clock: Clock; readonly ms: number },
): HubDialer {
  const live = (node: string): NodeSession | undefined => {
    const session = hub.session(node);
    return session === undefined || session.http2.closed || session.http2.destroyed ? undefined : session;
  };
  const open = async (
    node: string,
    headers: OutgoingHttpHeaders,
    signal: AbortSignal,
    endStream: boolean,
  ): Promise<ClientHttp2Stream> => {
    signal.throwIfAborted();
    if (live(node) === undefined && patience !== undefined) {
      await connectedAgain(hub, node, patience, signal);
      signal.throwIfAborted();
    }
    const session = live(node);
    if (session === undefined) throw serviceUnavailable(`node "${node}" is not connected`);
    return session.http2.request(headers, { endStream, signal });
  };
  const tunnel = async (node: string, headers: OutgoingHttpHeaders, signal: AbortSignal): Promise<Duplex> => {
    const stream = await open(node, { ':method': 'CONNECT', ...headers }, signal, false);
    const response = await responseOf(node, stream, signal);
    if (response[':status'] === OK) return stream;
    const reason = await textOf(stream);
    throw serviceUnavailable(reason === '' ? `node "${node}" refused the connection` : reason);
  };

  const ask = async (
    node: string,
    authority: string,
    { method, path, headers, body, signal }: AgentRequest,
  ): Promise<AgentResponse> => {
    const stream = await open(
      node,
      { ...headers, ':authority': authority, ':method': method, ':path': path },
      signal,
      body === undefined,
    );
    // Errors here show on the response's side.
    if (body !== undefined) void pipeline(body, stream, { end: true }).catch(() => undefined);
    const response = await responseOf(node, stream, signal);
    return { code: response[':status'] ?? 0, headers: plainHeaders(response), body: stream };
  };

  return {
    request: (node, request) => ask(node, KUBELET_AUTHORITY, request),
    requestAsOwner: (node, request) => ask(node, OWNER_AUTHORITY, request),
    upgrade: (node, path, signal) =>
      tunnel(node, { ':authority': LINK_UPGRADE_AUTHORITY, [LINK_PATH_HEADER]: path }, signal),
    connect: (node, host, port, signal) =>
      tunnel(node, { ':authority': host.includes(':') ? `[${host}]:${port}` : `${host}:${port}` }, signal),
  };
}

/** Resolves when the node has dialled in, or when it is not worth waiting any longer. */
function connectedAgain(
  hub: Pick<NodeHub, 'onConnected'>,
  node: string,
  patience: { readonly clock: Clock; readonly ms: number },
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      subscription.dispose();
      timer.dispose();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const subscription = hub.onConnected((connected) => {
      if (connected === node) end();
    });
    const timer = patience.clock.timeout(patience.ms, end);
    signal.addEventListener('abort', end, { once: true });
  });
}

type ResponseHeaders = IncomingHttpHeaders & { ':status'?: number | undefined };

function responseOf(node: string, stream: ClientHttp2Stream, signal: AbortSignal): Promise<ResponseHeaders> {
  return new Promise((resolve, reject) => {
    const fail = (cause?: unknown): void => {
      const lost = serviceUnavailable(`the connection to node "${node}" was lost`);
      lost.cause = cause;
      reject(signal.aborted ? (signal.reason as Error) : lost);
    };
    stream.once('response', (headers) => {
      stream.off('close', fail);
      resolve(headers);
    });
    // Stays: an error after the response reaches the reader of the body, which need not be there yet.
    stream.on('error', fail);
    stream.once('close', fail);
  });
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(':') || value === undefined ? [] : [[name, [value].flat().join(', ')]],
    ),
  );
}

async function textOf(stream: Duplex): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.length >= MAX_REASON) break;
  }
  return text.trim();
}
