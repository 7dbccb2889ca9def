import { Duplex } from 'node:stream';

/** A stream of a SPDY connection; its end is the peer's FIN or reset, or the connection's own end. */
export type SpdyStream = Duplex;

/** The client's side of one SPDY/3.1 connection. It lives as long as its socket. */
export interface SpdyClient {
  /** Opens a stream with these headers (names in lower case). What is written waits until the server has accepted it. */
  open(headers: Readonly<Record<string, string>>): SpdyStream;
}

const VERSION = 0x8003;
const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const FLAG_FIN = 0x01;
const HEAD_LENGTH = 8;

/**
 * As much of SPDY/3.1 (draft-mbelshe-httpbis-spdy-00) as streaming servers of container runtimes speak (moby
 * spdystream): no flow control but the socket's own, and headers only on the streams that a client opens. The headers
 * of answers are not read, so that their compression needs no dictionary.
 *
 * @param head what was read of the socket already
 */
export function spdyClient(socket: Duplex, head: Uint8Array): SpdyClient {
  const streams = new Map<number, Stream>();
  const blocks = headerBlocks();
  let nextId = 1;
  let pending = Buffer.alloc(0);

  const end = (id: number): void => {
    streams.get(id)?.push(null);
    streams.delete(id);
  };
  const onFrame = (frame: Buffer): void => {
    const flags = frame.readUInt8(4);
    const body = frame.subarray(HEAD_LENGTH);
    if ((frame.readUInt8(0) & 0x80) === 0) {
      const id = frame.readUInt32BE(0);
      if (body.length > 0 && streams.get(id)?.push(body) === false) socket.pause();
      if ((flags & FLAG_FIN) !== 0) end(id);
      return;
    }
    switch (frame.readUInt16BE(2)) {
      case SYN_REPLY:
        streams.get(idOf(body))?.accepted();
        if ((flags & FLAG_FIN) !== 0) end(idOf(body));
        break;
      case RST_STREAM:
        end(idOf(body));
        break;
      case PING:
        // An answer of the same number is all that is asked.
        if (body.readUInt32BE(0) % 2 === 0) socket.write(frame);
        break;
      default:
      // Settings, windows and the announcement of an end change nothing here.
    }
  };
  const onData = (chunk: Uint8Array): void => {
    pending = pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([pending, chunk]);
    while (pending.length >= HEAD_LENGTH) {
      const length = HEAD_LENGTH + pending.readUIntBE(5, 3);
      if (pending.length < length) break;
      onFrame(pending.subarray(0, length));
      pending = pending.subarray(length);
    }
  };
  socket.on('data', onData);
  socket.once('close', () => {
    for (const id of [...streams.keys()]) end(id);
  });
  if (head.length > 0) onData(head);

  return {
    open(headers) {
      const id = nextId;
      nextId += 2;
      const stream = new Stream(id, socket);
      streams.set(id, stream);
      const start = Buffer.alloc(10);
      start.writeUInt32BE(id);
      socket.write(controlFrame(SYN_STREAM, Buffer.concat([start, blocks(headers)])));
      return stream;
    },
  };
}

const idOf = (body: Buffer): number => body.readUInt32BE(0) & 0x7fffffff;

class Stream extends Duplex {
  readonly #id: number;
  readonly #socket: Duplex;
  #isAccepted = false;
  #waiting: (() => void) | undefined;

  constructor(id: number, socket: Duplex) {
    super({ autoDestroy: false });
    this.#id = id;
    this.#socket = socket;
  }

  /** The server drops what comes before its answer: a write waits for it. */
  accepted(): void {
    this.#isAccepted = true;
    this.#waiting?.();
    this.#waiting = undefined;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#send(dataFrame(this.#id, 0, chunk), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#send(dataFrame(this.#id, FLAG_FIN, Buffer.alloc(0)), callback);
  }

  #send(frame: Buffer, callback: (error?: Error | null) => void): void {
    // Nobody waits for data that cannot be sent: the stream ends with its socket.
    const send = (): void => {
      if (this.#socket.writable) this.#socket.write(frame, () => callback());
      else callback();
    };
    if (this.#isAccepted) send();
    else this.#waiting = send;
  }
}

function controlFrame(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_LENGTH);
  head.writeUInt16BE(VERSION);
  head.writeUInt16BE(type, 2);
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}

function dataFrame(id: number, flags: number, data: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_LENGTH);
  head.writeUInt32BE(id);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(data.length, 5, 3);
  return Buffer.concat([head, data]);
}

/**
 * Writes headers as parts of the connection's one zlib stream (RFC 1950). They are a few bytes: each part is a stored
 * block, which needs no compressor, and an empty one behind it, at which a reader hands out what it has.
 */
function headerBlocks(): (headers: Readonly<Record<string, string>>) => Buffer {
  let start = Buffer.of(0x78, 0x01);
  return (headers) => {
    const entries = Object.entries(headers);
    const plain = Buffer.concat([
      uint32(entries.length),
      ...entries.flat().flatMap((text) => [uint32(Buffer.byteLength(text)), Buffer.from(text)]),
    ]);
    const block = Buffer.concat([start, storedBlock(plain), storedBlock(Buffer.alloc(0))]);
    start = Buffer.alloc(0);
    return block;
  };
}

function storedBlock(data: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(data.length, 1);
  head.writeUInt16LE(~data.length & 0xffff, 3);
  return Buffer.concat([head, data]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
