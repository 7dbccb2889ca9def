import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface SpdyConnection {
  readonly socket: Duplex;
  /** Data that came directly after the answer. */
  readonly head: Uint8Array;
  /** The protocol that the server chose; '' for none. */
  readonly protocol: string;
}

/** The server's answer where it did not upgrade. */
export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused';
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Asks a streaming server for SPDY/3.1 with one of the protocols. @throws UpgradeRefused */
export function upgradeToSpdy(target: URL, protocols: readonly string[]): Promise<SpdyConnection> {
  return new Promise((resolve, reject) => {
    const call = request({
      method: 'POST',
      host: target.hostname,
      port: target.port,
      path: target.pathname + target.search,
      agent: false,
      headers: {
        host: target.host,
        connection: 'Upgrade',
        upgrade: 'SPDY/3.1',
        'x-stream-protocol-version': protocols as string[],
        'content-length': '0',
      },
    });
    call.once('error', reject);
    call.once('upgrade', ({ headers }: IncomingMessage, socket, head) => {
      const protocol = headers['x-stream-protocol-version'];
      resolve({ socket, head, protocol: typeof protocol === 'string' ? protocol : '' });
    });
    call.once('response', (response) => {
      text(response).then((body) => reject(new UpgradeRefused(response.statusCode ?? 502, body)), reject);
    });
    call.end();
  });
}
