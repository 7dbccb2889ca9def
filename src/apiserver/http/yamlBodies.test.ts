import assert from 'node:assert/strict';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock } from '../../base/clock.ts';
import type { ConfigMap } from '../../api/types.ts';
import type { Status } from '../../api/status.ts';
import { createHttpsTransport, type HttpsTransport } from '../../host/httpsTransport.ts';
import { type HttpsApi, serveHttps } from '../../../test/harness/httpsApi.ts';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import { TaskError } from '../../host/taskThread.ts';
import { createYamlThread, YamlBodies } from './yamlBodies.ts';

const ENTRY = path.resolve(import.meta.dirname, '../../yamlWorker.ts');
const CONFIG_MAPS = '/api/v1/namespaces/d/configmaps';
const user = { name: 'alice', groups: [] };

/** A ConfigMap with so many entries. */
const configMap = (name: string, entries: number): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n` +
  Array.from({ length: entries }, (_, i) => `  key-${i}: "0${i}"\n`).join('');

describe('YAML bodies', function () {
  this.timeout(30_000);
  let server: TestServer;
  let api: HttpsApi;
  let transport: HttpsTransport;
  let thread: ReturnType<typeof createYamlThread>;

  beforeEach(async () => {
    thread = createYamlThread(ENTRY, systemClock);
    server = await startTestServer();
    api = await serveHttps(server.handler, { yaml: thread });
    transport = createHttpsTransport({ server: api.url, ca: api.ca.cert });
  });
  afterEach(async () => {
    transport.dispose();
    await api.close();
    await server.stop();
    await thread.stop();
  });

  const send = async (
    method: string,
    url: string,
    body: string,
    type = 'application/yaml',
  ): Promise<{ code: number; body: ConfigMap & Status; warning: string | undefined }> => {
    const headers = { 'content-type': type };
    const answer = await transport.request({ method, path: url, headers, body: Buffer.from(body) });
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    return { code: answer.status, body: JSON.parse(text) as never, warning: answer.headers.warning };
  };

  it('say the same, long or short', async () => {
    for (const [name, entries] of [
      ['short', 2],
      ['long', 20_000],
    ] as const) {
      const { code, body } = await send('POST', CONFIG_MAPS, configMap(name, entries));
      assert.equal(code, 201, JSON.stringify(body).slice(0, 300));
      assert.equal(Object.keys(body.data ?? {}).length, entries);
      assert.equal(body.data?.['key-1'], '01');
    }
  });

  it('are held to the same rules when they are long: duplicate keys, unknown fields, media types', async () => {
    const twice = `${configMap('twice', 2_000)}  key-1: x\nextra: 1\n`;
    const strict = await send('POST', `${CONFIG_MAPS}?fieldValidation=Strict`, twice);
    assert.equal(strict.code, 400);
    assert.match(strict.body.message ?? '', /unknown field "extra", duplicate field "data.key-1"/);
    const warned = await send('POST', CONFIG_MAPS, twice);
    assert.equal(warned.code, 201);
    assert.match(warned.warning ?? '', /unknown field/);
    const wrongType = await send('POST', CONFIG_MAPS, configMap('x', 2_000), 'application/apply-patch+yaml');
    assert.equal(wrongType.code, 415);
    const applied = await send(
      'PATCH',
      `${CONFIG_MAPS}/applied?fieldManager=me`,
      configMap('applied', 2_000),
      'application/apply-patch+yaml',
    );
    assert.equal(applied.code, 201, applied.body.message);
    const broken = await send('POST', CONFIG_MAPS, `${configMap('x', 2_000)}  [`);
    assert.equal(broken.code, 400);
    assert.match(broken.body.message ?? '', /^error converting YAML to JSON: yaml: line 20\d\d: /);
  });

  it('that are bombs are refused with 400', async () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) =>
        `l${i}: &l${i} [${Array(9)
          .fill(i === 0 ? 'x' : `*l${i - 1}`)
          .join(', ')}]`,
    );
    const text = `a: &a ${'x'.repeat(5_000)}\nb: [${Array(900).fill('*a').join(', ')}]`;
    for (const bomb of [levels.join('\n'), text]) {
      const { code, body } = await send('POST', CONFIG_MAPS, bomb);
      assert.equal(code, 400);
      assert.match(body.message ?? '', /document contains excessive aliasing$/);
    }
    const huge = await send('POST', CONFIG_MAPS, `[${'a,'.repeat(1_000_000)}a]`);
    assert.equal(huge.code, 400);
    assert.match(huge.body.message ?? '', /yaml: document has more than 500000 tokens$/);
    const deep = await send('POST', CONFIG_MAPS, '['.repeat(100_000));
    assert.equal(deep.code, 400);
    assert.match(deep.body.message ?? '', /exceeded max depth/);
  });

  it('hold nothing else up while they are read', async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    // A list of letters, the slowest there is: some seconds.
    const slow = send('POST', CONFIG_MAPS, `[${'a,'.repeat(200_000)}a]`);
    delay.enable();
    let asked = 0;
    let done = false;
    void slow.finally(() => (done = true));
    while (!done) {
      assert.equal((await send('GET', '/version', '')).code, 200);
      asked += 1;
    }
    delay.disable();
    assert.equal((await slow).code, 400);
    assert.ok(asked > 10, `${asked} requests in between`);
    assert.ok(delay.max < 500e6, `${delay.max / 1e6} ms`);
  });

  describe('on a thread that is', () => {
    const long = {
      type: 'bytes' as const,
      bytes: Buffer.from('a: 1\n'.repeat(2_000)),
      contentType: 'application/yaml',
    };

    it('too slow are refused, and told why', async () => {
      const bodies = new YamlBodies({ run: () => Promise.reject(new TaskError('time')) });
      await assert.rejects(Promise.resolve(bodies.read(long, user)), {
        code: 400,
        message: 'error converting YAML to JSON: yaml: the document takes too long to be read',
      });
    });

    it('busy have to come again, those of one user before others', async () => {
      const bodies = new YamlBodies({ run: () => new Promise(() => undefined) });
      for (let count = 0; count < 4; count += 1) void bodies.read(long, user);
      await assert.rejects(Promise.resolve(bodies.read(long, user)), { code: 429 });
      void bodies.read(long, { name: 'bob', groups: [] });
      const full = new YamlBodies({ run: () => Promise.reject(new TaskError('busy')) });
      await assert.rejects(Promise.resolve(full.read(long, user)), { code: 429 });
    });

    it('not needed have it left alone: short bodies, and JSON', async () => {
      const bodies = new YamlBodies({ run: () => Promise.reject(new Error('not asked')) });
      const short = { ...long, bytes: Buffer.from('a: 1') };
      assert.equal(bodies.read(short, user), short);
      const json = { ...long, bytes: Buffer.from(JSON.stringify({ a: 'x'.repeat(10_000) })) };
      const read = await bodies.read(json, user);
      assert.ok(read.type === 'yaml');
      assert.deepEqual(Object.keys(read.decoded.object as object), ['a']);
    });
  });
});
