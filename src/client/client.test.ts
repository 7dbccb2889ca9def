import assert from 'node:assert/strict';
import type { WatchEvent } from '../api/request.ts';
import { configMaps, nodes } from '../api/resources.ts';
import { expired, isExpired } from '../api/status.ts';
import { clientOver } from './client.ts';
import type { Client } from './contract.ts';
import type { ResourceCall } from './transport.ts';

/** A client whose transport keeps the calls and answers watches with the given batches. */
function recording(batches: readonly (readonly WatchEvent[])[] = []): {
  client: Client;
  calls: ResourceCall[];
} {
  const calls: ResourceCall[] = [];
  const client = clientOver({
    send: (call) => {
      calls.push(call);
      return Promise.resolve({});
    },
    // eslint-disable-next-line @typescript-eslint/require-await -- an async iterable of what is at hand
    async *watch(call) {
      calls.push(call);
      yield* batches;
    },
    raw: () => Promise.reject(new Error('not asked')),
  });
  return { client, calls };
}

const at = { namespace: 'd', name: 'a' };

describe('clientOver', () => {
  it('turns options into the query', async () => {
    const { client, calls } = recording();
    await client.list(configMaps, {
      namespace: 'd',
      labelSelector: 'a=b',
      fieldSelector: '',
      limit: 5,
      continue: 'c',
    });
    await client.create(configMaps, { metadata: { ...at } }, { dryRun: true, fieldManager: 'me' });
    await client.apply(configMaps, { metadata: { ...at } }, { fieldManager: 'me', force: true });
    assert.deepEqual(
      calls.map((call) => `${call.verb} ${call.namespace}/${call.name}?${call.query.toString()}`),
      [
        'list d/?labelSelector=a%3Db&limit=5&continue=c',
        'create d/?dryRun=All&fieldManager=me',
        'patch d/a?fieldManager=me&force=true',
      ],
    );
    assert.equal(calls[2]!.body!.contentType, 'application/apply-patch+yaml');
  });

  it('has no namespace for cluster-scoped resources, and a name where a subresource is created', async () => {
    const { client, calls } = recording();
    await client.get(nodes, { namespace: 'ignored', name: 'n' });
    await client.create(configMaps, { metadata: { ...at } }, { subresource: 'x' });
    assert.deepEqual([calls[0]!.namespace, calls[0]!.name], ['', 'n']);
    assert.deepEqual([calls[1]!.name, calls[1]!.subresource], ['a', 'x']);
  });

  it('sends DeleteOptions only where something is chosen', async () => {
    const { client, calls } = recording();
    await client.delete(configMaps, at);
    await client.delete(configMaps, at, { gracePeriodSeconds: 0, propagationPolicy: 'Orphan', dryRun: true });
    assert.equal(calls[0]!.body, undefined);
    assert.deepEqual(calls[1]!.body!.object, {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      gracePeriodSeconds: 0,
      propagationPolicy: 'Orphan',
      dryRun: ['All'],
    });
  });

  it('passes batches of objects on as they are, and reads bookmarks', async () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...at, uid: 'u', resourceVersion: '7', creationTimestamp: '' },
    };
    const plain: WatchEvent[] = [{ type: 'ADDED', object }];
    const { client, calls } = recording([
      plain,
      [
        { type: 'MODIFIED', object },
        { type: 'BOOKMARK', object },
      ],
    ]);
    const seen: unknown[] = [];
    for await (const batch of client.watch(configMaps, { resourceVersion: '6', allowBookmarks: true }))
      seen.push(batch);
    assert.equal(seen[0], plain);
    assert.deepEqual(seen[1], [
      { type: 'MODIFIED', object },
      { type: 'BOOKMARK', resourceVersion: '7' },
    ]);
    assert.equal(calls[0]!.query.toString(), 'resourceVersion=6&watch=true&allowWatchBookmarks=true');
  });

  it('throws an ERROR event after the events before it', async () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...at, uid: 'u', resourceVersion: '7', creationTimestamp: '' },
    };
    const { client } = recording([
      [
        { type: 'DELETED', object },
        { type: 'ERROR', object: expired('too old').status },
      ],
    ]);
    const seen: unknown[] = [];
    await assert.rejects(async () => {
      for await (const batch of client.watch(configMaps, {})) seen.push(...batch);
    }, isExpired);
    assert.deepEqual(seen, [{ type: 'DELETED', object }]);
  });
});
