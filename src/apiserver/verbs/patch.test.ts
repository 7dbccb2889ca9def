import assert from 'node:assert/strict';
import type { Deployment } from '../../api/types.ts';
import type { Status } from '../../api/status.ts';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';

const ROOT = '/apis/apps/v1/namespaces/d/deployments';
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'a', image: 'a:1' }] },
    },
  },
};

describe('patch', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());
  beforeEach(async () => {
    const made = await server.call('POST', ROOT, structuredClone(deployment));
    assert.equal(made.code, 201, JSON.stringify(made.body));
  });
  afterEach(() => server.call('DELETE', `${ROOT}/web`));

  const patch = <T = Deployment>(
    type: string,
    body: unknown,
    suffix = '',
  ): Promise<{ code: number; body: T }> =>
    server.call<T>('PATCH', `${ROOT}/web${suffix}`, JSON.stringify(body), {
      headers: { 'content-type': `application/${type}` },
    });

  it('merges containers by name in a strategic merge patch', async () => {
    const { code, body } = await patch('strategic-merge-patch+json', {
      spec: { template: { spec: { containers: [{ name: 'b', image: 'b:1' }] } } },
    });
    assert.equal(code, 200, JSON.stringify(body));
    assert.deepEqual(
      body.spec.template.spec?.containers.map((c) => c.image),
      ['b:1', 'a:1'],
    );
    assert.equal(body.metadata.generation, 2);
  });

  it('replaces lists in a merge patch and removes what is null', async () => {
    const labelled = await patch('merge-patch+json', { metadata: { labels: { x: 'y' } } });
    assert.deepEqual(labelled.body.metadata.labels, { x: 'y' });
    const { body } = await patch('merge-patch+json', { metadata: { labels: null }, spec: { replicas: 4 } });
    assert.equal(body.metadata.labels, undefined);
    assert.equal(body.spec.replicas, 4);
  });

  it('honours the test operation of a JSON patch', async () => {
    const wrong = await patch<Status>('json-patch+json', [{ op: 'test', path: '/spec/replicas', value: 7 }]);
    assert.equal(wrong.code, 422);
    const { body } = await patch('json-patch+json', [
      { op: 'test', path: '/spec/replicas', value: 1 },
      { op: 'replace', path: '/spec/replicas', value: 2 },
    ]);
    assert.equal(body.spec.replicas, 2);
  });

  it('changes only status and metadata through the status subresource', async () => {
    const { code, body } = await patch(
      'merge-patch+json',
      {
        metadata: { annotations: { a: 'b' } },
        spec: { replicas: 9 },
        status: { replicas: 1, readyReplicas: 1 },
      },
      '/status',
    );
    assert.equal(code, 200, JSON.stringify(body));
    assert.equal(body.spec.replicas, 1);
    assert.equal(body.status?.readyReplicas, 1);
    assert.deepEqual(body.metadata.annotations, { a: 'b' });
  });

  it('is a condition where it names a resourceVersion', async () => {
    const stale = await patch<Status>('merge-patch+json', {
      metadata: { resourceVersion: '1', labels: { a: 'b' } },
    });
    assert.equal(stale.code, 409);
  });

  it('answers Invalid for a value of the wrong type and 415 for an unknown type of patch', async () => {
    const wrong = await patch<Status>('merge-patch+json', { spec: { replicas: 'many' } });
    assert.equal(wrong.code, 422);
    assert.match(
      wrong.body.message ?? '',
      /cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32/,
    );
    assert.equal((await patch('json', {})).code, 415);
  });

  it('reports unknown fields as fieldValidation says', async () => {
    const strict = await patch<Status>('merge-patch+json', { spec: { foo: 1 } }, '?fieldValidation=Strict');
    assert.equal(strict.code, 422);
    assert.match(strict.body.message ?? '', /strict decoding error: unknown field "spec.foo"/);
    const warned = await patch('merge-patch+json', { spec: { foo: 1, replicas: 3 } });
    assert.equal(warned.code, 200);
    assert.equal(Reflect.get(warned.body.spec, 'foo'), undefined);
  });

  it('keeps all of many concurrent patches', async () => {
    await Promise.all(
      Array.from({ length: 5 }, (_, n) =>
        patch('merge-patch+json', { metadata: { annotations: { [`n${n}`]: 'x' } } }),
      ),
    );
    const { body } = await server.call<Deployment>('GET', `${ROOT}/web`);
    assert.equal(Object.keys(body.metadata.annotations ?? {}).length, 5);
  });
});

