import assert from 'node:assert/strict';
import { once } from 'node:events';
import { configMaps, deployments, pods } from '../../src/api/resources.ts';
import {
  isConflict,
  isExpired,
  isNotFound,
  isReason,
  type Status,
  StatusError,
} from '../../src/api/status.ts';
import type { ConfigMap } from '../../src/api/types.ts';
import type { Client, ObjectEvent } from '../../src/client/contract.ts';
import type { TestServer } from '../harness/apiServer.ts';

export interface ClientFixture {
  readonly client: Client;
  readonly server: TestServer;
  dispose(): Promise<void>;
}

/** The watch cache of a fixture remembers so many events. */
export const WINDOW = 500;

const at = (name: string) => ({ namespace: 'd', name });

/** What every transport of the Client contract does, against a real API server. */
export function clientContract(name: string, start: () => Promise<ClientFixture>): void {
  describe(`Client contract: ${name}`, () => {
    let fixture: ClientFixture;
    let client: Client;

    beforeEach(async () => {
      fixture = await start();
      client = fixture.client;
    });
    afterEach(() => fixture.dispose());

    const make = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}) =>
      client.create(configMaps, { metadata: { ...at(name), labels }, data });

    it('creates with kind and version filled in, and reads the same object back', async () => {
      const created = await make('a', { text: 'käse, 漢字 and 😀' });
      assert.deepEqual(
        [created.apiVersion, created.kind, created.data?.text],
        ['v1', 'ConfigMap', 'käse, 漢字 and 😀'],
      );
      assert.match(created.metadata.resourceVersion, /^\d+$/);
      assert.deepEqual(await client.get(configMaps, at('a')), created);
    });

    it('lists by namespace, labels and fields, in pages', async () => {
      for (const name of ['a', 'b', 'c']) await make(name, {}, { even: String(name === 'b') });
      await client.create(configMaps, { metadata: { namespace: 'other', name: 'x' } });
      const names = async (options: Parameters<Client['list']>[1]) =>
        (await client.list(configMaps, options)).items.map((item) => item.metadata.name);
      assert.deepEqual(await names({}), ['a', 'b', 'c', 'x']);
      assert.deepEqual(await names({ namespace: 'd' }), ['a', 'b', 'c']);
      assert.deepEqual(await names({ labelSelector: 'even=true' }), ['b']);
      assert.deepEqual(await names({ fieldSelector: 'metadata.name=c' }), ['c']);
      const first = await client.list(configMaps, { namespace: 'd', limit: 2 });
      assert.equal(first.items.length, 2);
      assert.equal(first.metadata.remainingItemCount, 1);
      const rest = await client.list(configMaps, {
        namespace: 'd',
        limit: 2,
        continue: first.metadata.continue ?? '',
      });
      assert.deepEqual(
        rest.items.map((item) => item.metadata.name),
        ['c'],
      );
      assert.equal(rest.kind, 'ConfigMapList');
    });

    it('updates what has not changed meanwhile and rejects with Conflict otherwise', async () => {
      const created = await make('a', { n: '1' });
      const { name, namespace, resourceVersion } = created.metadata;
      const updated = await client.update(configMaps, {
        metadata: { name, namespace, resourceVersion },
        data: { n: '2' },
      });
      assert.equal(updated.data?.n, '2');
      await assert.rejects(
        client.update(configMaps, { metadata: { name, namespace, resourceVersion }, data: { n: '3' } }),
        isConflict,
      );
    });

    it('patches in every form, and a subresource', async () => {
      await make('a', { keep: 'k', drop: 'd' });
      const patched = await client.patch(configMaps, at('a'), 'application/json-patch+json', [
        { op: 'add', path: '/data/j', value: '1' },
      ]);
      assert.equal(patched.data?.j, '1');
      await client.patch(configMaps, at('a'), 'application/merge-patch+json', { data: { drop: null } });
      const strategic = await client.patch(configMaps, at('a'), 'application/strategic-merge-patch+json', {
        metadata: { labels: { l: 'x' } },
      });
      assert.deepEqual([strategic.data, strategic.metadata.labels], [{ keep: 'k', j: '1' }, { l: 'x' }]);

      await client.create(pods, { metadata: at('p'), spec: { containers: [{ name: 'c', image: 'x' }] } });
      const status = { phase: 'Running' };
      const pod = await client.patch(
        pods,
        at('p'),
        'application/merge-patch+json',
        { status },
        { subresource: 'status' },
      );
      assert.equal(pod.status?.phase, 'Running');
    });

    it('applies server-side and tells conflicts', async () => {
      const apply = (value: string, fieldManager: string, force = false) =>
        client.apply(configMaps, { metadata: at('a'), data: { v: value } }, { fieldManager, force });
      const created = await apply('1', 'one');
      assert.equal(created.metadata.managedFields?.[0]?.manager, 'one');
      await assert.rejects(apply('2', 'two'), isConflict);
      assert.equal((await apply('2', 'two', true)).data?.v, '2');
    });

    it('deletes under preconditions, and whole collections', async () => {
      const created = await make('a');
      await assert.rejects(
        client.delete(configMaps, at('a'), { preconditions: { uid: 'other' } }),
        isConflict,
      );
      const answer = (await client.delete(configMaps, at('a'), {
        preconditions: { uid: created.metadata.uid },
      })) as Status;
      assert.equal(answer.status, 'Success');
      for (const name of ['b', 'c', 'd']) await make(name, {}, { go: String(name !== 'c') });
      await client.deleteCollection(configMaps, { namespace: 'd', labelSelector: 'go=true' });
      assert.deepEqual(
        (await client.list(configMaps)).items.map((item) => item.metadata.name),
        ['c'],
      );
    });

    it('changes nothing in a dry run', async () => {
      const draft = { metadata: at('a') };
      assert.equal((await client.create(configMaps, draft, { dryRun: true })).metadata.name, 'a');
      await assert.rejects(client.get(configMaps, at('a')), isNotFound);
      await make('b');
      await client.delete(configMaps, at('b'), { dryRun: true });
      assert.equal((await client.get(configMaps, at('b'))).metadata.name, 'b');
    });

    it('posts bodies of another kind to subresources', async () => {
      await client.create(pods, { metadata: at('p'), spec: { containers: [{ name: 'c', image: 'x' }] } });
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: 'p' },
        target: { apiVersion: 'v1', kind: 'Node', name: 'n1' },
      };
      const answer = await client.createSubresource<Status>(pods, at('p'), 'binding', binding);
      assert.equal(answer.status, 'Success');
      assert.equal((await client.get(pods, at('p'))).spec.nodeName, 'n1');
    });

    it('rejects with the server’s Status: reason, code, message and causes', async () => {
      await assert.rejects(client.get(configMaps, at('none')), (error) => {
        assert.ok(error instanceof StatusError);
        assert.deepEqual(
          [error.code, error.reason, error.message],
          [404, 'NotFound', 'configmaps "none" not found'],
        );
        return true;
      });
      await make('a');
      await assert.rejects(make('a'), (error) => isReason(error, 'AlreadyExists'));
      const bad = { metadata: at('bad'), spec: { selector: {}, template: {} } };
      await assert.rejects(client.create(deployments, bad), (error) => {
        assert.ok(isReason(error, 'Invalid'));
        assert.ok((error.status.details?.causes ?? []).some((cause) => cause.field === 'spec.selector'));
        return true;
      });
    });

    it('rejects a call with the reason of its signal', async () => {
      const stop = new AbortController();
      stop.abort(new Error('enough'));
      await assert.rejects(client.get(configMaps, at('a'), { signal: stop.signal }), /enough/);
    });

    it('keeps the cause of a write with its revision', async () => {
      const created = await client.create(
        configMaps,
        { metadata: at('a') },
        { cause: { actor: 'admin controller', revision: 41 } },
      );
      const [record] = await fixture.server.storage.history!.list('core/configmaps/d/a');
      assert.equal(String(record!.revision), created.metadata.resourceVersion);
      assert.equal(record!.cause?.revision, 41);
    });

    describe('watch', () => {
      /** Collects events until there are `count`, then ends the watch. */
      const collect = async (
        count: number,
        resourceVersion: string,
        change: () => Promise<unknown>,
      ): Promise<string[]> => {
        const stop = new AbortController();
        const seen: string[] = [];
        const changed = change();
        for await (const batch of client.watch(configMaps, {
          namespace: 'd',
          resourceVersion,
          signal: stop.signal,
        })) {
          assert.ok(batch.length > 0);
          seen.push(...batch.map(text));
          if (seen.length >= count) stop.abort();
        }
        await changed;
        return seen;
      };
      const text = (event: ObjectEvent<ConfigMap>): string =>
        event.type === 'BOOKMARK'
          ? 'BOOKMARK'
          : `${event.type} ${event.object.metadata.name} ${event.object.data?.v ?? ''}`;

      it('gives what came after a revision in order, then what comes, and ends quietly with its signal', async () => {
        const { metadata } = await make('a', { v: '1' });
        await make('b', { v: '1' });
        const seen = await collect(4, metadata.resourceVersion, async () => {
          await client.patch(configMaps, at('a'), 'application/merge-patch+json', { data: { v: '2' } });
          await client.delete(configMaps, at('b'));
          await make('c', { v: '漢' });
        });
        assert.deepEqual(seen, ['ADDED b 1', 'MODIFIED a 2', 'DELETED b 1', 'ADDED c 漢']);
      });

      it('gives objects of nearly a megabyte whole', async () => {
        const { metadata } = await make('a');
        const big = 'ü'.repeat(450_000);
        const seen = await collect(2, metadata.resourceVersion, async () => {
          await make('big', { v: big });
          await make('end', { v: '' });
        });
        assert.deepEqual(seen, [`ADDED big ${big}`, 'ADDED end ']);
      });

      it('gives many events without a loss', async () => {
        const { metadata } = await make('a');
        const names = Array.from({ length: 300 }, (_, i) => `n${i}`);
        const seen = await collect(300, metadata.resourceVersion, () =>
          Promise.all(names.map((name) => make(name, { v: name }))),
        );
        assert.deepEqual(new Set(seen), new Set(names.map((name) => `ADDED ${name} ${name}`)));
      });

      it('ends with the server’s time-out', async () => {
        const { metadata } = await make('a');
        const seen: unknown[] = [];
        const { resourceVersion } = metadata;
        for await (const batch of client.watch(configMaps, { resourceVersion, timeoutSeconds: 1 }))
          seen.push(batch);
        assert.deepEqual(seen, []);
      });

      it('throws Expired where the past is gone', async () => {
        const { metadata } = await make('a');
        for (let i = 0; i < WINDOW + 1; i += 1) await make(`b${i}`);
        const { storage } = fixture.server;
        await storage.compact((await storage.status()).revision);
        const events = client.watch(configMaps, { resourceVersion: metadata.resourceVersion });
        await assert.rejects(async () => {
          for await (const batch of events) assert.fail(`${batch.length} events`);
        }, isExpired);
      });

      it('lets its caller leave in the middle', async () => {
        const { metadata } = await make('a');
        await make('b');
        for await (const batch of client.watch(configMaps, { resourceVersion: metadata.resourceVersion })) {
          assert.equal(batch.length, 1);
          break;
        }
        assert.equal((await client.get(configMaps, at('b'))).metadata.name, 'b');
      });
    });

    describe('raw', () => {
      it('reads documents with their code and headers', async () => {
        const response = await client.raw('GET', '/version');
        assert.equal(response.code, 200);
        assert.match(response.headers['content-type'] ?? '', /^application\/json/);
        assert.match((JSON.parse(await response.text()) as { gitVersion: string }).gitVersion, /^v1\.36\./);
        const missing = await client.raw('GET', '/nothing/here');
        assert.equal(missing.code, 404);
        await missing.text();
      });

      it('addresses objects by path, with query and body', async () => {
        const body = Buffer.from(
          JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'r' } }),
        );
        const headers = { 'Content-Type': 'application/json' };
        const created = await client.raw('POST', '/api/v1/namespaces/d/configmaps?fieldManager=raw', {
          body,
          headers,
        });
        assert.equal(created.code, 201);
        assert.equal((JSON.parse(await created.text()) as ConfigMap).metadata.name, 'r');
        const list = await client.raw('GET', '/api/v1/configmaps?limit=1');
        assert.equal((JSON.parse(await list.text()) as { kind: string }).kind, 'ConfigMapList');
      });

      it('streams a watch', async () => {
        await make('a');
        const stop = new AbortController();
        const response = await client.raw('GET', '/api/v1/configmaps?watch=true&resourceVersion=0', {
          signal: stop.signal,
        });
        for await (const chunk of response.body) {
          const event = JSON.parse(Buffer.from(chunk).toString('utf8').split('\n')[0]!) as { type: string };
          assert.equal(event.type, 'ADDED');
          break;
        }
        stop.abort();
        if (!stop.signal.aborted) await once(stop.signal, 'abort');
      });
    });
  });
}
