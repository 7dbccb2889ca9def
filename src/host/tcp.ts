import { createServer, type Socket } from 'node:net';

export interface TcpListener {
  readonly port: number;
  /** Stops listening and ends its connections. */
  close(): Promise<void>;
}

/** Listens for TCP on one address. Rejects where the port cannot be had (`code` EADDRINUSE, EACCES). */
export function listenTcp(
  address: string,
  port: number,
  onConnection: (socket: Socket) => void,
): Promise<TcpListener> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      const bound = server.address();
      resolve({
        port: bound !== null && typeof bound === 'object' ? bound.port : port,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}
