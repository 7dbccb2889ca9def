import type { Duplex } from 'node:stream';
import type { ApiResponse, UpgradedConnection } from '../../../api/request.ts';
import type { Exchange } from '../../exchange.ts';
import { offeredProtocols } from '../../webSocketProtocols.ts';

/** Ours to know and nobody's behind us: who asks was settled here. */
const WITHHELD = /^(authorization|impersonate-.*)$/i;

/** Headers by which a server behind this one knows who asks. */
export type Identity = Readonly<Record<string, string | string[]>>;

/** Only this server may say who asks. */
export const IDENTITY = /^x-remote-(?:user|uid|group|extra-.*)$/i;

/** True where the client wants to go on in another protocol. */
export function wantsUpgrade({ request }: Exchange): boolean {
  return (
    request.headers.upgrade !== undefined &&
    (request.headers.connection ?? '').toLowerCase().includes('upgrade')
  );
}

/**
 * Hands the client's connection to a tunnel: the request's head with another path goes first, then bytes both ways
 * until either side ends.
 */
export function upgradeInto(tunnel: Duplex, path: string, host?: string, identity?: Identity): ApiResponse {
  return {
    type: 'upgrade',
    take(connection) {
      tunnel.write(headOf(connection, path, host, identity));
      if (connection.head.length > 0) tunnel.write(connection.head);
      join(connection.socket, tunnel);
    },
  };
}

function headOf(
  { method, rawHeaders }: UpgradedConnection,
  path: string,
  host: string | undefined,
  identity: Identity | undefined,
): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (WITHHELD.test(name) || (identity !== undefined && IDENTITY.test(name))) continue;
    lines.push(`${name}: ${sentValue(name.toLowerCase(), rawHeaders[at + 1] ?? '', host)}`);
  }
  for (const [name, values] of Object.entries(identity ?? {})) {
    for (const value of [values].flat()) lines.push(`${name}: ${value}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

function sentValue(name: string, value: string, host: string | undefined): string {
  if (name === 'host') return host ?? value;
  // A token may be among the subprotocols.
  return name === 'sec-websocket-protocol' ? offeredProtocols(value).join(', ') : value;
}

/** Pipes both ways. An end is passed on after what came before it; where one side breaks off, the other does too. */
export function join(a: Duplex, b: Duplex): void {
  const forward = (from: Duplex, to: Duplex): void => {
    from.pipe(to);
    from.once('error', () => to.destroy());
    from.once('close', () => {
      if (!from.readableEnded) to.destroy();
    });
  };
  forward(a, b);
  forward(b, a);
}
