import assert from 'node:assert/strict';
import { kinds } from '../../api/kinds/index.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ApiResponse, Entry, WatchEvent } from '../../api/request.ts';
import { notFound, StatusError } from '../../api/status.ts';
import { FakeClock } from '../../base/clock.ts';
import type { Exchange } from '../exchange.ts';
import { LiveResources } from '../resources/table.ts';
import { tableFilter } from './filter.ts';
import type { Table } from './table.ts';

const clock = new FakeClock(Date.parse('2026-01-01T00:10:00Z'));
const filter = tableFilter({ resources: new LiveResources(kinds), clock });

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const METADATA = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';

const configMap = (name: string): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'd',
      uid: '1',
      resourceVersion: '7',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    data: { a: '1', b: '2' },
  }) as unknown as KubeObject;

const entry = (object: KubeObject): Entry => ({ key: '', revision: 7, object, bytes: new Uint8Array() });

interface Ask {
  accept?: string;
  query?: string;
  resource?: { group: string; version: string; resource: string };
  subresource?: string;
}

function ask(
  answer: ApiResponse,
  { accept = TABLE, query = '', resource, subresource = '' }: Ask = {},
): Promise<ApiResponse> {
  const info = {
    isResourceRequest: true,
    ...(resource ?? { group: '', version: 'v1', resource: 'configmaps' }),
    subresource,
  };
  const request = { info, headers: { accept }, query: new URLSearchParams(query) };
  return filter({ request } as unknown as Exchange, () => Promise.resolve(answer));
}

function tableIn(answer: ApiResponse): Table {
  assert.ok(answer.type === 'object');
  return answer.object as Table;
}

const one = (object: unknown): ApiResponse => ({ type: 'object', code: 200, object });

async function* batches(...events: WatchEvent[][]): AsyncIterable<readonly WatchEvent[]> {
  yield* await Promise.resolve(events);
}

describe('tableFilter', () => {
  it('shows an object as a table with its metadata', async () => {
    const table = tableIn(await ask(one(configMap('x'))));
    assert.equal(table.kind, 'Table');
    assert.equal(table.apiVersion, 'meta.k8s.io/v1');
    assert.deepEqual(table.metadata, { resourceVersion: '7' });
    assert.deepEqual(
      table.columnDefinitions.map(({ name, type, format, priority }) => [name, type, format, priority]),
      [
        ['Name', 'string', 'name', 0],
        ['Data', 'string', '', 0],
        ['Age', 'string', '', 0],
      ],
    );
    assert.deepEqual(table.rows, [
      {
        cells: ['x', 2, '10m'],
        object: {
          kind: 'PartialObjectMetadata',
          apiVersion: 'meta.k8s.io/v1',
          metadata: configMap('x').metadata,
        },
      },
    ]);
  });

  it('shows a list with its own metadata, and objects as includeObject says', async () => {
    const metadata = { resourceVersion: '9', continue: 'c', remainingItemCount: 3 };
    const list: ApiResponse = {
      type: 'list',
      apiVersion: 'v1',
      kind: 'ConfigMapList',
      items: [entry(configMap('a')), entry(configMap('b'))],
      metadata,
    };
    const whole = tableIn(await ask(list, { query: 'includeObject=Object' }));
    assert.deepEqual(whole.metadata, metadata);
    assert.deepEqual(
      whole.rows.map((row) => row.object),
      [configMap('a'), configMap('b')],
    );
    const none = tableIn(await ask(list, { query: 'includeObject=None' }));
    assert.deepEqual(
      none.rows.map((row) => [row.cells[0], row.object]),
      [
        ['a', null],
        ['b', null],
      ],
    );
    await assert.rejects(
      ask(list, { query: 'includeObject=Some' }),
      (error) => error instanceof StatusError && error.code === 400,
    );
  });

  it('shows the events of a watch, columns in the first only', async () => {
    const event = (type: WatchEvent['type'], name: string): WatchEvent => ({ type, object: configMap(name) });
    const answer = await ask({
      type: 'watch',
      events: batches(
        [event('ADDED', 'a'), event('MODIFIED', 'a')],
        [event('BOOKMARK', ''), event('DELETED', 'a')],
      ),
    });
    assert.ok(answer.type === 'watch');
    const seen: [string, number, number][] = [];
    for await (const batch of answer.events) {
      for (const { type, object } of batch) {
        const table = object as unknown as Table;
        assert.deepEqual(table.metadata, { resourceVersion: '7' });
        seen.push([type, table.columnDefinitions.length, table.rows.length]);
      }
    }
    assert.deepEqual(seen, [
      ['ADDED', 3, 1],
      ['MODIFIED', 0, 1],
      ['BOOKMARK', 0, 0],
      ['DELETED', 0, 1],
    ]);
  });

  it('lets failures and ERROR events pass', async () => {
    const { status } = notFound({ group: '', plural: 'configmaps' }, 'x');
    const failure: ApiResponse = { type: 'object', code: 404, object: status };
    assert.equal(await ask(failure), failure);
    const answer = await ask({ type: 'watch', events: batches([{ type: 'ERROR', object: status }]) });
    assert.ok(answer.type === 'watch');
    for await (const batch of answer.events) assert.deepEqual(batch[0], { type: 'ERROR', object: status });
  });

  it('shows metadata alone to who asks for it', async () => {
    const metadata = {
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: configMap('x').metadata,
    };
    assert.deepEqual(tableIn(await ask(one(configMap('x')), { accept: METADATA })), metadata);
    const list = await ask(
      {
        type: 'list',
        apiVersion: 'v1',
        kind: 'L',
        items: [entry(configMap('x'))],
        metadata: { resourceVersion: '9' },
      },
      { accept: METADATA.replace('Metadata;', 'MetadataList;') },
    );
    assert.deepEqual(tableIn(list), {
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '9' },
      items: [metadata],
    });
  });

  it('shows events.k8s.io with the columns of events', async () => {
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: configMap('e').metadata,
      regarding: { kind: 'Pod', name: 'p' },
      reason: 'Started',
      note: 'container started',
      type: 'Normal',
      eventTime: '2026-01-01T00:09:00.000000Z',
    };
    const table = tableIn(
      await ask(one(event), { resource: { group: 'events.k8s.io', version: 'v1', resource: 'events' } }),
    );
    const cells = table.rows[0]?.cells ?? [];
    assert.ok(cells.includes('Started'));
    assert.ok(cells.includes('container started'));
    assert.ok(cells.includes('pod/p'));
  });

  it('leaves alone what did not ask, other subresources, and what prefers plain JSON', async () => {
    const answer = one(configMap('x'));
    assert.equal(await ask(answer, { accept: 'application/json' }), answer);
    assert.equal(await ask(answer, { accept: `application/json,${TABLE}` }), answer);
    assert.equal(await ask(answer, { subresource: 'log' }), answer);
  });

  it('leaves alone what has no other form', async () => {
    const review = { group: 'authorization.k8s.io', version: 'v1', resource: 'selfsubjectaccessreviews' };
    const answer = one({ kind: 'SelfSubjectAccessReview' });
    assert.equal(await ask(answer, { accept: `${TABLE},application/json`, resource: review }), answer);
  });
});
