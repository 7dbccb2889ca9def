import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type CertifiedKey, createCa, issueCertificate } from '../../src/host/certificates.ts';

export interface Review {
  readonly uid: string;
  readonly operation: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly subResource?: string;
  readonly requestResource: { readonly version: string };
  readonly name?: string;
  readonly namespace?: string;
  readonly object: Record<string, unknown> | null;
  readonly oldObject: Record<string, unknown> | null;
  readonly options: Record<string, unknown> | null;
  readonly userInfo: { readonly username: string; readonly groups: readonly string[] };
  readonly dryRun: boolean;
}

/** What a hook says: parts of the response, the whole body as a text with its code, or nothing at all, ever. */
export type Answer = object | { readonly text: string; readonly code?: number } | 'hang';

export type Hook = (review: Review, url: string) => Answer | Promise<Answer>;

export interface WebhookServer {
  readonly port: number;
  readonly url: string;
  /** Base64, as configurations have it. */
  readonly caBundle: string;
  /** What it was asked, in order: `PATH OPERATION RESOURCE[/SUBRESOURCE] NAME`. */
  readonly asked: string[];
  /** The reviews, in order. */
  readonly reviews: Review[];
  /** How many connections were made to it. */
  connections(): number;
  /** Ends what is connected now. */
  dropConnections(): void;
  close(): Promise<void>;
}

/** A webhook on loopback that speaks HTTPS; `dnsNames` are what its certificate is for besides 127.0.0.1. */
export async function startWebhookServer(
  hook: Hook,
  { dnsNames = ['localhost'] }: { readonly dnsNames?: readonly string[] } = {},
): Promise<WebhookServer> {
  const { ca, served } = await certificates(dnsNames);
  const asked: string[] = [];
  const reviews: Review[] = [];
  const sockets = new Set<Duplex>();
  let connections = 0;
  const server: Server = createServer({ ...served }, (request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const review = (JSON.parse(text) as { request: Review; apiVersion: string }).request;
      const { apiVersion } = JSON.parse(text) as { apiVersion: string };
      const { subResource = '', name = '' } = review;
      const resource = review.resource.resource + (subResource === '' ? '' : `/${subResource}`);
      asked.push([request.url?.split('?')[0], review.operation, resource, name].join(' ').trim());
      reviews.push(review);
      void Promise.resolve(hook(review, request.url ?? '')).then((answer) => {
        if (answer === 'hang') return;
        if ('text' in answer && typeof answer.text === 'string') {
          response.writeHead('code' in answer ? answer.code : 200);
          response.end(answer.text);
          return;
        }
        response.setHeader('content-type', 'application/json');
        const given = { uid: review.uid, allowed: true, ...answer };
        response.end(JSON.stringify({ kind: 'AdmissionReview', apiVersion, response: given }));
      });
    });
  });
  server.on('connection', (socket: Duplex) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    caBundle: Buffer.from(ca.cert).toString('base64'),
    asked,
    reviews,
    connections: () => connections,
    dropConnections() {
      for (const socket of sockets) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Keys are slow to make: one authority and one certificate a set of names for all tests of a process. */
const made = new Map<string, Promise<{ ca: CertifiedKey; served: CertifiedKey }>>();

function certificates(dnsNames: readonly string[]): Promise<{ ca: CertifiedKey; served: CertifiedKey }> {
  const key = dnsNames.join(' ');
  let both = made.get(key);
  if (both === undefined) {
    both = (async () => {
      const now = Date.now();
      const ca = await createCa('webhooks', now);
      const request = {
        commonName: 'webhook',
        dnsNames,
        ipAddresses: ['127.0.0.1'],
        usage: 'server',
      } as const;
      return { ca, served: await issueCertificate(ca, request, now) };
    })();
    made.set(key, both);
  }
  return both;
}

/** A JSON Patch as a response carries it. */
export function patchOf(...operations: readonly object[]): object {
  return {
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
  };
}
