import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Runtime } from '../../runtime/contract.ts';
import { type ClientUpgrade, offeredProtocols, receiveUpgrade, refuseUpgrade } from './clientUpgrade.ts';
import { servePortForwardTunnel, tunnelledProtocols } from './portForwardTunnel.ts';
import { serveRemoteCommand, V5_PROTOCOL } from './remoteCommand.ts';
import { parseStreamPath, streamRequest, type StreamTargets } from './streamRequest.ts';

export interface StreamOptions extends StreamTargets {
  readonly runtime: Pick<Runtime, 'stream'>;
}

/**
 * Serves exec, attach and portForward. The runtime gives a URL of its streaming server, which speaks SPDY and the
 * WebSocket protocols up to v4: such a client's bytes go there as they are. What newer clients speak is translated
 * here, on the node, so that neither the link nor the control plane has more to do than to pass bytes on.
 */
export async function openStream(options: StreamOptions, path: string, tunnel: Duplex): Promise<void> {
  tunnel.on('error', () => tunnel.destroy());
  const upgrade = await receiveUpgrade(tunnel);
  const asked = parseStreamPath(path);
  const target = async (): Promise<URL> =>
    new URL(await options.runtime.stream(await streamRequest(options, asked)));
  const offered = offeredProtocols(upgrade.request);
  const tunnelled = tunnelledProtocols(offered);
  if (asked.action !== 'portForward' && offered.includes(V5_PROTOCOL)) {
    await serveRemoteCommand(upgrade, asked, target);
  } else if (asked.action === 'portForward' && tunnelled.length > 0) {
    await servePortForwardTunnel(upgrade, tunnelled, target);
  } else await passThrough(upgrade, target);
}

/** The client's own upgrade request goes on with another path and host; from then on bytes pass as they are. */
async function passThrough(upgrade: ClientUpgrade, target: () => Promise<URL>): Promise<void> {
  const { socket: client } = upgrade;
  let url: URL;
  try {
    url = await target();
  } catch (error) {
    refuseUpgrade(client, error);
    return;
  }
  const server = connect({ host: url.hostname, port: Number(url.port), allowHalfOpen: true, noDelay: true });
  server.on('error', () => client.destroy());
  client.on('close', () => server.destroySoon());
  server.on('close', () => client.destroy());
  server.write(headFor(url, upgrade));
  if (upgrade.head.length > 0) server.write(upgrade.head);
  client.pipe(server).pipe(client);
}

function headFor(url: URL, { request }: ClientUpgrade): Buffer {
  const lines = [`${request.method ?? 'GET'} ${url.pathname}${url.search} HTTP/1.1`];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] ?? '';
    lines.push(`${name}: ${name.toLowerCase() === 'host' ? url.host : (request.rawHeaders[at + 1] ?? '')}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
