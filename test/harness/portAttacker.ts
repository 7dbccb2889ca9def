// An attacker of a TLS port on loopback, in a process of its own so that its memory is not the server's:
//   node portAttacker.ts heads|bodies|ping|settings PORT CONNECTIONS
// It ends itself, and prints one line of JSON: how many connections the server has closed, and what came back.
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

const [, , kind = '', port = '', connections = ''] = process.argv;
const WAIT_MS = 4_000;
const BODY_BYTES = 3_000_000;

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const frame = (type: number, flags: number, stream: number, payload: Uint8Array): Buffer => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
};
const SETTINGS = frame(4, 0, 0, Buffer.alloc(0));
const PING = frame(6, 0, 0, Buffer.alloc(8));

async function open(protocol: 'h2' | 'http/1.1'): Promise<TLSSocket> {
  const socket = connect({
    port: Number(port),
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: [protocol],
  });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

/** Writes the same again and again, as fast as it is taken. */
function flood(socket: TLSSocket, block: Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(block));
  };
  socket.on('drain', more);
  more();
}

async function attack(): Promise<TLSSocket> {
  if (kind === 'heads' || kind === 'bodies') {
    const socket = await open('http/1.1');
    const length = kind === 'heads' ? 0 : BODY_BYTES;
    socket.write(
      `POST /api/v1/namespaces/d/configmaps HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`,
    );
    // All but the last byte.
    if (length > 0) socket.write(Buffer.alloc(length - 1, ' '));
    socket.on('data', (chunk: Buffer) => (answers += chunk.toString('latin1')));
    return socket;
  }
  const socket = await open('h2');
  socket.pause();
  socket.write(Buffer.concat([PREFACE, SETTINGS]));
  flood(socket, Buffer.concat(Array.from({ length: 1000 }, () => (kind === 'ping' ? PING : SETTINGS))));
  return socket;
}

let answers = '';
let closed = 0;
const sockets = await Promise.all(
  Array.from({ length: Number(connections) }, async () => {
    const socket = await attack();
    socket.once('close', () => (closed += 1));
    return socket;
  }),
);
setTimeout(() => {
  const codes = [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => Number(code));
  process.stdout.write(`${JSON.stringify({ closed, codes })}\n`);
  for (const socket of sockets) socket.destroy();
  process.exit(0);
}, WAIT_MS);
