import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '../../base/logger.ts';
import { framed } from './forwarder.ts';
import type { Responder } from './responder.ts';

export interface ListenerOptions {
  readonly address: string;
  /** 0 for any: the same one for UDP and TCP. */
  readonly port: number;
  readonly responder: Responder;
  readonly logger: Logger;
  /** Ends answers under way. */
  readonly signal: AbortSignal;
}

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** A TCP client that says nothing for this long is in the way (RFC 7766 leaves the time open). */
const IDLE_MS = 10_000;
const MAX_CONNECTIONS = 256;

/** DNS over UDP and TCP on one address. Rejects where the address or the port cannot be had. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const udp = await listenUdp(options);
  const { port } = udp.address();
  try {
    const { server, connections } = await listenTcp(options, port);
    return {
      port,
      async close() {
        const closed = Promise.all([once(udp, 'close'), once(server, 'close')]);
        udp.close();
        server.close();
        for (const connection of connections) connection.destroy();
        await closed;
      },
    };
  } catch (error) {
    udp.close();
    throw error;
  }
}

async function listenUdp({ address, port, responder, logger, signal }: ListenerOptions): Promise<UdpSocket> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  let isOpen = true;
  socket.on('close', () => (isOpen = false));
  socket.on('message', (message, from) => {
    responder.respond(message, 'udp', signal).then(
      (answer) => {
        if (answer !== undefined && isOpen) socket.send(answer, from.port, from.address);
      },
      (error: unknown) => logger.error('answering a DNS query failed', { error }),
    );
  });
  socket.bind(port, address);
  await once(socket, 'listening');
  socket.on('error', (error) => logger.error('DNS over UDP', { error }));
  return socket;
}

async function listenTcp(
  { address, responder, logger, signal }: ListenerOptions,
  port: number,
): Promise<{ server: Server; connections: ReadonlySet<Socket> }> {
  const connections = new Set<Socket>();
  const server = createServer((connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    connection.on('error', () => connection.destroy());
    connection.setTimeout(IDLE_MS, () => connection.destroy());
    serveTcp(connection, (message) => responder.respond(message, 'tcp', signal), logger);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, address);
  await once(server, 'listening');
  server.on('error', (error) => logger.error('DNS over TCP', { error }));
  return { server, connections };
}

function serveTcp(
  connection: Socket,
  respond: (message: Buffer) => Promise<Buffer | undefined>,
  logger: Logger,
): void {
  let received = Buffer.alloc(0);
  connection.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const length = received.readUInt16BE(0);
      const message = received.subarray(2, 2 + length);
      received = received.subarray(2 + length);
      respond(message).then(
        (answer) => {
          if (answer !== undefined && connection.writable) connection.write(framed(answer));
        },
        (error: unknown) => logger.error('answering a DNS query failed', { error }),
      );
    }
  });
}
