/**
 * The limit that the API is held against: a bare HTTPS server in a process of its own. POST parses the body and
 * serialises it again; GET serialises an object that POST /keep left there, GET /bytes sends its bytes as they came. Sends
 * its port and CA to the parent.
 */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCa, issueCertificate } from '../../src/host/certificates.ts';

const ca = await createCa('bench', Date.now());
const server = await issueCertificate(
  ca,
  { commonName: 'echo', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'], usage: 'server' },
  Date.now(),
);
let kept: unknown = {};
let keptBytes = Buffer.alloc(0);

const listener = createServer(server, (request, response) => {
  const answer = (code: number, body: unknown): void => {
    send(code, Buffer.from(JSON.stringify(body)));
  };
  const send = (code: number, bytes: Buffer): void => {
    response.writeHead(code, { 'content-type': 'application/json', 'content-length': bytes.length });
    response.end(bytes);
  };
  if (request.method === 'GET') {
    if (request.url === '/bytes') send(200, keptBytes);
    else answer(200, kept);
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const bytes = Buffer.concat(chunks);
    const body: unknown = JSON.parse(bytes.toString());
    if (request.url === '/keep') {
      kept = body;
      keptBytes = bytes;
    }
    answer(201, request.url === '/keep' ? {} : body);
  });
});
// Connections rest while the other server is measured.
listener.keepAliveTimeout = 0;
listener.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (listener.address() as AddressInfo).port, ca: ca.cert });
});
process.once('disconnect', () => process.exit());
