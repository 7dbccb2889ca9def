import assert from 'node:assert/strict';
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { parse } from 'yaml';
import { decodeProtobuf } from '../../api/protobuf/decode.ts';
import { builtIn } from '../../api/schema/index.ts';
import { admin, startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import { type HttpsApi, serveHttps } from '../../../test/harness/httpsApi.ts';

const MAPS = '/api/v1/namespaces/d/configmaps';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

interface Answer {
  readonly code: number;
  readonly type: string | undefined;
  readonly body: Buffer;
}

describe('encodings', () => {
  let server: TestServer;
  let api: HttpsApi;
  let agent: Agent;

  before(async () => {
    server = await startTestServer({ authenticators: [{ authenticate: () => Promise.resolve(admin) }] });
    api = await serveHttps(server.handler);
    agent = new Agent({ ca: api.ca.cert });
    for (const name of ['a', 'b']) {
      await server.call('POST', MAPS, { metadata: { name }, data: { k: name, yes: 'no' } });
    }
  });
  after(async () => {
    agent.destroy();
    await api.close();
    await server.stop();
  });

  const open = (path: string, headers: Record<string, string>): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const request = httpsRequest(api.url + path, { agent, headers }, resolve);
      request.once('error', reject);
      request.end();
    });
  const get = async (path: string, headers: Record<string, string>): Promise<Answer> => {
    const response = await open(path, headers);
    return {
      code: response.statusCode ?? 0,
      type: response.headers['content-type'],
      body: await buffer(response),
    };
  };
  const decode = (bytes: Uint8Array, kind: string, message = `V1${kind}`): Record<string, unknown> =>
    decodeProtobuf(bytes, { apiVersion: undefined, kind, schema: builtIn(message) });

  it('are protobuf for an object, a list and an error', async () => {
    const one = await get(`${MAPS}/a`, { accept: `${PROTOBUF},application/json` });
    assert.equal(one.type, PROTOBUF);
    const read = decode(one.body, 'ConfigMap');
    const { body: object } = await server.call('GET', `${MAPS}/a`);
    assert.deepEqual(read, object);

    const list = await get(MAPS, { accept: PROTOBUF });
    assert.equal(list.type, PROTOBUF);
    const message = { message: 'core.v1.ConfigMapList' };
    const { items, metadata } = decodeProtobuf(list.body, {
      apiVersion: 'v1',
      kind: 'ConfigMapList',
      schema: message,
    }) as { items: { data: object }[]; metadata: { resourceVersion: string } };
    assert.deepEqual(
      items.map(({ data }) => data),
      [
        { k: 'a', yes: 'no' },
        { k: 'b', yes: 'no' },
      ],
    );
    assert.match(metadata.resourceVersion, /^\d+$/);

    const missing = await get(`${MAPS}/nothing`, { accept: PROTOBUF });
    assert.deepEqual([missing.code, missing.type], [404, PROTOBUF]);
    assert.equal(decode(missing.body, 'Status')['reason'], 'NotFound');
  });

  it('are frames of protobuf for a watch', async () => {
    const response = await open(`${MAPS}?watch=1&timeoutSeconds=1&resourceVersion=0`, { accept: PROTOBUF });
    assert.equal(response.headers['content-type'], `${PROTOBUF};stream=watch`);
    const all = await buffer(response);
    const seen: unknown[] = [];
    for (let at = 0; at < all.length;) {
      const length = all.readUInt32BE(at);
      const frame = all.subarray(at + 4, at + 4 + length);
      const object = frame.subarray(frame.indexOf('k8s\0'));
      seen.push([
        frame.subarray(2, 7).toString(),
        (decode(object, 'ConfigMap')['metadata'] as { name: string }).name,
      ]);
      at += 4 + length;
    }
    assert.deepEqual(seen, [
      ['ADDED', 'a'],
      ['ADDED', 'b'],
    ]);
  });

  it('are protobuf for metadata alone, and JSON for what has no message', async () => {
    const as = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
    const meta = await get(`${MAPS}/a`, { accept: `${PROTOBUF};${as},application/json;${as}` });
    assert.equal(meta.type, PROTOBUF);
    const message = { message: 'meta.v1.PartialObjectMetadata' };
    const kind = 'PartialObjectMetadata';
    const read = decodeProtobuf(meta.body, { apiVersion: 'meta.k8s.io/v1', kind, schema: message });
    assert.equal((read['metadata'] as { name: string }).name, 'a');
    const table = 'as=Table;g=meta.k8s.io;v=v1';
    const shown = await get(MAPS, { accept: `${PROTOBUF};${table},application/json;${table}` });
    assert.equal(shown.type, 'application/json');
    assert.equal((JSON.parse(shown.body.toString()) as { kind: string }).kind, 'Table');
  });

  it('are YAML, with quotes where a text looks like something else', async () => {
    const one = await get(`${MAPS}/a`, { accept: 'application/yaml' });
    assert.equal(one.type, 'application/yaml');
    assert.match(one.body.toString(), /^apiVersion: v1\ndata:\n {2}k: a\n {2}"yes": "no"\nkind: ConfigMap\n/);
    const { body: object } = await server.call('GET', `${MAPS}/a`);
    assert.deepEqual(parse(one.body.toString(), { version: '1.1' }), object);
    const list = await get(MAPS, { accept: 'application/yaml' });
    assert.equal((parse(list.body.toString()) as { items: object[] }).items.length, 2);
  });

  it('are indented where that is asked for, or a person reads', async () => {
    const isIndented = async (path: string, headers: Record<string, string> = {}): Promise<boolean> => {
      const { body, type } = await get(path, headers);
      assert.equal(type, 'application/json');
      const text = body.toString();
      assert.doesNotThrow(() => JSON.parse(text));
      return text.startsWith('{\n  "');
    };
    for (const path of [MAPS, `${MAPS}/a`, `${MAPS}/nothing`, '/apis']) {
      assert.equal(await isIndented(path), false, path);
      assert.equal(await isIndented(`${path}?pretty=true`), true, path);
      assert.equal(await isIndented(`${path}?pretty=1`), true, path);
      assert.equal(await isIndented(path, { 'user-agent': 'curl/8.0' }), true, path);
      assert.equal(await isIndented(`${path}?pretty=false`, { 'user-agent': 'curl/8.0' }), false, path);
      assert.equal(await isIndented(path, { 'user-agent': 'kubectl/v1.36.0' }), false, path);
    }
    assert.equal(await isIndented('/version'), true);
  });
});
