import type { ClientRequest, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { TIME_HEADER } from '../../protocol/agentLink.ts';
import type { MachineClock } from './machineClock.ts';

export interface DialOptions {
  /** `https://ADDRESS:PORT` */
  readonly server: string;
  readonly path: string;
  readonly protocol: string;
  /** The only trusted root, PEM. */
  readonly ca: string;
  /** The node's certificate, once it has one. */
  readonly cert?: string;
  readonly key?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly handshakeTimeoutMs: number;
  /** Hears the time that the answer tells, also where it is a refusal. */
  readonly machineClock?: MachineClock | undefined;
}

/** A WebSocket from this node to the control plane. */
export function dial(options: DialOptions): WebSocket {
  const { server, path, protocol, ca, cert, key, headers, handshakeTimeoutMs, machineClock } = options;
  let sent = NaN;
  const hear = (answer: IncomingMessage): void => {
    const time = Number(answer.headers[TIME_HEADER]);
    if (time > 0) void machineClock?.told(time, performance.now() - sent);
  };
  return new WebSocket(server.replace(/^http/, 'ws') + path, protocol, {
    ca,
    ...(cert === undefined ? {} : { cert, key }),
    headers: { ...headers },
    perMessageDeflate: false,
    handshakeTimeout: handshakeTimeoutMs,
    // Masks protect proxies that read along, which TLS keeps from it: not worth half the rate of a bulk flow.
    generateMask: (mask) => void mask.fill(0),
    finishRequest: (request: ClientRequest) => {
      // It goes out with the end of the handshake, which takes long on a slow machine.
      request.once('socket', (tls) => tls.once('secureConnect', () => (sent = performance.now())));
      request.once('upgrade', hear).once('response', hear).end();
    },
  });
}