describe('create with fieldValidation', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  const body = JSON.stringify({ ...deployment, spec: { ...deployment.spec, unknownField: 1 } }).replace(
    '"replicas":1',
    '"replicas":1,"replicas":2',
  );

  it("refuses unknown and duplicate fields in Strict, in upstream's words", async () => {
    const answer = await server.call<Status>('POST', `${ROOT}?fieldValidation=Strict`, body);
    assert.equal(answer.code, 400);
    assert.equal(
      answer.body.message,
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.unknownField", duplicate field "spec.replicas"',
    );
  });

  it('warns by default and says nothing with Ignore', async () => {
    const warned = await server.ask('POST', `${ROOT}?dryRun=All`, body);
    assert.ok(warned.type === 'object');
    assert.deepEqual(warned.warnings, [
      'unknown field "spec.unknownField"',
      'duplicate field "spec.replicas"',
    ]);
    const ignored = await server.ask('POST', `${ROOT}?dryRun=All&fieldValidation=Ignore`, body);
    assert.ok(ignored.type === 'object');
    assert.deepEqual(ignored.warnings ?? [], []);
  });

  it('takes YAML, and refuses what it cannot read with 415', async () => {
    const yaml = await server.call<{ data: object }>(
      'POST',
      '/api/v1/namespaces/d/configmaps',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  a: b\n',
      { headers: { 'content-type': 'application/yaml' } },
    );
    assert.equal(yaml.code, 201);
    assert.deepEqual(yaml.body.data, { a: 'b' });
    const form = await server.call<Status>('POST', '/api/v1/namespaces/d/configmaps', 'a=b', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    assert.equal(form.code, 415);
    assert.equal(form.body.reason, 'UnsupportedMediaType');
  });
});

describe('server-side apply', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server.stop());

  const apply = <T = Deployment>(
    manager: string,
    body: string,
    query = '',
  ): Promise<{ code: number; body: T }> =>
    server.call<T>('PATCH', `${ROOT}/web?fieldManager=${manager}${query}`, body, {
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
  const configuration = (replicas: number): string =>
    JSON.stringify({ ...deployment, spec: { ...deployment.spec, replicas } });

  it('creates what is missing, and changes nothing when it is repeated', async () => {
    const made = await apply('one', configuration(1));
    assert.equal(made.code, 201, JSON.stringify(made.body));
    assert.equal(made.body.metadata.managedFields?.[0]?.operation, 'Apply');
    const again = await apply('one', configuration(1));
    assert.equal(again.code, 200);
    assert.equal(again.body.metadata.resourceVersion, made.body.metadata.resourceVersion);
  });

  it('answers Conflict for a field of another manager, unless forced', async () => {
    await apply('one', configuration(1));
    const refused = await apply<Status>('two', configuration(2));
    assert.equal(refused.code, 409);
    assert.equal(refused.body.details?.causes?.[0]?.field, '.spec.replicas');
    const forced = await apply('two', configuration(2), '&force=true');
    assert.equal(forced.body.spec.replicas, 2);
  });

  it('demands a field manager and refuses unknown fields', async () => {
    const nameless = await server.call<Status>('PATCH', `${ROOT}/web`, configuration(1), {
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
    assert.equal(nameless.code, 422);
    assert.match(nameless.body.message ?? '', /fieldManager: Required value: is required for apply patch/);
    const unknown = await apply<Status>('one', configuration(1).replace('"replicas"', '"replica"'));
    assert.match(unknown.body.message ?? '', /\.spec\.replica: field not declared in schema/);
  });

  it('needs a key of its own for each item of a list', async () => {
    const env = [
      { name: 'F', value: 'one' },
      { name: 'F', value: 'two' },
    ];
    const repeated = structuredClone(deployment);
    Object.assign(repeated.spec.template.spec.containers[0] ?? {}, { env });
    const { code, body } = await apply<Status>('one', JSON.stringify(repeated), '&dryRun=All');
    assert.equal(code, 500);
    assert.equal(
      body.message,
      'failed to create typed patch object (/web; apps/v1, Kind=Deployment): .spec.template.spec.containers[name="a"].env: duplicate entries for key [name="F"]',
    );
  });

  it('makes nothing that is meant by its uid', async () => {
    const metadata = { name: 'web', uid: '00000000-0000-4000-8000-000000000001' };
    const { code, body } = await apply<Status>('one', JSON.stringify({ ...deployment, metadata }));
    assert.equal(code, 409);
    assert.equal(
      body.message,
      'Operation cannot be fulfilled on deployments.apps "web": uid mismatch: the provided object specified uid 00000000-0000-4000-8000-000000000001, and no existing object was found',
    );
  });

  it('must be told what it applies', async () => {
    for (const [left, message] of [
      [
        'apiVersion',
        'Incorrect version specified in apply patch. Specified patch version: , expected: apps/v1',
      ],
      [
        'kind',
        'failed to create typed patch object (/web; apps/v1, Kind=): no corresponding type for apps/v1, Kind=',
      ],
    ] as const) {
      const { code, body } = await apply<Status>('one', JSON.stringify({ ...deployment, [left]: undefined }));
      assert.equal(code, 400);
      assert.equal(body.message, message);
    }
  });

  it('tracks ordinary writes under the manager that the request names', async () => {
    await server.call('POST', `${ROOT}?fieldManager=kubectl-create`, structuredClone(deployment));
    await server.call('PATCH', `${ROOT}/web/status`, JSON.stringify({ status: { replicas: 1 } }), {
      headers: { 'content-type': 'application/merge-patch+json', 'user-agent': 'controller/v1' },
    });
    const { body } = await server.call<Deployment>('GET', `${ROOT}/web`);
    assert.deepEqual(
      body.metadata.managedFields?.map((entry) => [entry.manager, entry.operation, entry.subresource]),
      [
        ['controller', 'Update', 'status'],
        ['kubectl-create', 'Update', undefined],
      ],
    );
  });
});
