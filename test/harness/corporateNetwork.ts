import { createHash } from 'node:crypto';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { createCa, issueCertificate } from '../../src/host/certificates.ts';
import { tarOf } from '../../src/cluster/machines/docker/tar.ts';

export const REGISTRY = 'registry.corp.test';
export const IMAGE = `${REGISTRY}/tiny:1`;

/** A registry that only a proxy knows the way to, both with what a company's have: an authority and a password. */
export interface CorporateNetwork {
  /** PEM: what the registry's certificate is signed with. */
  readonly authority: string;
  readonly proxyPort: number;
  readonly user: string;
  readonly password: string;
  /** What the proxy was asked to connect to. */
  readonly connected: readonly string[];
  /** Ends all connections. */
  cut(): void;
  stop(): Promise<void>;
}

/** The proxy listens on the address, the registry on loopback. */
export async function startCorporateNetwork(address: string): Promise<CorporateNetwork> {
  const [user, password] = ['staff', "pa'ss word"];
  const ca = await createCa('corporate', Date.now());
  const own = await issueCertificate(
    ca,
    { commonName: REGISTRY, dnsNames: [REGISTRY], usage: 'server' },
    Date.now(),
  );
  const blobs = await imageBlobs();
  const registry = createHttpsServer({ cert: own.cert, key: own.key }, (request, response) => {
    const blob = blobs.get((request.url ?? '').split('/').at(-1) ?? '');
    if (request.url === '/v2/') response.end();
    else if (blob === undefined) response.writeHead(404).end();
    else {
      response.writeHead(200, { 'content-type': blob.type, 'content-length': blob.content.length });
      response.end(request.method === 'HEAD' ? undefined : blob.content);
    }
  });
  const registryPort = await listen(registry, '127.0.0.1');

  const connected: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createHttpServer((_request, response) => response.writeHead(403).end());
  proxy.on('connect', (request, socket: Socket, head) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    const credentials = Buffer.from(`${user}:${password}`).toString('base64');
    if (request.headers['proxy-authorization'] !== `Basic ${credentials}`) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    connected.push(request.url ?? '');
    if (request.url !== `${REGISTRY}:443`) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const target = connect(registryPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      target.write(head);
      socket.pipe(target).pipe(socket);
    });
    sockets.add(target);
    target.on('error', () => socket.destroy());
  });
  const proxyPort = await listen(proxy, address);

  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    registry.closeAllConnections();
  };
  return {
    authority: ca.cert,
    proxyPort,
    user,
    password,
    connected,
    cut,
    async stop() {
      cut();
      await Promise.all([registry, proxy].map(close));
    },
  };
}

interface Blob {
  readonly type: string;
  readonly content: Buffer;
}

/** An image of one small layer: what the registry answers by tag and by digest. */
async function imageBlobs(): Promise<ReadonlyMap<string, Blob>> {
  const tar = await tarOf([{ path: '/hello', content: 'hello' }]);
  const layer = { type: 'application/vnd.oci.image.layer.v1.tar+gzip', content: gzipSync(tar) };
  const config = {
    type: 'application/vnd.oci.image.config.v1+json',
    content: Buffer.from(
      JSON.stringify({
        architecture: process.arch === 'x64' ? 'amd64' : process.arch,
        os: 'linux',
        config: {},
        rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
      }),
    ),
  };
  const described = ({ type, content }: Blob): object => ({
    mediaType: type,
    digest: digestOf(content),
    size: content.length,
  });
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {
    type,
    content: Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: type,
        config: described(config),
        layers: [described(layer)],
      }),
    ),
  };
  return new Map([
    ['1', manifest],
    ...[manifest, config, layer].map((blob) => [digestOf(blob.content), blob] as const),
  ]);
}

function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

async function listen(server: Server, address: string): Promise<number> {
  server.listen(0, address);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
