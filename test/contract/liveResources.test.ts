import assert from 'node:assert/strict';
import type { KubeObject } from '../../src/api/meta.ts';
import type { ApiResponse, WatchEvent } from '../../src/api/request.ts';
import { configMaps, namespaces, resourceQuotas } from '../../src/api/resources.ts';
import { isNotFound } from '../../src/api/status.ts';
import { garbageCollector } from '../../src/controllers/garbagecollector/garbageCollector.ts';
import { namespaceController } from '../../src/controllers/namespace/namespace.ts';
import { resourceQuotaController } from '../../src/controllers/resourcequota/resourceQuota.ts';
import { type ControlledCluster, startControlledCluster } from '../harness/controlledCluster.ts';
import { oldWidgets, slowConversion, widgetKind, widgets, widgetSchema } from '../harness/customKind.ts';

const AGGREGATED = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' };
const at = (name: string) => ({ namespace: 'd', name });

interface Document {
  readonly definitions?: Readonly<Record<string, object>>;
  readonly paths?: Readonly<Record<string, object>>;
  readonly components?: { readonly schemas: Readonly<Record<string, { readonly description?: string }>> };
}

/**
 * A kind that comes while the control plane runs is like one that was always there, and leaves nothing behind when it
 * goes.
 */
describe('resources that come and go', () => {
  let cluster: ControlledCluster;
  const requests: string[] = [];
  const kind = widgetKind();

  beforeEach(async () => {
    requests.length = 0;
    cluster = await startControlledCluster({
      kubelet: false,
      controllers: (served) => [
        { name: 'garbagecollector', account: 'generic-garbage-collector', create: garbageCollector(served) },
        { name: 'namespace', account: 'namespace-controller', create: namespaceController(served) },
        {
          name: 'resourcequota',
          account: 'resourcequota-controller',
          create: resourceQuotaController(served),
        },
      ],
      server: {
        authorizer: {
          authorize: (_user, { verb, resource }) => {
            requests.push(`${verb} ${resource}`);
            return { allowed: true, reason: '' };
          },
          rulesFor: () => [],
        },
      },
    });
  });
  afterEach(() => cluster.stop());

  const add = (): void => cluster.server.resources.change({ add: [kind] });
  const remove = (): void => cluster.server.resources.change({ remove: [kind] });
  const get = (url: string, headers: Record<string, string> = {}): Promise<ApiResponse> =>
    cluster.server.ask('GET', url, undefined, { headers });
  const json = async <T>(url: string, headers: Record<string, string> = {}): Promise<T> => {
    const answer = await get(url, headers);
    if (answer.type === 'object') return answer.object as T;
    assert.equal(answer.type, 'raw');
    return JSON.parse(Buffer.from(answer.body as Uint8Array).toString()) as T;
  };
  const make = (name: string, more: object = {}) =>
    cluster.client.create(widgets, { metadata: { ...at(name), ...more }, spec: { color: 'red' } });
  /** Every event of a watch as `TYPE name`, and whether it has ended. */
  const watch = async (url: string): Promise<{ events: string[]; ended: Promise<void> }> => {
    const answer = await get(`${url}?watch=1`);
    assert.equal(answer.type, 'watch');
    const events: string[] = [];
    const read = async (batches: AsyncIterable<readonly WatchEvent[]>): Promise<void> => {
      for await (const batch of batches)
        for (const { type, object } of batch)
          events.push(`${type} ${(object as KubeObject).metadata.name} ${(object as KubeObject).apiVersion}`);
    };
    return { events, ended: read(answer.events) };
  };

  it('serves, discovers and explains a kind from the moment that it is added', async () => {
    await assert.rejects(make('early'), isNotFound);
    const before = await get('/apis', AGGREGATED);
    assert.ok(before.type === 'raw');
    const documentBefore = await json<Document>('/openapi/v3');

    add();
    await make('a');
    assert.equal((await cluster.client.get(widgets, at('a'))).spec?.size, 1);
    assert.equal((await cluster.client.list(widgets, { fieldSelector: 'spec.color=red' })).items.length, 1);
    const table = await json<{ rows: unknown[] }>('/apis/example.com/v1/widgets', {
      accept: 'application/json;as=Table;g=meta.k8s.io;v=v1',
    });
    assert.equal(table.rows.length, 1);

    const group = await json<{ versions: object[]; preferredVersion: { version: string } }>(
      '/apis/example.com',
    );
    assert.deepEqual([group.versions.length, group.preferredVersion.version], [2, 'v1']);
    const { resources } = await json<{ resources: { name: string }[] }>('/apis/example.com/v1');
    assert.deepEqual(
      resources.map(({ name }) => name),
      ['widgets', 'widgets/status'],
    );
    const after = await get('/apis', { ...AGGREGATED, 'if-none-match': before.headers.etag ?? '' });
    assert.ok(after.type === 'raw' && after.code === 200, 'the ETag has changed');

    const index = await json<{ paths: Readonly<Record<string, { serverRelativeURL: string }>> }>(
      '/openapi/v3',
    );
    assert.equal(documentBefore.paths?.['apis/example.com/v1'], undefined);
    const document = await json<Document>(index.paths['apis/example.com/v1']?.serverRelativeURL ?? '');
    assert.equal(
      document.components?.schemas['com.example.v1.Widget']?.description,
      widgetSchema.description,
    );
    assert.ok(document.paths?.['/apis/example.com/v1/namespaces/{namespace}/widgets/{name}/status']);
    const v2 = await json<Document>('/openapi/v2');
    assert.ok(v2.definitions?.['com.example.v1.WidgetList']);

    const metrics = await get('/metrics');
    assert.ok(metrics.type === 'raw' && typeof metrics.body === 'string');
    assert.match(metrics.body, /apiserver_storage_objects\{resource="widgets\.example\.com"\} 1/);
  });

  it('keeps documents of groups that have not changed', async () => {
    const urlOf = async (): Promise<string | undefined> =>
      (await json<{ paths: Readonly<Record<string, { serverRelativeURL: string }>> }>('/openapi/v3')).paths[
        'apis/apps/v1'
      ]?.serverRelativeURL;
    const before = await urlOf();
    const first = await get(before ?? '');
    add();
    assert.equal(await urlOf(), before);
    const second = await get(before ?? '');
    assert.ok(first.type === 'raw' && second.type === 'raw');
    assert.equal(first.body, second.body);
  });

  it('converts lists, answers and watches of other versions, a list in one go', async () => {
    const calls = { count: 0 };
    const converted = widgetKind({ conversion: slowConversion(calls) });
    cluster.server.resources.change({ add: [converted] });
    const url = '/apis/example.com/v1beta1/namespaces/d/widgets';
    const old = await watch(url);
    for (const name of ['a', 'b', 'c']) await make(name);
    const { body } = await cluster.server.call<{ spec?: object; color?: string }>('GET', `${url}/a`);
    assert.deepEqual([body.color, body.spec], ['red', undefined]);
    const created = await cluster.server.call<{ size?: number; apiVersion: string }>('POST', url, {
      metadata: { name: 'd' },
      size: 3,
    });
    assert.deepEqual(
      [created.code, created.body.size, created.body.apiVersion],
      [201, 3, 'example.com/v1beta1'],
    );
    assert.equal((await cluster.client.get(widgets, at('d'))).spec?.size, 3);
    const patched = await cluster.server.call<{ color?: string }>('PATCH', `${url}/d`, '{"color":"blue"}', {
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    assert.equal(patched.body.color, 'blue');

    await cluster.until('the watcher has seen them', () => old.events.length === 5);
    assert.deepEqual(
      old.events,
      ['ADDED a', 'ADDED b', 'ADDED c', 'ADDED d', 'MODIFIED d'].map(
        (event) => `${event} example.com/v1beta1`,
      ),
    );
    calls.count = 0;
    assert.equal((await cluster.client.list(oldWidgets)).items.length, 4);
    assert.equal(calls.count, 0, 'what a watcher has had converted is known');
    cluster.server.resources.change({ remove: [converted] });
    await old.ended;
  });

  it('collects garbage of a kind that has come, and empties namespaces of it', async () => {
    add();
    const owner = await cluster.client.create(configMaps, { metadata: at('owner') });
    const ownerReferences = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid },
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'ghost', uid: 'ghost' },
    ];
    await make('dependent', { ownerReferences });
    const root = await make('root');
    await make('below', {
      ownerReferences: [
        { apiVersion: 'example.com/v1', kind: 'Widget', name: 'root', uid: root.metadata.uid },
      ],
    });
    const has = (name: string): boolean => cluster.get(widgets, 'd', name) !== undefined;
    await cluster.until(
      'the absent owner is dropped, without a strategic patch',
      () => cluster.get(widgets, 'd', 'dependent')?.metadata.ownerReferences?.length === 1,
    );
    await cluster.client.delete(configMaps, at('owner'));
    await cluster.client.delete(widgets, at('root'));
    await cluster.until('dependents are gone', () => !has('dependent') && !has('below'));

    await cluster.client.create(namespaces, { metadata: { name: 'gone' } });
    await cluster.client.create(widgets, { metadata: { name: 'w', namespace: 'gone' } });
    await cluster.client.delete(namespaces, { name: 'gone' });
    await cluster.until('the namespace is gone', () =>
      cluster.list(namespaces).every((n) => n.metadata.name !== 'gone'),
    );
    assert.deepEqual(cluster.list(widgets), []);
  });

  it('counts objects of a kind that has come for quotas', async () => {
    const counted = 'count/widgets.example.com';
    await cluster.client.create(resourceQuotas, { metadata: at('q'), spec: { hard: { [counted]: '5' } } });
    add();
    await make('a');
    await make('b');
    await cluster.until(
      'both are counted',
      () => cluster.get(resourceQuotas, 'd', 'q')?.status?.used?.[counted] === '2',
    );
  });

  it('ends watches and informers of a kind that goes, and forgets it everywhere', async () => {
    add();
    await make('a');
    const { events, ended } = await watch('/apis/example.com/v1/namespaces/d/widgets');
    await cluster.until('the collector watches', () => requests.includes('watch widgets'));
    await cluster.client.deleteCollection(widgets, { namespace: 'd' });
    await cluster.until('they are gone', () => events.includes('DELETED a example.com/v1'));

    remove();
    await ended;
    const asked = requests.length;
    await assert.rejects(make('late'), isNotFound);
    const answer = await get('/apis/example.com/v1');
    assert.equal(answer.type === 'object' && answer.code, 404);
    const index = await json<{ paths: object }>('/openapi/v3');
    assert.ok(!('apis/example.com/v1' in index.paths));
    // Who still asks for it would be heard.
    await cluster.client.create(configMaps, { metadata: at('something-else') });
    const since = requests.slice(asked).filter((request) => request.endsWith(' widgets'));
    assert.deepEqual(since, ['create widgets']);
  });

  it('takes a new definition of a kind under the same address in one step', async () => {
    add();
    const { ended } = await watch('/apis/example.com/v1/namespaces/d/widgets');
    await make('a');
    const properties = { spec: { type: 'object', properties: { size: { type: 'integer', default: 2 } } } };
    const next = widgetKind({ schema: { type: 'object', properties } });
    cluster.server.resources.change({ remove: [kind], add: [next] });
    await ended;
    const made = await make('b');
    assert.deepEqual(made.spec, { size: 2 }, 'the new schema prunes and defaults');
    const owned = { apiVersion: 'example.com/v1', kind: 'Widget', name: 'none', uid: 'none' };
    await make('c', { ownerReferences: [owned] });
    await cluster.until('the collector still follows it', () => cluster.get(widgets, 'd', 'c') === undefined);
    cluster.server.resources.change({ remove: [next] });
  });

  it('refuses to serve one address twice, and stays as it was', () => {
    add();
    assert.throws(() => cluster.server.resources.change({ add: [widgetKind()] }), /is served already/);
    assert.equal(cluster.server.resources.snapshot.find('example.com', 'v1', 'widgets')?.kind, kind);
  });
});
