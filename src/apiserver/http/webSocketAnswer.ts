import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ApiResponse } from '../../api/request.ts';
import { offeredProtocols } from '../webSocketProtocols.ts';
import { linesOf } from './eventLines.ts';

/** Answers that flow: the events of a watch, and bodies that come bit by bit (logs). */
type Flowing =
  | Extract<ApiResponse, { type: 'watch' }>
  | (Extract<ApiResponse, { type: 'raw' }> & { readonly body: AsyncIterable<Uint8Array> });

/** Messages in text, of base64; any other protocol, or none, has binary messages. */
const BASE64 = 'base64.binary.k8s.io';
/** What a client may offer for a body; for a watch, whose events are text anyway, upstream takes any. */
const BODY_PROTOCOLS: readonly string[] = ['binary.k8s.io', BASE64];
/** How many bytes may wait for a slow client before more is read. */
const SEND_BUFFER = 1024 * 1024;
/** The longest message of a client of a log or a watch, which has nothing to send. Control frames are shorter still. */
const MAX_RECEIVED = 4096;
const NORMAL_CLOSURE = 1000;
const INTERNAL_ERROR = 1011;

/** Whether an answer goes to a client that wants a WebSocket as messages on one, instead of as plain HTTP. */
export function isForWebSocket(request: IncomingMessage, answer: ApiResponse): answer is Flowing {
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') return false;
  if (answer.type === 'watch') return true;
  if (answer.type !== 'raw' || answer.code !== 200 || !(Symbol.asyncIterator in Object(answer.body)))
    return false;
  const offered = offeredProtocols(request.headers['sec-websocket-protocol']);
  return offered.length === 0 || offered.some((name) => BODY_PROTOCOLS.includes(name));
}

/**
 * Sends an answer as messages of a WebSocket, one for each event or piece, and closes it behind the last (apiserver
 * `pkg/util/httpstream/wsstream/stream.go`, `pkg/endpoints/handlers/watch.go`). Resolves when it is over.
 */
export async function answerWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
  answer: Flowing,
): Promise<void> {
  const offered = offeredProtocols(request.headers['sec-websocket-protocol']);
  const protocol =
    answer.type === 'watch' ? offered[0] : offered.find((name) => BODY_PROTOCOLS.includes(name));
  const client = await accept(request, socket, head, protocol);
  client.on('error', () => client.terminate());
  try {
    for await (const message of messagesOf(answer, protocol === BASE64)) {
      if (client.readyState !== client.OPEN) return;
      await send(client, message);
    }
    client.close(NORMAL_CLOSURE);
  } catch {
    // The client has gone, or what was read broke off: its reader sees an end that is not one.
    client.close(INTERNAL_ERROR);
  }
}

async function* messagesOf(answer: Flowing, isBase64: boolean): AsyncGenerator<string | Uint8Array> {
  if (answer.type === 'watch') {
    for await (const batch of answer.events) {
      for (const event of batch) yield Buffer.from(linesOf([event])).toString();
    }
    return;
  }
  for await (const chunk of answer.body) yield isBase64 ? Buffer.from(chunk).toString('base64') : chunk;
}

/** Resolves at once while the client keeps up, else when it has taken what waits. */
function send(client: WebSocket, message: string | Uint8Array): Promise<void> | undefined {
  if (client.bufferedAmount < SEND_BUFFER) {
    client.send(message);
    return undefined;
  }
  return new Promise((resolve) => client.send(message, () => resolve()));
}

function accept(
  request: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
  protocol: string | undefined,
): Promise<WebSocket> {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_RECEIVED,
    perMessageDeflate: false,
    handleProtocols: () => protocol ?? false,
  });
  return new Promise((resolve, reject) => {
    server.once('wsClientError', reject);
    server.handleUpgrade(request, socket, Buffer.from(head), resolve);
  });
}
