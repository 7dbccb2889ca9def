import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { KubeObject } from '../../api/meta.ts';
import type { WatchEvent } from '../../api/request.ts';
import type { Status } from '../../api/status.ts';
import { createAdmissionReader } from '../admission/reader.ts';
import { customResourceTermination } from './termination.ts';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import { conditionOf } from '../../api/kinds/customResourceDefinition/conditions.ts';
import type { CustomResourceDefinition } from '../../api/types.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const WIDGETS = '/apis/example.com/v1/namespaces/d/widgets';

const openAPIV3Schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: { size: { type: 'integer', default: 1 }, color: { type: 'string' } },
    },
    status: { type: 'object', properties: { phase: { type: 'string' } } },
  },
};

function definition(spec: object = {}, name = 'widgets.example.com'): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema },
          subresources: { status: {} },
        },
      ],
      ...spec,
    },
  };
}

const widget = (name: string, spec: object = { color: 'red' }): object => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name },
  spec,
});

interface Converted {
  readonly spec: { readonly hostPort?: string; readonly host?: string; readonly port?: string };
}

/** v1 has the host and the port in one field. */
function converted(object: Converted, apiVersion: string): object {
  const { hostPort = '', host = '', port = '' } = object.spec;
  const [first, second] = hostPort.split(':');
  const spec = apiVersion.endsWith('/v1') ? { hostPort: `${host}:${port}` } : { host: first, port: second };
  return { ...object, apiVersion, spec };
}

