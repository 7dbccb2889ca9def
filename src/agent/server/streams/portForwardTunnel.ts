import { webSocketStream } from '../../../host/webSocketStream.ts';
import { acceptWebSocket, type ClientUpgrade, refuseUpgrade } from './clientUpgrade.ts';
import { type SpdyConnection, upgradeToSpdy } from './spdyUpgrade.ts';

const PREFIX = 'SPDY/3.1+';
const SUFFIX = '.k8s.io';

/** The SPDY protocols that a client offers to speak through a WebSocket: `SPDY/3.1+portforward.k8s.io`. */
export function tunnelledProtocols(offered: readonly string[]): readonly string[] {
  return offered
    .filter((name) => name.startsWith(PREFIX) && name.endsWith(SUFFIX))
    .map((name) => name.slice(PREFIX.length));
}

/**
 * Serves port-forward to clients that carry SPDY in a WebSocket's binary messages (KEP-4006, apiserver
 * `pkg/util/proxy/streamtunnel.go`): the bytes go to the runtime's SPDY server as they are.
 */
export async function servePortForwardTunnel(
  upgrade: ClientUpgrade,
  protocols: readonly string[],
  target: () => Promise<URL>,
): Promise<void> {
  let connection: SpdyConnection;
  try {
    connection = await upgradeToSpdy(await target(), protocols);
  } catch (error) {
    refuseUpgrade(upgrade.socket, error);
    return;
  }
  const { socket, head, protocol } = connection;
  socket.on('error', () => socket.destroy());
  if (upgrade.socket.destroyed) {
    socket.destroy();
    return;
  }
  const client = webSocketStream(await acceptWebSocket(upgrade, PREFIX + protocol));
  client.on('error', () => client.destroy());
  client.once('close', () => socket.destroy());
  socket.once('close', () => client.end());
  if (head.length > 0) client.write(head);
  client.pipe(socket).pipe(client);
}
