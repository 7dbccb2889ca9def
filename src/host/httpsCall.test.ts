import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCa, issueCertificate, type CertifiedKey } from './certificates.ts';
import { httpsHold } from './httpsCall.ts';

describe('httpsHold', () => {
  let ca: CertifiedKey;
  let server: Server;
  let answers: ServerResponse[];
  let onRequest: () => void;

  beforeEach(async () => {
    ca = await createCa('test', Date.now());
    const { cert, key } = await issueCertificate(
      ca,
      { commonName: 'server', dnsNames: [], ipAddresses: ['127.0.0.1'], usage: 'server' },
      Date.now(),
    );
    answers = [];
    onRequest = () => undefined;
    server = createServer({ cert, key }, (_request, response) => {
      answers.push(response);
      onRequest();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const hold = (signal: AbortSignal): ReturnType<typeof httpsHold> =>
    httpsHold({
      url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      method: 'GET',
      ca: ca.cert,
      signal,
    });

  it('holds on when the time to begin has passed, and sees the other side go', async () => {
    onRequest = () => {
      answers.at(-1)?.writeHead(200);
      answers.at(-1)?.flushHeaders();
    };
    const begin = new AbortController();
    const held = await hold(begin.signal);
    let isClosed = false;
    const closed = held.closed.then(() => (isClosed = true));
    begin.abort();
    // A whole exchange later, an end would have been seen.
    (await hold(new AbortController().signal)).release();
    assert.equal(isClosed, false);
    answers[0]?.destroy();
    await closed;
  });

  it('gives up where no answer begins', async () => {
    const begin = new AbortController();
    onRequest = () => begin.abort(new Error('too late'));
    await assert.rejects(hold(begin.signal));
  });
});
