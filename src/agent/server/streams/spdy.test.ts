import assert from 'node:assert/strict';
import { duplexPair, type Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inflateSync, constants } from 'node:zlib';
import { spdyClient, type SpdyClient } from './spdy.ts';

const EMPTY = Buffer.alloc(0);

describe('spdyClient', () => {
  let server: Duplex;
  let client: SpdyClient;
  let socket: Duplex;
  beforeEach(() => {
    [socket, server] = duplexPair();
    client = spdyClient(socket, EMPTY);
  });
  afterEach(() => {
    socket.destroy();
    server.destroy();
  });

  it('opens streams with headers that any inflater reads as one zlib stream', () => {
    client.open({ streamtype: 'error' });
    client.open({ streamtype: 'stdin' });
    const [one, two] = framesOf(server);
    assert.deepEqual([one?.type, one?.body.readUInt32BE(0), two?.body.readUInt32BE(0)], [1, 1, 3]);
    const blocks = Buffer.concat([one?.body.subarray(10) ?? EMPTY, two?.body.subarray(10) ?? EMPTY]);
    const plain = inflateSync(blocks, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1');
    const word = (value: string): string => `\0\0\0${String.fromCharCode(value.length)}${value}`;
    const block = (value: string): string => `\0\0\0\x01${word('streamtype')}${word(value)}`;
    assert.equal(plain, block('error') + block('stdin'));
  });

  it('sends nothing on a stream before the server has accepted it, then all in order, then the end', async () => {
    const stream = client.open({ streamtype: 'stdin' });
    stream.write('one');
    stream.end('two');
    await turn();
    assert.deepEqual(
      framesOf(server).map(({ type }) => type),
      [1],
    );
    server.write(control(2, 1));
    await turn();
    assert.deepEqual(
      framesOf(server).map(({ flags, body }) => [flags, body.toString()]),
      [
        [0, 'one'],
        [0, 'two'],
        [1, ''],
      ],
    );
  });

  it('hands out data by stream, however the bytes are cut, to FIN, reset or the end of the connection', async () => {
    const streams = ['a', 'b', 'c'].map((name) => client.open({ name }));
    const bytes = Buffer.concat([
      data(1, 0, 'al'),
      data(3, 0, 'beta'),
      data(1, 1, 'pha'),
      control(3, 3, 5),
      data(5, 0, 'gamma'),
    ]);
    for (const byte of bytes) server.write(Buffer.of(byte));
    const read = streams.map((stream) => text(stream));
    assert.deepEqual(await Promise.all(read.slice(0, 2)), ['alpha', 'beta']);
    socket.destroy();
    assert.equal(await read[2], 'gamma');
  });

  it("answers the server's pings, and ignores what it need not know", async () => {
    server.write(Buffer.concat([control(4, 0), control(9, 1, 5), control(6, 2), control(6, 1)]));
    await turn();
    assert.deepEqual(
      framesOf(server).map(({ type, body }) => [type, body.readUInt32BE(0)]),
      [[6, 2]],
    );
  });

  it('ends writers quietly where the connection is gone', async () => {
    const stream = client.open({ streamtype: 'stdin' });
    server.write(control(2, 1));
    await turn();
    socket.destroy();
    stream.end('late');
    assert.equal(await text(stream), '');
  });
});

interface Frame {
  /** 0 for data. */
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

function framesOf(server: Duplex): readonly Frame[] {
  let bytes = (server.read() as Buffer | null) ?? EMPTY;
  const frames: Frame[] = [];
  while (bytes.length > 0) {
    const length = bytes.readUIntBE(5, 3);
    frames.push({
      type: bytes.readUInt8(0) === 0x80 ? bytes.readUInt16BE(2) : 0,
      flags: bytes.readUInt8(4),
      body: bytes.subarray(8, 8 + length),
    });
    bytes = bytes.subarray(8 + length);
  }
  return frames;
}

function control(type: number, ...words: number[]): Buffer {
  const frame = Buffer.alloc(8 + 4 * words.length);
  frame.writeUInt16BE(0x8003);
  frame.writeUInt16BE(type, 2);
  frame.writeUIntBE(4 * words.length, 5, 3);
  words.forEach((word, at) => frame.writeUInt32BE(word, 8 + 4 * at));
  return frame;
}

function data(id: number, flags: number, content: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(id);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(content.length, 5, 3);
  return Buffer.concat([head, Buffer.from(content)]);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
