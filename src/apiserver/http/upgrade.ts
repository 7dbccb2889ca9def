import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ApiResponse, RequestHandler } from '../../api/request.ts';
import { badRequest, toStatusError } from '../../api/status.ts';
import type { TlsPeer } from '../../host/httpsListener.ts';
import { requestHead } from './requestHead.ts';
import { answerWebSocket, isForWebSocket } from './webSocketAnswer.ts';

/**
 * A request with `Connection: Upgrade`: the same way through the handler, but the answer may take the connection.
 * Logs and watches go to a WebSocket as messages; any other answer (a refusal) is plain HTTP and ends the connection.
 */
export async function takeUpgrade(
  handler: RequestHandler,
  request: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
  peer: TlsPeer,
): Promise<void> {
  const gone = new AbortController();
  const abort = (): void => gone.abort();
  socket.once('close', abort);
  // Until somebody takes the connection nobody else listens; its end is what `close` tells.
  const ignore = (): void => undefined;
  socket.on('error', ignore);
  try {
    const answer = await handler.handle({
      ...requestHead(request, peer),
      identified: () => peer.identified(),
      body: { type: 'none' },
      signal: gone.signal,
    });
    if (answer.type === 'upgrade') {
      answer.take({
        socket,
        head,
        method: request.method ?? 'GET',
        url: request.url ?? '/',
        rawHeaders: request.rawHeaders,
      });
      return;
    }
    if (isForWebSocket(request, answer)) await answerWebSocket(request, socket, head, answer);
    else await refuse(socket, answer);
  } catch (error) {
    const { status } = toStatusError(error);
    await refuse(socket, { type: 'object', code: status.code, object: status }).catch(() => socket.destroy());
  }
}

async function refuse(socket: Duplex, answer: ApiResponse): Promise<void> {
  const { code, contentType, body } = await wholeBody(answer);
  socket.end(
    `HTTP/1.1 ${code} ${code < 400 ? 'OK' : 'Refused'}\r\nContent-Type: ${contentType}\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body.toString('latin1')}`,
    'latin1',
    // A client that is refused need not close its side.
    () => socket.destroy(),
  );
}

async function wholeBody(answer: ApiResponse): Promise<{ code: number; contentType: string; body: Buffer }> {
  if (answer.type === 'object') {
    const body = Buffer.from(answer.bytes ?? JSON.stringify(answer.object));
    return { code: answer.code, contentType: 'application/json', body };
  }
  if (answer.type === 'raw') {
    const contentType = answer.headers['content-type'] ?? 'text/plain';
    if (typeof answer.body === 'string' || answer.body instanceof Uint8Array) {
      return { code: answer.code, contentType, body: Buffer.from(answer.body) };
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    return { code: answer.code, contentType, body: Buffer.concat(chunks) };
  }
  throw badRequest('this request cannot be upgraded');
}