describe('CustomResources', () => {
  let server: TestServer;
  /** How many objects each request to the webhook had. */
  const reviews: number[] = [];
  let refuse: string | undefined;
  const webhooks = {
    post(_target: unknown, body: string) {
      const { request } = JSON.parse(body) as {
        request: { uid: string; desiredAPIVersion: string; objects: Converted[] };
      };
      reviews.push(request.objects.length);
      return Promise.resolve({
        kind: 'ConversionReview',
        apiVersion: 'apiextensions.k8s.io/v1',
        response: {
          uid: request.uid,
          result: refuse === undefined ? { status: 'Success' } : { status: 'Failed', message: refuse },
          convertedObjects: request.objects.map((one) => converted(one, request.desiredAPIVersion)),
        },
      });
    },
  };
  beforeEach(async () => {
    refuse = undefined;
    server = await startTestServer({
      webhooks,
      admission: (cache) => [
        customResourceTermination(createAdmissionReader(cache, () => Promise.resolve())),
      ],
    });
  });
  afterEach(() => server.stop());

  const get = async (name: string): Promise<CustomResourceDefinition> =>
    (await server.call<CustomResourceDefinition>('GET', `${DEFINITIONS}/${name}`)).body;
  /** Waits until the newest state of a definition is as wanted. */
  const until = async (
    name: string,
    wanted: (definition: CustomResourceDefinition) => boolean,
  ): Promise<CustomResourceDefinition> => {
    for (;;) {
      const found = await get(name);
      if (wanted(found)) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const says = (type: Parameters<typeof conditionOf>[1], status: string) => (one: CustomResourceDefinition) =>
    conditionOf(one, type)?.status === status;
  const create = async (body: object, name = 'widgets.example.com'): Promise<CustomResourceDefinition> => {
    const made = await server.call<Status>('POST', DEFINITIONS, body);
    assert.equal(made.code, 201, made.body.message);
    return until(name, says('Established', 'True'));
  };

  it('establishes a definition and serves what it describes', async () => {
    const { status, spec } = await create(definition());
    assert.deepEqual(status?.acceptedNames, {
      plural: 'widgets',
      singular: 'widget',
      shortNames: ['wd'],
      kind: 'Widget',
      listKind: 'WidgetList',
    });
    assert.deepEqual(status.storedVersions, ['v1']);
    assert.deepEqual(
      status.conditions?.map(({ type, reason }) => [type, reason]),
      [
        ['NamesAccepted', 'NoConflicts'],
        ['Established', 'InitialNamesAccepted'],
      ],
    );
    assert.equal(spec.conversion?.strategy, 'None');

    const made = await server.call<KubeObject & { spec: object }>('POST', WIDGETS, widget('a'));
    assert.equal(made.code, 201);
    assert.deepEqual(made.body.spec, { color: 'red', size: 1 });
    assert.equal(made.body.metadata.generation, 1);
    const list = await server.call<{ kind: string; items: KubeObject[] }>('GET', WIDGETS);
    assert.equal(list.body.kind, 'WidgetList');
    assert.equal(list.body.items.length, 1);
  });

  it('deletes all objects of a definition that goes, and refuses new ones meanwhile', async () => {
    await create(definition());
    const held = { ...widget('held'), metadata: { name: 'held', finalizers: ['example.com/hold'] } };
    assert.equal((await server.call('POST', WIDGETS, widget('a'))).code, 201);
    assert.equal((await server.call('POST', WIDGETS, held)).code, 201);
    const watch = await server.ask('GET', `${WIDGETS}?watch=1&resourceVersion=0`);
    assert.equal(watch.type, 'watch');
    const events: string[] = [];
    const ended = (async (batches: AsyncIterable<readonly WatchEvent[]>) => {
      for await (const batch of batches)
        events.push(...batch.map(({ type, object }) => `${type} ${(object as KubeObject).metadata.name}`));
    })(watch.events);

    assert.equal((await server.call('DELETE', `${DEFINITIONS}/widgets.example.com`)).code, 200);
    const refused = await server.call<Status>('POST', WIDGETS, widget('late'));
    assert.equal(refused.code, 405);
    assert.equal(refused.body.message, 'create not allowed while custom resource definition is terminating');
    const ending = await until('widgets.example.com', says('Terminating', 'True'));
    assert.deepEqual(ending.metadata.finalizers, ['customresourcecleanup.apiextensions.k8s.io']);
    await until(
      'widgets.example.com',
      (one) => conditionOf(one, 'Terminating')?.reason === 'InstanceDeletionInProgress',
    );

    const patch = { metadata: { finalizers: null } };
    const headers = { 'content-type': 'application/merge-patch+json' };
    assert.equal((await server.call('PATCH', `${WIDGETS}/held`, patch, { headers })).code, 200);
    await ended;
    assert.deepEqual(events.slice(-2).sort(), ['DELETED held', 'MODIFIED held']);
    assert.equal((await server.call('GET', WIDGETS)).code, 404);
    assert.equal((await server.call('GET', `${DEFINITIONS}/widgets.example.com`)).code, 404);
  });

  describe('versions', () => {
    const schemaOf = (properties: object): object => ({
      openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } },
    });
    const text = { type: 'string' };
    const versions = (stored: string, more: object = {}): object[] => [
      {
        name: 'v1',
        served: true,
        storage: stored === 'v1',
        schema: schemaOf({ hostPort: text, host: text, port: text }),
        selectableFields: [{ jsonPath: '.spec.hostPort' }],
      },
      {
        name: 'v2',
        served: true,
        storage: stored === 'v2',
        schema: schemaOf({ host: text, port: text, hostPort: text, ...more }),
        selectableFields: [{ jsonPath: '.spec.host' }, { jsonPath: '.spec.port' }],
      },
    ];
    const at = (version: string): string => `/apis/example.com/${version}/namespaces/d/widgets`;
    const make = (version: string, name: string, spec: object): object => ({
      ...widget(name, spec),
      apiVersion: `example.com/${version}`,
    });
    type Widget = KubeObject & { readonly spec: Readonly<Record<string, unknown>> };

    /** Changes the definition. The change is served when the write is answered. */
    const change = async (spec: object): Promise<CustomResourceDefinition> => {
      const headers = { 'content-type': 'application/merge-patch+json' };
      const url = `${DEFINITIONS}/widgets.example.com`;
      const { code, body } = await server.call<CustomResourceDefinition>('PATCH', url, { spec }, { headers });
      assert.equal(code, 200, JSON.stringify(body));
      return body;
    };

    it('are the same objects under another apiVersion', async () => {
      await create(definition({ versions: versions('v1') }));
      assert.equal((await server.call('POST', at('v1'), make('v1', 'a', { host: 'h' }))).code, 201);
      const { body } = await server.call<Widget>('GET', `${at('v2')}/a`);
      assert.deepEqual([body.apiVersion, body.spec], ['example.com/v2', { host: 'h' }]);
      const selected = await server.call<{ items: Widget[] }>(
        'GET',
        `${at('v2')}?fieldSelector=spec.host%3Dh`,
      );
      assert.equal(selected.body.items.length, 1);
      const none = await server.call<Status>('GET', `${at('v1')}?fieldSelector=spec.host%3Dh`);
      assert.equal(none.code, 400);
    });

    it('have the same owners of fields', async () => {
      await create(definition({ versions: versions('v1') }));
      const applied = (
        version: string,
        manager: string,
        host: string,
      ): Promise<{ code: number; body: Status }> =>
        server.call<Status>(
          'PATCH',
          `${at(version)}/a?fieldManager=${manager}`,
          JSON.stringify(make(version, 'a', { host })),
          { headers: { 'content-type': 'application/apply-patch+yaml' } },
        );
      assert.equal((await applied('v1', 'one', 'h')).code, 201);
      const conflict = await applied('v2', 'two', 'i');
      assert.equal(conflict.code, 409);
      assert.match(conflict.body.message ?? '', /conflict with "one": \.spec\.host$/);
      assert.equal((await applied('v2', 'one', 'i')).code, 200);
    });

    it('keep what is stored when another one is stored from then on, with new defaults', async () => {
      await create(definition({ versions: versions('v1') }));
      await server.call('POST', at('v1'), make('v1', 'a', { host: 'h' }));
      const changed = await change({
        versions: versions('v2', { color: { type: 'string', default: 'red' } }),
      });
      assert.deepEqual(changed.status?.storedVersions, ['v1', 'v2']);
      const { body } = await server.call<Widget>('GET', `${at('v2')}/a`);
      assert.deepEqual(body.spec, { host: 'h', color: 'red' });
      assert.deepEqual((await server.call<Widget>('GET', `${at('v1')}/a`)).body.spec, { host: 'h' });
      const put = await server.call<Widget>('PUT', `${at('v2')}/a`, body);
      assert.equal(put.code, 200);
      const stored = server.cache.get('example.com/widgets/d/a')?.object;
      assert.equal(stored?.apiVersion, 'example.com/v2', 'a write stores in the new version');
      assert.equal(put.body.metadata.generation, 1, 'nothing of it has changed');
    });

    it('are converted by a webhook, a whole list at once, and selected by what it gives', async () => {
      const conversion = {
        strategy: 'Webhook',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://localhost/convert' } },
      };
      await create(definition({ versions: versions('v1'), conversion }));
      for (const name of ['a', 'b']) {
        const made = await server.call<Status>(
          'POST',
          at('v1'),
          make('v1', name, { hostPort: `${name}:80` }),
        );
        assert.equal(made.code, 201, made.body.message);
      }
      reviews.length = 0;
      const list = await server.call<{ items: Widget[] }>('GET', at('v2'));
      assert.deepEqual(
        list.body.items.map(({ spec }) => spec),
        [
          { host: 'a', port: '80' },
          { host: 'b', port: '80' },
        ],
      );
      assert.deepEqual(reviews, [2]);
      const watch = await server.ask('GET', `${at('v2')}?watch=1&fieldSelector=spec.host%3Dx,spec.port%3D1`);
      assert.equal(watch.type, 'watch');
      const events = watch.events[Symbol.asyncIterator]();
      const next = async (): Promise<string> => {
        const { value } = (await events.next()) as { value: readonly WatchEvent[] };
        return value.map(({ type, object }) => `${type} ${(object as Widget).apiVersion}`).join();
      };
      const created = await server.call('POST', at('v2'), make('v2', 'c', { host: 'x', port: '1' }));
      assert.equal(created.code, 201);
      assert.equal(await next(), 'ADDED example.com/v2');
      const patch = { spec: { hostPort: 'y:1' } };
      const headers = { 'content-type': 'application/merge-patch+json' };
      assert.equal((await server.call('PATCH', `${at('v1')}/c`, patch, { headers })).code, 200);
      assert.equal(await next(), 'DELETED example.com/v2');
      await events.return?.();
      refuse = 'no such luck';
      const failed = await server.call<Status>('POST', at('v2'), make('v2', 'd', { host: 'x', port: '1' }));
      assert.equal(
        failed.body.message,
        'conversion webhook for example.com/v2, Kind=Widget failed: no such luck',
      );
    });
  });

  it('checks values in upstream’s words, and lets pass what was wrong before', async () => {
    await create(definition());
    const refused = await server.call<Status>('POST', WIDGETS, widget('a', { size: 'x' }));
    assert.equal(
      refused.body.message,
      'Widget.example.com "a" is invalid: spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
    );
    assert.equal((await server.call('POST', WIDGETS, widget('a', { size: 5, color: 'red' }))).code, 201);
    const headers = { 'content-type': 'application/merge-patch+json' };
    const properties = {
      spec: {
        type: 'object',
        properties: { size: { type: 'integer', maximum: 3 }, color: { type: 'string' } },
      },
    };
    const versions = [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties } },
        subresources: { status: {} },
      },
    ];
    const url = `${DEFINITIONS}/widgets.example.com`;
    assert.equal((await server.call('PATCH', url, { spec: { versions } }, { headers })).code, 200);
    const blue = await server.call('PATCH', `${WIDGETS}/a`, { spec: { color: 'blue' } }, { headers });
    assert.equal(blue.code, 200);
    const bigger = await server.call<Status>('PATCH', `${WIDGETS}/a`, { spec: { size: 6 } }, { headers });
    assert.equal(bigger.code, 422);
  });

  it('scales, and keeps spec and status apart', async () => {
    const versions = [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
      },
    ];
    await create(definition({ versions }));
    const made = await server.call<KubeObject>('POST', WIDGETS, {
      ...widget('a', { replicas: 2 }),
      status: { replicas: 7 },
    });
    assert.equal(Reflect.get(made.body, 'status'), undefined);
    const headers = { 'content-type': 'application/merge-patch+json' };
    const status = { status: { replicas: 1, selector: 'a=b' }, spec: { replicas: 9 } };
    assert.equal((await server.call('PATCH', `${WIDGETS}/a/status`, status, { headers })).code, 200);
    const scale = await server.call<{ spec: object; status: object }>('GET', `${WIDGETS}/a/scale`);
    assert.deepEqual(
      [scale.body.spec, scale.body.status],
      [{ replicas: 2 }, { replicas: 1, selector: 'a=b' }],
    );
    const scaled = { spec: { replicas: 4 } };
    assert.equal((await server.call('PATCH', `${WIDGETS}/a/scale`, scaled, { headers })).code, 200);
    const { body } = await server.call<KubeObject>('GET', `${WIDGETS}/a`);
    assert.deepEqual([Reflect.get(body, 'spec'), body.metadata.generation], [{ replicas: 4 }, 2]);
    const negative = await server.call<Status>(
      'PATCH',
      `${WIDGETS}/a`,
      { spec: { replicas: -1 } },
      { headers },
    );
    assert.match(
      negative.body.message ?? '',
      /\.spec\.replicas: Invalid value: -1: should be a non-negative integer/,
    );
  });

  it('scales by names that every object inherits as by others', async () => {
    const versions = [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        subresources: {
          scale: { specReplicasPath: '.spec.__proto__.odd', statusReplicasPath: '.status.constructor.name' },
        },
      },
    ];
    await create(definition({ versions }));
    assert.equal((await server.call('POST', WIDGETS, widget('a', {}))).code, 201);
    const headers = { 'content-type': 'application/merge-patch+json' };
    const scaled = await server.call<{ spec: object; status: object }>(
      'PATCH',
      `${WIDGETS}/a/scale`,
      { spec: { replicas: 4 } },
      { headers },
    );
    assert.deepEqual(
      [scaled.code, scaled.body.spec, scaled.body.status],
      [200, { replicas: 4 }, { replicas: 0 }],
    );
    assert.equal(Reflect.get({}, 'odd'), undefined);
  });

  it('deletes the objects of a definition that serves no version any longer', async () => {
    await create(definition());
    assert.equal((await server.call('POST', WIDGETS, widget('a', {}))).code, 201);
    const url = `${DEFINITIONS}/widgets.example.com`;
    const { body } = await server.call<{ spec: { versions: object[] } }>('GET', url);
    const versions = body.spec.versions.map((version) => ({ ...version, served: false }));
    assert.equal((await server.call('PUT', url, { ...body, spec: { ...body.spec, versions } })).code, 200);
    assert.equal((await server.call('GET', WIDGETS)).code, 404);
    await server.call('DELETE', url);
    await until('widgets.example.com', ({ kind }) => kind === 'Status');
    await create(definition());
    assert.deepEqual((await server.call<{ items: object[] }>('GET', WIDGETS)).body.items, []);
  });

  it('serves nothing that a webhook converts whose CA is wrong, until it is right', async () => {
    const conversion = (caBundle?: string): object => ({
      strategy: 'Webhook',
      webhook: {
        conversionReviewVersions: ['v1'],
        clientConfig: { url: 'https://localhost/convert', caBundle },
      },
    });
    const name = 'widgets.example.com';
    await server.call('POST', DEFINITIONS, definition({ conversion: conversion('YmFk') }));
    const held = await until(name, (one) => conditionOf(one, 'Established') !== undefined);
    const { status, reason, message } = conditionOf(held, 'Established') ?? {};
    assert.deepEqual(
      [status, reason, message],
      ['False', 'InvalidCABundle', 'The conversion webhook CABundle is invalid'],
    );
    assert.equal((await server.call('GET', WIDGETS)).code, 404);
    const patch = { spec: { conversion: conversion('') } };
    const headers = { 'content-type': 'application/merge-patch+json' };
    assert.equal((await server.call('PATCH', `${DEFINITIONS}/${name}`, patch, { headers })).code, 200);
    await until(name, says('Established', 'True'));
    assert.equal((await server.call('GET', WIDGETS)).code, 200);
  });

  it('gives names to who was first, and to the next one when they are free', async () => {
    await create(definition());
    const other = definition(
      { names: { plural: 'gadgets', kind: 'Gadget', shortNames: ['wd'] } },
      'gadgets.example.com',
    );
    assert.equal((await server.call('POST', DEFINITIONS, other)).code, 201);
    const refused = await until('gadgets.example.com', says('NamesAccepted', 'False'));
    assert.equal(conditionOf(refused, 'NamesAccepted')?.reason, 'ShortNamesConflict');
    assert.equal(conditionOf(refused, 'NamesAccepted')?.message, '"wd" is already in use');
    assert.equal(conditionOf(refused, 'Established')?.reason, 'NotAccepted');
    assert.equal((await server.call('GET', '/apis/example.com/v1/namespaces/d/gadgets')).code, 404);
    await server.call('DELETE', `${DEFINITIONS}/widgets.example.com`);
    await until('gadgets.example.com', says('Established', 'True'));
    assert.equal((await server.call('GET', '/apis/example.com/v1/namespaces/d/gadgets')).code, 200);
  });

  it('never serves or deletes what the server has of its own', async () => {
    const leases = definition(
      { group: 'coordination.k8s.io', names: { plural: 'leases', kind: 'Lease' } },
      'leases.coordination.k8s.io',
    ) as { metadata: object };
    leases.metadata = {
      name: 'leases.coordination.k8s.io',
      annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' },
    };
    const url = '/apis/coordination.k8s.io/v1/namespaces/d/leases';
    const lease = { metadata: { name: 'mine' }, spec: {} };
    assert.equal((await server.call('POST', url, lease)).code, 201);
    assert.equal((await server.call('POST', DEFINITIONS, leases)).code, 201);
    await until('leases.coordination.k8s.io', says('NamesAccepted', 'True'));
    await server.call('DELETE', `${DEFINITIONS}/leases.coordination.k8s.io`);
    await until('leases.coordination.k8s.io', ({ kind }) => kind === 'Status');
    assert.equal((await server.call('GET', `${url}/mine`)).code, 200);
  });

  it('goes on after a restart: with what is served, and with what is on its way out', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'custom-resources-'));
    try {
      const start = (): Promise<TestServer> => startTestServer({ storagePath: path.join(folder, 'store') });
      const restart = async (): Promise<void> => {
        await server.stop();
        server = await start();
      };
      await restart();
      await create(definition());
      const held = { ...widget('held'), metadata: { name: 'held', finalizers: ['example.com/hold'] } };
      assert.equal((await server.call('POST', WIDGETS, held)).code, 201);
      await restart();
      assert.equal((await server.call('GET', `${WIDGETS}/held`)).code, 200);
      await server.call('DELETE', `${DEFINITIONS}/widgets.example.com`);
      await restart();
      const marked = async (): Promise<boolean> =>
        (await server.call<KubeObject>('GET', `${WIDGETS}/held`)).body.metadata.deletionTimestamp !==
        undefined;
      while (!(await marked())) await new Promise((resolve) => setImmediate(resolve));
      await restart();
      const headers = { 'content-type': 'application/merge-patch+json' };
      await server.call('PATCH', `${WIDGETS}/held`, { metadata: { finalizers: null } }, { headers });
      await until('widgets.example.com', ({ kind }) => kind === 'Status');
      assert.equal((await server.call('GET', WIDGETS)).code, 404);
    } finally {
      await server.stop();
      await rm(folder, { recursive: true });
      server = await startTestServer();
    }
  });
});
