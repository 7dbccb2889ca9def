import assert from 'node:assert/strict';
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

describe('CustomResources', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({
      admission: (cache) => [
        customResourceTermination(createAdmissionReader(cache, () => Promise.resolve())),
      ],
    });
  });
  afterEach(() => server.stop());

  const get = async (name: string): Promise<CustomResourceDefinition> =>
    (await server.call<CustomResourceDefinition>('GET', `${DEFINITIONS}/${name}`)).body;
  /** Until a definition's newest state is as wanted. */
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
});
