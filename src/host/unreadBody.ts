import type { IncomingMessage } from 'node:http';
import { constants, type Http2ServerRequest } from 'node:http2';

export interface UnreadBodyLimits {
  /** So much of a body that nobody wants is read and dropped, to keep the connection and to let the answer arrive. */
  readonly drainBytes: number;
  /** For so long. */
  readonly drainMs: number;
  /** Then the client has so long to read its answer, before the connection is cut under what it still sends. */
  readonly lingerMs: number;
}

/** Whether a request brings a body, by its head alone. */
export function hasBody(request: IncomingMessage | Http2ServerRequest): boolean {
  if ('stream' in request) return !request.stream.endAfterHeaders;
  const { headers } = request;
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/**
 * Ends a request that is answered and whose body has not come as a whole: a client that was refused may send for ever.
 * HTTP/2 tells it to stop. HTTP/1.1 cannot: the rest is dropped within bounds, then the connection goes (as Go's server).
 */
export function endUnread(
  request: IncomingMessage | Http2ServerRequest,
  { drainBytes, drainMs, lingerMs }: UnreadBodyLimits,
): void {
  if (request.complete) return;
  if ('stream' in request) {
    if (!request.stream.destroyed) request.stream.close(constants.NGHTTP2_NO_ERROR);
    return;
  }
  const { socket } = request;
  let left = drainBytes;
  const count = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left < 0) giveUp();
  };
  const settle = (): void => {
    clearTimeout(timer);
    request.off('data', count);
    socket.off('close', settle);
  };
  const giveUp = (): void => {
    settle();
    request.pause();
    const cut = setTimeout(() => socket.destroy(), lingerMs);
    socket.once('close', () => clearTimeout(cut));
  };
  const timer = setTimeout(giveUp, drainMs);
  request.once('end', settle);
  socket.once('close', settle);
  request.on('data', count);
  request.resume();
}
