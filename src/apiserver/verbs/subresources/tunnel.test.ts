import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { join } from './tunnel.ts';

describe('join', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.close();
      await once(server, 'close');
    }
  });

  /** A connection: the end that `join` gets, and the end that a peer holds. */
  const connection = async (): Promise<{ near: Socket; far: Socket }> => {
    const server = createServer({ allowHalfOpen: true });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const far = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    const [near] = await accepted;
    near.on('error', () => undefined);
    far.on('error', () => undefined);
    return { near, far };
  };

  it('loses nothing of what was sent before an end, however slow the client and soon closed the tunnel', async () => {
    let left = 20;
    const tunnel = new Duplex({
      allowHalfOpen: false,
      read(): void {
        this.push(left-- > 0 ? Buffer.alloc(1_000) : null);
      },
      write: (_chunk, _encoding, done) => done(),
    });
    let received = 0;
    const client = new Duplex({
      read: () => undefined,
      write(chunk: Buffer, _encoding, done): void {
        setImmediate(() => {
          received += chunk.length;
          done();
        });
      },
    });
    join(client, tunnel);
    await Promise.all([once(client, 'finish'), once(tunnel, 'close')]);
    assert.equal(received, 20_000);
    client.destroy();
  });

  it('keeps one direction open while the other has ended', async () => {
    const client = await connection();
    const tunnel = await connection();
    join(client.near, tunnel.near);
    client.far.end('question');
    const chunks: Buffer[] = [];
    for await (const chunk of tunnel.far) chunks.push(chunk as Buffer);
    assert.equal(Buffer.concat(chunks).toString(), 'question');
    client.far.destroy();
    tunnel.far.destroy();
  });

  it('breaks the other side off where one breaks off', async () => {
    const client = await connection();
    const tunnel = await connection();
    join(client.near, tunnel.near);
    client.far.resetAndDestroy();
    await once(tunnel.near, 'close');
    assert.ok(tunnel.near.destroyed);
    tunnel.far.destroy();
  });
});
