import assert from 'node:assert/strict';
import { kinds } from '../../api/kinds/index.ts';
import { apiVersionOf } from '../../api/resource.ts';
import type { ApiResponse } from '../../api/request.ts';
import { StatusError } from '../../api/status.ts';
import type { Exchange } from '../exchange.ts';
import { nonResourceHandler } from '../verbs/nonResource.ts';
import { LiveResources } from '../resources/table.ts';
import { discoveryRoutes } from './routes.ts';

const V2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const V2BETA1 = 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';

const handle = nonResourceHandler(discoveryRoutes(new LiveResources(kinds)));

async function get(path: string, headers: Record<string, string> = {}): Promise<ApiResponse> {
  const request = { info: { path, verb: 'get' }, headers: { host: '127.0.0.1:6443', ...headers } };
  return handle({ request } as unknown as Exchange);
}

interface Resource {
  name: string;
  verbs: string[];
  kind: string;
  group?: string;
  version?: string;
}

async function object<T>(path: string, accept?: string): Promise<T> {
  const answer = await get(path, accept === undefined ? {} : { accept });
  if (answer.type === 'object') return answer.object as T;
  assert.equal(answer.type, 'raw');
  return JSON.parse(Buffer.from(answer.body as Uint8Array).toString()) as T;
}

describe('discoveryRoutes', () => {
  it("GET /api and /apis list versions and groups in upstream's order", async () => {
    assert.deepEqual(await object('/api'), {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:6443' }],
    });
    const { groups } = await object<{ groups: { name: string; preferredVersion: object }[] }>('/apis');
    assert.deepEqual(
      groups.slice(0, 2).map(({ name }) => name),
      ['apiregistration.k8s.io', 'apps'],
    );
    assert.deepEqual(groups[1]?.preferredVersion, { groupVersion: 'apps/v1', version: 'v1' });
    assert.ok(groups.some((group) => group.name === 'events.k8s.io'));
  });

  // What upstream's discovery says of v1.36, by name of the resource or of the subresource.
  const READ_WRITE = 'create delete deletecollection get list patch update watch';
  const OTHER_VERBS: Readonly<Record<string, string>> = {
    namespaces: 'create delete get list patch update watch',
    bindings: 'create',
    componentstatuses: 'get list',
    tokenreviews: 'create',
    selfsubjectreviews: 'create',
    subjectaccessreviews: 'create',
    selfsubjectaccessreviews: 'create',
    localsubjectaccessreviews: 'create',
    selfsubjectrulesreviews: 'create',
    '/status': 'get patch update',
    '/scale': 'get patch update',
    '/resize': 'get patch update',
    '/ephemeralcontainers': 'get patch update',
    '/approval': 'get patch update',
    '/finalize': 'update',
    '/proxy': 'create delete get patch update',
    '/exec': 'create get',
    '/attach': 'create get',
    '/portforward': 'create get',
    '/log': 'get',
    '/binding': 'create',
    '/eviction': 'create',
    '/token': 'create',
  };

  it("offers upstream's verbs, of every kind and subresource", async () => {
    for (const address of new Set(kinds.map(({ resource }) => apiVersionOf(resource)))) {
      const path = `${address === 'v1' ? '/api' : '/apis'}/${address}`;
      const { resources } = await object<{ resources: Resource[] }>(path);
      for (const { name, verbs } of resources) {
        const slash = name.indexOf('/');
        const expected = OTHER_VERBS[slash < 0 ? name : name.slice(slash)] ?? (slash < 0 ? READ_WRITE : '');
        assert.equal(verbs.join(' '), expected, `${address} ${name}`);
      }
    }
  });

  it('lists every served resource with its verbs, and subresources with the kind of their body', async () => {
    for (const kind of kinds) {
      for (const { resource } of [kind, ...(kind.alsoServedAs ?? [])]) {
        const path = `${resource.group === '' ? '/api' : '/apis'}/${apiVersionOf(resource)}`;
        const { resources } = await object<{ resources: Resource[] }>(path);
        const found = resources.find((one) => one.name === resource.plural);
        assert.equal(found?.kind, resource.kind, path);
        assert.equal(
          resources.some((one) => one.name === `${resource.plural}/status`),
          kind.status !== undefined,
        );
      }
    }
    const { resources } = await object<{ resources: Resource[] }>('/apis/apps/v1');
    assert.deepEqual(
      resources.find((one) => one.name === 'deployments/scale'),
      {
        name: 'deployments/scale',
        singularName: '',
        namespaced: true,
        group: 'autoscaling',
        version: 'v1',
        kind: 'Scale',
        verbs: ['get', 'patch', 'update'],
      },
    );
    const names = resources.map((one) => one.name);
    assert.deepEqual(names, [...names].sort());
  });

  it('GET /apis/GROUP answers the group, and what is not served 404', async () => {
    assert.equal((await object<{ name: string }>('/apis/apps')).name, 'apps');
    for (const path of ['/apis/none', '/apis/apps/v9', '/api/v9', '/apis/apps/v1/more']) {
      await assert.rejects(get(path), (error) => error instanceof StatusError && error.code === 404, path);
    }
  });

  for (const [accept, version] of [
    [`${V2},${V2BETA1},application/json`, 'v2'],
    [`${V2BETA1},application/json`, 'v2beta1'],
  ] as const) {
    it(`answers aggregated ${version} to clients that ask for it`, async () => {
      interface Aggregated {
        apiVersion: string;
        items: {
          metadata: { name?: string };
          versions: {
            resources: { resource: string; scope: string; subresources?: { subresource: string }[] }[];
          }[];
        }[];
      }
      const apis = await object<Aggregated>('/apis', accept);
      assert.equal(apis.apiVersion, `apidiscovery.k8s.io/${version}`);
      assert.equal(apis.items[1]?.metadata.name, 'apps');
      const core = await object<Aggregated>('/api', accept);
      assert.equal(core.items.length, 1);
      const pods = core.items[0]?.versions[0]?.resources.find((one) => one.resource === 'pods');
      assert.equal(pods?.scope, 'Namespaced');
      assert.ok(pods.subresources?.some((one) => one.subresource === 'exec'));
    });
  }

  it('answers plain documents to clients that prefer them or ask for an unknown version', async () => {
    const beyond = 'application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,application/json';
    for (const accept of [`application/json,${V2}`, beyond, '*/*', '']) {
      assert.equal((await object<{ kind: string }>('/apis', accept)).kind, 'APIGroupList', accept);
    }
  });

  it('answers 304 to a client that has the document', async () => {
    const first = await get('/apis', { accept: V2 });
    assert.ok(first.type === 'raw');
    const again = await get('/apis', { accept: V2, 'if-none-match': first.headers.etag ?? '' });
    assert.ok(again.type === 'raw');
    assert.equal(again.code, 304);
  });
});
