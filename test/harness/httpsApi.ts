import { createHttpAdapter, type HttpAdapterOptions } from '../../src/apiserver/http/adapter.ts';
import type { RequestHandler } from '../../src/api/request.ts';
import { type CertifiedKey, createCa, issueCertificate } from '../../src/host/certificates.ts';
import { type HttpsListener, type ListenerLimits, startHttpsListener } from '../../src/host/httpsListener.ts';

export interface HttpsApi {
  readonly listener: HttpsListener;
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly ca: CertifiedKey;
  /** A client certificate of the CA. */
  issue(commonName: string, organizations?: readonly string[]): Promise<CertifiedKey>;
  close(): Promise<void>;
}

/** Serves a handler over HTTPS on loopback, with a CA of its own. */
export async function serveHttps(
  handler: RequestHandler,
  options: HttpAdapterOptions & { listener?: Partial<ListenerLimits> } = {},
): Promise<HttpsApi> {
  const ca = await createCa('test', Date.now());
  const server = await issueCertificate(
    ca,
    {
      commonName: 'kube-apiserver',
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1'],
      usage: 'server',
    },
    Date.now(),
  );
  const adapter = createHttpAdapter(handler, options);
  const listener = await startHttpsListener({
    addresses: ['127.0.0.1'],
    port: 0,
    tls: { ...server, clientCa: ca.cert },
    request: (request, response, peer) => adapter.request(request, response, peer),
    upgrade: (request, socket, head, peer) => adapter.upgrade(request, socket, head, peer),
    ...(options.listener === undefined ? {} : { limits: options.listener }),
  });
  return {
    listener,
    url: `https://127.0.0.1:${listener.port}`,
    ca,
    issue: (commonName, organizations = []) =>
      issueCertificate(ca, { commonName, organizations, usage: 'client' }, Date.now()),
    close: () => listener.close(),
  };
}
