import assert from 'node:assert/strict';
import type { ApiResponse } from '../../api/request.ts';
import type { ConfigMap } from '../../api/types.ts';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';

const MAPS = '/api/v1/namespaces/d/configmaps';
const owner = (uid: string, more: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: 'o',
  uid,
  ...more,
});
const map = (metadata: object): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', ...metadata } });
const repeated = (uids: string): string =>
  `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${uids}`;

describe('warnings of writes', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server.stop());

  const ask = async (method: string, url: string, body?: string, type = 'json'): Promise<ApiResponse> =>
    server.ask(method, url, body, { headers: { 'content-type': `application/${type}` } });
  const uidsOf = (answer: ApiResponse): string[] => {
    assert.ok(answer.type === 'object' && answer.code < 300, JSON.stringify(answer));
    return ((answer.object as ConfigMap).metadata.ownerReferences ?? []).map(({ uid }) => uid);
  };
  const warningsOf = (answer: ApiResponse): readonly string[] => {
    assert.ok(answer.type !== 'raw' && answer.type !== 'upgrade');
    return answer.warnings ?? [];
  };

  it('drop owner references that are there twice, in creations, updates and patches', async () => {
    const twice = [owner('1'), owner('2'), owner('1'), owner('1', { controller: true })];
    const made = await ask('POST', MAPS, map({ ownerReferences: twice }));
    assert.deepEqual(uidsOf(made), ['1', '2', '1']);
    assert.deepEqual(warningsOf(made), [repeated('1')]);
    const put = await ask('PUT', `${MAPS}/a`, map({ ownerReferences: [owner('3'), owner('3')] }));
    assert.deepEqual(uidsOf(put), ['3']);
    assert.deepEqual(warningsOf(put), [repeated('3')]);
    const patch = [{ op: 'add', path: '/metadata/ownerReferences/-', value: owner('3') }];
    const patched = await ask('PATCH', `${MAPS}/a`, JSON.stringify(patch), 'json-patch+json');
    assert.deepEqual(uidsOf(patched), ['3']);
    assert.deepEqual(warningsOf(patched), [repeated('3')]);
  });

  it('name finalizers without a domain where they are new', async () => {
    const text = (name: string): string =>
      `metadata.finalizers: "${name}": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers`;
    const made = await ask('POST', MAPS, map({ finalizers: ['one', 'a.example/b', 'orphan'] }));
    assert.deepEqual(warningsOf(made), [text('one')]);
    const put = await ask('PUT', `${MAPS}/a`, map({ finalizers: ['one', 'two'] }));
    assert.deepEqual(warningsOf(put), [text('two')]);
  });

  it('come from the kind, in a dry run too, and not for the control plane itself', async () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', image: 'i' }], imagePullSecrets: [{ name: '' }] },
    };
    const url = '/api/v1/namespaces/d/pods';
    const expected = ['spec.imagePullSecrets[0].name: invalid empty name ""'];
    assert.deepEqual(warningsOf(await ask('POST', `${url}?dryRun=All`, JSON.stringify(object))), expected);
    assert.deepEqual(warningsOf(await server.ask('POST', url, object)), []);
  });

  it('tell of an address that is deprecated, whatever is asked of it', async () => {
    const url = '/api/v1/namespaces/d/endpoints';
    const expected = ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'];
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'e' } });
    assert.deepEqual(warningsOf(await ask('POST', url, body)), expected);
    assert.deepEqual(warningsOf(await ask('GET', url)), expected);
    assert.deepEqual(warningsOf(await ask('GET', `${url}/e`)), expected);
    assert.deepEqual(warningsOf(await ask('GET', `${url}?watch=1&timeoutSeconds=1`)), expected);
    assert.deepEqual(warningsOf(await ask('DELETE', `${url}/e`)), expected);
  });
});
