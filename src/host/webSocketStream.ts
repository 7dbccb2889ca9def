import { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';

/** How many bytes may wait in the WebSocket's own buffer before a writer is paused. */
const SEND_BUFFER = 1024 * 1024;
/** Small writes of one turn travel in one frame up to this size, in bytes. */
const MAX_FRAME = 256 * 1024;
const NORMAL_CLOSURE = 1000;
const UNSUPPORTED_DATA = 1003;
/** Codes with which a peer ends on purpose: normal, going away, none given. */
const ENDED: readonly number[] = [NORMAL_CLOSURE, 1001, 1005];

/**
 * The bytes of a WebSocket's binary frames as a Duplex, with back-pressure in both directions. A WebSocket knows no
 * half-open state: ending the writable side closes the connection after what was written, and the peer's normal close
 * ends both sides here. Any other close, and an error, destroys the stream with an error; destroying the stream drops
 * the connection. The socket is the stream's alone from now on, but for pings.
 */
export function webSocketStream(socket: WebSocket): Duplex {
  const stream = new Duplex({
    allowHalfOpen: false,
    readableHighWaterMark: MAX_FRAME,
    writableHighWaterMark: MAX_FRAME,
    read(): void {
      if (socket.isPaused) socket.resume();
    },
    write(chunk: Buffer, _encoding, callback): void {
      send(socket, chunk, callback);
    },
    writev(chunks: { chunk: Buffer }[], callback): void {
      const frames = coalesce(chunks);
      const last = frames.pop();
      for (const frame of frames) socket.send(frame, ignoreUntilLast);
      send(socket, last ?? Buffer.alloc(0), callback);
    },
    final(callback): void {
      socket.close(NORMAL_CLOSURE);
      callback();
    },
    destroy(error, callback): void {
      if (socket.readyState !== socket.CLOSED) socket.terminate();
      callback(error);
    },
  });
  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (!isBinary) {
      socket.close(UNSUPPORTED_DATA);
      stream.destroy(new Error('a text frame where only binary frames belong'));
    } else if (!stream.destroyed && !stream.push(toBuffer(data))) socket.pause();
  });
  socket.on('error', (error) => stream.destroy(error));
  socket.on('close', (code, reason) => {
    if (stream.destroyed) return;
    if (ENDED.includes(code)) stream.push(null);
    else stream.destroy(closeError(code, reason.toString()));
  });
  return stream;
}

/**
 * Calls back at once while the WebSocket's buffer is short (waiting for each write to reach the kernel halves the
 * rate of a bulk flow), else when it is flushed.
 */
function send(socket: WebSocket, chunk: Buffer, callback: (error?: Error | null) => void): void {
  if (socket.bufferedAmount < SEND_BUFFER && socket.readyState === socket.OPEN) {
    socket.send(chunk, ignoreUntilLast);
    callback();
  } else socket.send(chunk, callback);
}

/** A failed send is followed by the socket's own `close` or `error`, which destroys the stream. */
function ignoreUntilLast(): void {
  // Nothing to do: see above.
}

function coalesce(chunks: readonly { chunk: Buffer }[]): Buffer[] {
  const frames: Buffer[] = [];
  let pending: Buffer[] = [];
  let size = 0;
  const flush = (): void => {
    const [only] = pending;
    if (only !== undefined) frames.push(pending.length === 1 ? only : Buffer.concat(pending, size));
    pending = [];
    size = 0;
  };
  for (const { chunk } of chunks) {
    if (size + chunk.length > MAX_FRAME) flush();
    pending.push(chunk);
    size += chunk.length;
  }
  flush();
  return frames;
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

function closeError(code: number, reason: string): Error {
  const error = new Error(`WebSocket closed with code ${code}${reason === '' ? '' : ` (${reason})`}`);
  return Object.assign(error, { code: 'ECONNRESET' });
}
