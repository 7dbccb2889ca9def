import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { bodyFraming } from './bodyFraming.ts';
import { requestOver } from './httpOverStream.ts';

async function* chunks(...parts: string[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(Buffer.from(part));
}

describe('the end of a request’s body', () => {
  let server: Server;
  const seen: string[] = [];

  before(async () => {
    server = createServer((request, response) => {
      void text(request).then((body) => {
        seen.push(`${request.method ?? ''} ${body}`);
        response.end('ok');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => new Promise((resolve) => server.close(resolve)));

  it('is told for bytes, texts and streams, and left to who has told it', () => {
    assert.deepEqual(bodyFraming({}, undefined), {});
    assert.deepEqual(bodyFraming({}, 'ö'), { 'content-length': '2' });
    assert.deepEqual(bodyFraming({}, new Uint8Array(3)), { 'content-length': '3' });
    assert.deepEqual(bodyFraming({}, chunks('a')), { 'transfer-encoding': 'chunked' });
    assert.deepEqual(bodyFraming({ 'Content-Length': '1' }, chunks('a')), {});
  });

  it('reaches the other side with DELETE too, whose body Node does not frame', async () => {
    for (const method of ['DELETE', 'POST', 'OPTIONS']) {
      const { port } = server.address() as AddressInfo;
      const answer = await requestOver(connect(port, '127.0.0.1'), {
        method,
        path: '/',
        headers: {},
        body: chunks('{"grace', 'Period":0}'),
        signal: new AbortController().signal,
      });
      assert.equal(answer.code, 200);
      for await (const chunk of answer.body) assert.equal(Buffer.from(chunk).toString(), 'ok');
    }
    const body = '{"gracePeriod":0}';
    assert.deepEqual(seen, [`DELETE ${body}`, `POST ${body}`, `OPTIONS ${body}`]);
  });
});
