import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../api/meta.ts';
import type { Status } from '../../api/status.ts';
import type { ConfigMap, Deployment } from '../../api/types.ts';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import { inheritedKeys } from '../../../test/harness/builtIns.ts';

const CONFIG_MAPS = '/api/v1/namespaces/d/configmaps';

/** Values under all keys that objects inherit, as a client writes them: a literal would lose `__proto__`. */
const text = (value: string): string => `{${inheritedKeys.map((key) => `"${key}":"${value}"`).join(',')}}`;

describe('keys that every object inherits', () => {
  let folder: string;
  let server: TestServer;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelhouse-keys-'));
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    server = await startTestServer({ storagePath: join(folder, 'store') });
  });
  afterEach(() => server.stop());

  const send = <T = ConfigMap>(
    method: string,
    url: string,
    body?: string,
    type = 'application/json',
  ): Promise<{ code: number; body: T }> =>
    server.call<T>(method, url, body, { headers: { 'content-type': type } });
  const dataOf = async (name: string): Promise<string> =>
    JSON.stringify((await send('GET', `${CONFIG_MAPS}/${name}`)).body.data ?? {});
  const fill = async (name: string, data: string): Promise<void> => {
    await send('DELETE', `${CONFIG_MAPS}/${name}`);
    const made = await send('POST', CONFIG_MAPS, `{"metadata":{"name":"${name}"},"data":${data}}`);
    assert.equal(made.code, 201, JSON.stringify(made.body));
  };

  it('are keys of a ConfigMap, in YAML as well, and are there after the store was closed', async () => {
    await fill('kept', text('1'));
    const yaml = `metadata: { name: yaml }\ndata:\n${inheritedKeys.map((key) => `  ${key}: "1"\n`).join('')}`;
    assert.equal((await send('POST', CONFIG_MAPS, yaml, 'application/yaml')).code, 201);
    const put = `{"metadata":{"name":"kept"},"data":${text('2')}}`;
    assert.equal((await send('PUT', `${CONFIG_MAPS}/kept`, put)).code, 200);
    assert.equal(await dataOf('yaml'), text('1'));
    await server.stop();
    server = await startTestServer({ storagePath: join(folder, 'store') });
    assert.equal(await dataOf('kept'), text('2'));
  });

  for (const type of ['merge-patch+json', 'strategic-merge-patch+json']) {
    it(`are added, changed and removed by a ${type}`, async () => {
      await fill('patched', '{"a":"1"}');
      const patch = (data: string): Promise<unknown> =>
        send('PATCH', `${CONFIG_MAPS}/patched`, `{"data":${data}}`, `application/${type}`);
      await patch(text('1'));
      assert.equal(await dataOf('patched'), `{"a":"1",${text('1').slice(1)}`);
      await patch('{"a":null,"b":"1"}');
      await patch(text('2'));
      await patch('{"b":null}');
      assert.equal(await dataOf('patched'), text('2'));
      await patch(`{${inheritedKeys.map((key) => `"${key}":null`).join(',')}}`);
      assert.equal(await dataOf('patched'), '{}');
    });
  }

  it('are added and removed by a JSON patch', async () => {
    await fill('patched', '{}');
    const patch = (operation: object): Promise<{ code: number }> => {
      const operations = inheritedKeys.map((key) => ({ path: `/data/${key}`, ...operation }));
      const url = `${CONFIG_MAPS}/patched`;
      return send('PATCH', url, JSON.stringify(operations), 'application/json-patch+json');
    };
    assert.equal((await patch({ op: 'add', value: '1' })).code, 422);
    await send('PATCH', `${CONFIG_MAPS}/patched`, '{"data":{"a":"1"}}', 'application/merge-patch+json');
    assert.equal((await patch({ op: 'remove' })).code, 422);
    assert.equal((await patch({ op: 'add', value: '1' })).code, 200);
    assert.equal(await dataOf('patched'), `{"a":"1",${text('1').slice(1)}`);
    assert.equal((await patch({ op: 'remove' })).code, 200);
    assert.equal(await dataOf('patched'), '{"a":"1"}');
  });

  it('have owners, and go when their applier gives them up', async () => {
    const apply = <T = ConfigMap>(manager: string, data: string): Promise<{ code: number; body: T }> =>
      send<T>(
        'PATCH',
        `${CONFIG_MAPS}/applied?fieldManager=${manager}`,
        `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"applied"},"data":${data}}`,
        'application/apply-patch+yaml',
      );
    const made = await apply('one', text('1'));
    assert.equal(made.code, 201, JSON.stringify(made.body));
    const [entry] = made.body.metadata.managedFields ?? [];
    const fields = (entry?.fieldsV1 as { 'f:data': object })['f:data'];
    assert.deepEqual(Object.keys(fields).sort(), inheritedKeys.map((key) => `f:${key}`).sort());
    const conflict = await apply<Status>('two', text('2'));
    assert.equal(conflict.code, 409);
    assert.deepEqual(
      conflict.body.details?.causes?.map((cause) => cause.field).sort(),
      inheritedKeys.map((key) => `.data.${key}`).sort(),
    );
    assert.equal((await apply('one', text('3'))).code, 200);
    assert.equal(await dataOf('applied'), text('3'));
    assert.equal((await apply('one', '{"a":"1"}')).code, 200);
    assert.equal(await dataOf('applied'), '{"a":"1"}');
  });

  it('are unknown fields, and Strict names them', async () => {
    for (const key of inheritedKeys) {
      const url = `${CONFIG_MAPS}?fieldValidation=Strict&dryRun=All`;
      const body = `{"${key}":{},"metadata":{"name":"x","${key}":1}}`;
      const refused = await send<Status>('POST', url, body);
      assert.equal(refused.code, 400);
      assert.match(
        refused.body.message ?? '',
        new RegExp(`unknown field "${key}", unknown field "metadata\\.${key}"$`),
      );
      const dropped = await send('POST', `${CONFIG_MAPS}?dryRun=All`, body);
      assert.equal(dropped.code, 201);
      assert.deepEqual(Object.keys(dropped.body).sort(), ['apiVersion', 'kind', 'metadata']);
    }
  });

  it('count as a change: of what is immutable, and of the generation', async () => {
    for (const key of inheritedKeys) {
      await fill('fixed', '{"a":"1"}');
      const url = `${CONFIG_MAPS}/fixed`;
      assert.equal(
        (await send('PATCH', url, '{"immutable":true}', 'application/merge-patch+json')).code,
        200,
      );
      const change = `{"data":{"${key}":"1"}}`;
      assert.equal((await send('PATCH', url, change, 'application/merge-patch+json')).code, 422, key);
    }
    const root = '/apis/apps/v1/namespaces/d/deployments';
    const made = await send(
      'POST',
      root,
      JSON.stringify({
        metadata: { name: 'web' },
        spec: {
          selector: { matchLabels: { a: 'b' } },
          template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'a' }] } },
        },
      }),
    );
    assert.equal(made.code, 201, JSON.stringify(made.body));
    const patch = '{"spec":{"template":{"metadata":{"labels":{"constructor":"x"}}}}}';
    const changed = await send<Deployment>('PATCH', `${root}/web`, patch, 'application/merge-patch+json');
    assert.equal(changed.body.metadata.generation, 2);
  });

  it('are keys of a Secret, and no types of Secrets that are known', async () => {
    const body = `{"metadata":{"name":"s"},"type":"constructor","stringData":${text('x')}}`;
    const made = await send('POST', '/api/v1/namespaces/d/secrets', body);
    assert.equal(made.code, 201, JSON.stringify(made.body));
    assert.equal(JSON.stringify(made.body.data), text('eA=='));
  });

  it('are labels only where they are given', async () => {
    const list = async (selector: string): Promise<string[]> => {
      const url = `${CONFIG_MAPS}?labelSelector=${encodeURIComponent(selector)}`;
      const { body } = await send<{ items: KubeObject[] }>('GET', url);
      return body.items.map(({ metadata }) => metadata.name);
    };
    for (const name of await list('')) await send('DELETE', `${CONFIG_MAPS}/${name}`);
    await send('POST', CONFIG_MAPS, '{"metadata":{"name":"with","labels":{"constructor":"a"}}}');
    await send('POST', CONFIG_MAPS, '{"metadata":{"name":"without"}}');
    assert.deepEqual(await list('constructor'), ['with']);
    assert.deepEqual(await list('!constructor'), ['without']);
    assert.deepEqual(await list('constructor in (a,b)'), ['with']);
    assert.deepEqual(await list('constructor notin (a)'), ['without']);
    assert.deepEqual(await list('valueOf'), []);
  });

  it('are refused as fields of selectors', async () => {
    for (const key of inheritedKeys) {
      assert.equal((await send('GET', `${CONFIG_MAPS}?fieldSelector=${key}%3Dx`)).code, 400, key);
    }
  });

  it('are neither groups, versions, resources nor subresources', async () => {
    await fill('found', '{}');
    for (const key of inheritedKeys) {
      for (const url of [
        `/${key}`,
        `/apis/${key}`,
        `/apis/${key}/v1/x`,
        `/apis/apps/${key}/x`,
        `/api/v1/${key}`,
        `/api/v1/namespaces/d/${key}`,
        `/api/v1/namespaces/d/${key}/x`,
        `${CONFIG_MAPS}/${key}`,
        `${CONFIG_MAPS}/found/${key}`,
        `/openapi/v3/${key}`,
        `/openapi/v3/apis/apps/${key}`,
        `/healthz/${key}`,
      ]) {
        assert.equal((await send('GET', url)).code, 404, url);
      }
    }
  });

  it('are no suffixes of quantities', async () => {
    for (const key of inheritedKeys) {
      const resources = { requests: { cpu: `1${key}` } };
      const body = { metadata: { name: 'p' }, spec: { containers: [{ name: 'a', image: 'a', resources }] } };
      const { code } = await send('POST', '/api/v1/namespaces/d/pods', JSON.stringify(body));
      assert.equal(code, 400, key);
    }
  });

  it('have no meaning of their own in managedFields: what cannot be read counts as not given', async () => {
    await fill('owned', '{"a":"1"}');
    const { body } = await send('GET', `${CONFIG_MAPS}/owned`);
    for (const fieldsV1 of ['{"__proto__":{"f:data":{}}}', '{"f:data":{"constructor":{}}}', '{"f:data":1}']) {
      const metadata = `{"name":"owned","managedFields":[{"manager":"m","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":${fieldsV1}}]}`;
      const put = `{"metadata":${metadata},"data":{"a":"1"}}`;
      const written = await send('PUT', `${CONFIG_MAPS}/owned`, put);
      assert.equal(written.code, 200, JSON.stringify(written.body));
      assert.deepEqual(written.body.metadata.managedFields, body.metadata.managedFields, fieldsV1);
    }
  });
});
