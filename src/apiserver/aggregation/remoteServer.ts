import type { Duplex } from 'node:stream';
import { setOwnProperty } from '../../base/ownProperty.ts';
import type { UserInfo } from '../../api/request.ts';
import type { APIService } from '../../api/types.ts';
import { HttpsPool, type PooledResponse } from '../../host/httpsPool.ts';
import type { Identity } from '../verbs/subresources/tunnel.ts';

export interface RemoteServerOptions {
  /** Opens a TCP connection to one of a service's endpoints. */
  dialService(
    service: { readonly namespace: string; readonly name: string; readonly port: number },
    signal: AbortSignal,
  ): Promise<Duplex>;
  /** The client certificate and key, PEM. They prove to other servers that this server names the user. */
  readonly clientCertificate: { readonly cert: string; readonly key: string };
}

const PORT = 443;

/** One server that an APIService names. Connections are kept between requests. */
export class RemoteServer {
  readonly host: string;
  readonly #pool: HttpsPool;

  constructor({ spec }: APIService, options: RemoteServerOptions) {
    const { namespace = '', name = '', port = PORT } = spec?.service ?? {};
    const { caBundle = '', insecureSkipTLSVerify: isInsecure = false } = spec ?? {};
    this.host = `${name}.${namespace}.svc`;
    this.#pool = new HttpsPool({
      ...options.clientCertificate,
      ...(caBundle === '' ? {} : { ca: Buffer.from(caBundle, 'base64').toString() }),
      insecure: isInsecure,
      serverName: this.host,
      dial: (signal) => options.dialService({ namespace, name, port }, signal),
    });
  }

  request(
    user: UserInfo,
    request: {
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
      readonly signal: AbortSignal;
    },
  ): Promise<PooledResponse> {
    const headers = { ...request.headers, ...identityOf(user) };
    return this.#pool.request({ ...request, headers, host: this.host, port: PORT });
  }

  connect(): Promise<Duplex> {
    return this.#pool.connect();
  }

  dispose(): void {
    this.#pool.dispose();
  }
}

/**
 * The headers that name the user, as an authenticating proxy sends them (client-go `transport.SetAuthProxyHeaders`).
 */
export function identityOf({ name, uid = '', groups, extra = {} }: UserInfo): Identity {
  const headers: Record<string, string | string[]> = { 'X-Remote-User': encoded(name) };
  if (uid !== '') headers['X-Remote-Uid'] = encoded(uid);
  if (groups.length > 0) headers['X-Remote-Group'] = groups.map(encoded);
  for (const [key, values] of Object.entries(extra)) {
    setOwnProperty(headers, `X-Remote-Extra-${encodeURIComponent(key)}`, values.map(encoded));
  }
  return headers;
}

/** Headers carry bytes: names in other scripts are sent as UTF-8, as Go does. */
function encoded(text: string): string {
  return Buffer.from(text).toString('latin1');
}
