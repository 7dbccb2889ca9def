import { createServer } from 'node:net';

/** Below what systems give to outgoing connections (Linux from 32768, others from 49152). */
const FIRST = 20_000;
const LAST = 32_767;
const ATTEMPTS = 50;

/**
 * A TCP port that is free on loopback now, for something that keeps it: one that no outgoing connection takes while it
 * is not listened on. `random` gives numbers in [0, 1).
 */
export async function freePort(random: () => number = Math.random): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = FIRST + Math.floor(random() * (LAST - FIRST + 1));
    if ((await boundTo(port)) !== undefined) return port;
  }
  const any = await boundTo(0);
  if (any === undefined) throw new Error('no port is free on 127.0.0.1');
  return any;
}

/** The port that can be listened on, undefined where it is taken. */
function boundTo(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const bound = server.address();
      const found = bound !== null && typeof bound === 'object' ? bound.port : undefined;
      server.close(() => resolve(found));
    });
  });
}
