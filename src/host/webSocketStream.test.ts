import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { webSocketStream } from './webSocketStream.ts';

describe('webSocketStream', () => {
  let server: WebSocketServer;
  let near: Duplex;
  let far: Duplex;
  let farSocket: WebSocket;

  beforeEach(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[WebSocket]>;
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await once(socket, 'open');
    [farSocket] = await accepted;
    near = webSocketStream(socket);
    far = webSocketStream(farSocket);
  });

  afterEach(async () => {
    near.destroy();
    far.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('carries the bytes of many small and large writes in order', async () => {
    const sent: Buffer[] = [];
    for (let i = 0; i < 300; i++) sent.push(Buffer.alloc((i * 7919) % 100_000, i));
    const received = collect(far);
    for (const chunk of sent) near.write(chunk);
    near.end();
    assert.ok(Buffer.concat(sent).equals(await received));
  });

  it('holds the writer back while the far side does not read, and lets it go on', async () => {
    const chunk = Buffer.alloc(64 * 1024, 1);
    let written = 0;
    while (near.write(chunk)) written += chunk.length;
    // Data that do not fit into the buffers of both kernels and both streams must wait.
    for (let i = 0; i < 1024; i++) near.write(chunk);
    written += 1025 * chunk.length;
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(near.writableNeedDrain);
    const received = collect(far);
    near.end();
    assert.equal((await received).length, written);
  });

  it('ends both sides when one side ends', async () => {
    far.resume();
    near.resume();
    const closed = [once(near, 'close'), once(far, 'close')];
    near.end('bye');
    await Promise.all(closed);
    assert.equal(near.errored, null);
    assert.equal(far.errored, null);
  });

  it('is destroyed with ECONNRESET when the connection breaks off', async () => {
    const failed = once(near, 'error') as Promise<[NodeJS.ErrnoException]>;
    far.destroy();
    const [error] = await failed;
    assert.equal(error.code, 'ECONNRESET');
  });

  it('refuses text frames', async () => {
    const failed = once(near, 'error') as Promise<[Error]>;
    far.on('error', () => undefined);
    farSocket.send('text');
    const [error] = await failed;
    assert.match(error.message, /text frame/);
  });
});

async function collect(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
