import assert from 'node:assert/strict';
import type { KubeObject } from '../../api/meta.ts';
import { systemClock } from '../../base/clock.ts';
import { createDeferred } from '../../base/deferred.ts';
import type { Random } from '../../base/random.ts';
import type { EventBatch, Storage } from '../../storage/contract.ts';
import { type Followed, openSqliteStorage } from '../../storage/index.ts';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import { farStorage } from '../../../test/harness/farStorage.ts';
import { quietRandom } from '../../../test/harness/seed.ts';
import { namespaceLifecycle } from '../admission/namespaceLifecycle.ts';
import { createAdmissionReader } from '../admission/reader.ts';
import { catchUp } from './freshness.ts';

const MAPS = '/api/v1/namespaces/d/configmaps';
const MERGE_PATCH = { headers: { 'content-type': 'application/merge-patch+json' } };

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** One store, far from both servers. The other one hears nothing of what is written until it asks. */
describe('two API servers on one store', () => {
  let random: Random;
  let near: Storage;
  let servers: readonly TestServer[];
  let a: TestServer;
  let b: TestServer;

  beforeEach(async () => {
    random = quietRandom('two servers');
    near = await openSqliteStorage({ path: ':memory:' });
    const start = (followed?: typeof deaf): Promise<TestServer> =>
      startTestServer({
        storage: farStorage(near, random),
        ...(followed === undefined ? {} : { followed }),
        admission: (cache, storage) => {
          const { signal } = new AbortController();
          const reader = createAdmissionReader(cache, () =>
            catchUp({ cache, storage, clock: systemClock }, () => signal),
          );
          return [namespaceLifecycle(reader)];
        },
      });
    servers = [await start(), await start(deaf)];
    [a, b] = servers as [TestServer, TestServer];
    await made('/api/v1/namespaces', { metadata: { name: 'd' } });
  });
  afterEach(async () => {
    for (const server of servers) await server.stop();
    await near.close();
  });

  const map = (metadata: object = {}, data: object = {}): object => ({
    metadata: { name: 'm', ...metadata },
    data,
  });
  const revisionOf = ({ metadata }: KubeObject): string => metadata.resourceVersion;
  /** Made at the one server; the other has not heard of it. */
  async function made<T extends KubeObject = ConfigMap>(url: string, body: object): Promise<T> {
    const answer = await a.call<T>('POST', url, body);
    assert.equal(answer.code, 201, JSON.stringify(answer.body));
    return answer.body;
  }
  async function ok<T = ConfigMap>(
    method: string,
    url: string,
    body?: object,
    options?: Parameters<TestServer['call']>[3],
  ): Promise<T> {
    const answer = await b.call<T>(method, url, body, options);
    assert.ok(answer.code < 300, `${method} ${url}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  it('the other reads what was written, one and all', async () => {
    const one = await made(MAPS, map());
    assert.equal(revisionOf(await ok('GET', `${MAPS}/m`)), revisionOf(one));
    await made(MAPS, map({ name: 'n' }));
    const list = await ok<{ items: ConfigMap[]; metadata: { resourceVersion: string } }>('GET', MAPS);
    assert.deepEqual(
      list.items.map(({ metadata }) => metadata.name),
      ['m', 'n'],
    );
    await made(MAPS, map({ name: 'o' }));
    const named = await ok<{ items: ConfigMap[] }>('GET', `${MAPS}?fieldSelector=metadata.name%3Do`);
    assert.equal(named.items.length, 1);
  });

  it('the other watches from what was written', async () => {
    await made(MAPS, map());
    const stop = new AbortController();
    const response = await b.ask('GET', `${MAPS}?watch=true`, undefined, { signal: stop.signal });
    assert.ok(response.type === 'watch');
    for await (const events of response.events) {
      assert.equal(events[0]?.type, 'ADDED');
      break;
    }
    stop.abort();
  });

  it('the other changes what was written, with a condition and without', async () => {
    await made(MAPS, map());
    let body = await ok('PUT', `${MAPS}/m`, map({}, { by: 'put' }));
    const changed = await a.call<ConfigMap>(
      'PUT',
      `${MAPS}/m`,
      map({ resourceVersion: revisionOf(body) }, { x: '1' }),
    );
    assert.equal(changed.code, 200, JSON.stringify(changed.body));
    await ok('PUT', `${MAPS}/m`, map({ resourceVersion: revisionOf(changed.body) }, { x: '2' }));
    await a.call('PATCH', `${MAPS}/m`, { data: { y: 'a' } }, MERGE_PATCH);
    body = await ok('PATCH', `${MAPS}/m`, { data: { z: 'b' } }, MERGE_PATCH);
    assert.deepEqual(body.data, { x: '2', y: 'a', z: 'b' });
  });

  it('the other does not take a change back for one that changes nothing', async () => {
    await made(MAPS, map({}, { x: '1' }));
    await ok('GET', `${MAPS}/m`);
    await a.call('PUT', `${MAPS}/m`, map({}, { x: '2' }));
    const back = await ok('PUT', `${MAPS}/m`, map({}, { x: '1' }));
    assert.deepEqual(back.data, { x: '1' });
    assert.deepEqual((await a.call<ConfigMap>('GET', `${MAPS}/m`)).body.data, { x: '1' });
  });

  it('the other refuses a condition that no longer holds', async () => {
    const first = await made(MAPS, map());
    await a.call('PUT', `${MAPS}/m`, map({}, { x: '2' }));
    const answer = await b.call('PUT', `${MAPS}/m`, map({ resourceVersion: revisionOf(first) }, { x: '3' }));
    assert.equal(answer.code, 409);
  });

  it('the other deletes what was written, and knows what is gone', async () => {
    await made(MAPS, map());
    await ok('DELETE', `${MAPS}/m`);
    assert.equal((await a.call('GET', `${MAPS}/m`)).code, 404);
    assert.equal((await a.call('DELETE', `${MAPS}/m`)).code, 404);
    await made(MAPS, map());
    const changed = await a.call<ConfigMap>('PUT', `${MAPS}/m`, map({}, { x: '2' }));
    const { uid, resourceVersion } = changed.body.metadata;
    await ok('DELETE', `${MAPS}/m`, {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      preconditions: { uid, resourceVersion },
    });
    const again = await made(MAPS, map());
    const old = await b.call('DELETE', `${MAPS}/m`, { preconditions: { uid } });
    assert.equal(old.code, 409);
    await ok('DELETE', MAPS);
    assert.equal((await b.call('GET', `${MAPS}/m`)).code, 404);
    assert.notEqual(again.metadata.uid, uid);
  });

  it('the other knows a namespace that has just been made', async () => {
    await made('/api/v1/namespaces', { metadata: { name: 'e' } });
    await ok('POST', '/api/v1/namespaces/e/configmaps', map());
  });

  it('subresources of the other are about the newest state', async () => {
    const deployment = {
      metadata: { name: 'x' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    };
    const url = '/apis/apps/v1/namespaces/d/deployments';
    await made(url, deployment);
    const scale = await ok<{ spec: { replicas: number } }>('GET', `${url}/x/scale`);
    assert.equal(scale.spec.replicas, 2);
    await made('/api/v1/namespaces/d/serviceaccounts', { metadata: { name: 's' } });
    const token = await b.call<{ reason: string; message: string }>(
      'POST',
      '/api/v1/namespaces/d/serviceaccounts/s/token',
      { spec: { audiences: [] } },
    );
    // The account is found; this server has no keys.
    assert.match(token.body.message, /no tokens in this test/);
    await made('/api/v1/namespaces/d/pods', {
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
    assert.equal((await b.ask('GET', '/api/v1/namespaces/d/pods/p/log')).type, 'raw');
    await ok('POST', '/api/v1/namespaces/d/pods/p/binding', {
      metadata: { name: 'p' },
      target: { kind: 'Node', name: 'n' },
    });
    await ok('POST', '/api/v1/namespaces/d/pods/p/eviction', { metadata: { name: 'p' } });
  });

  it('of many writers at both none loses, and nobody reads what is past', async () => {
    await made(MAPS, map({}, { count: '0' }));
    let acknowledged = 0;
    const count = async (server: TestServer): Promise<number> => {
      const { body } = await server.call<ConfigMap>('GET', `${MAPS}/m`);
      return Number(body.data?.['count']);
    };
    const writer = async (): Promise<void> => {
      for (let done = 0; done < 6;) {
        const server = random.number() < 0.5 ? a : b;
        const before = acknowledged;
        const { body } = await server.call<ConfigMap>('GET', `${MAPS}/m`);
        const seen = Number(body.data?.['count']);
        assert.ok(seen >= before, `read ${seen} after ${before} was acknowledged`);
        const other = random.number() < 0.5 ? a : b;
        const next = map({ resourceVersion: revisionOf(body) }, { count: String(seen + 1) });
        const { code } = await other.call('PUT', `${MAPS}/m`, next);
        if (code !== 200) assert.equal(code, 409);
        else {
          acknowledged = Math.max(acknowledged, seen + 1);
          done++;
        }
      }
    };
    await Promise.all(Array.from({ length: 5 }, writer));
    assert.deepEqual(await Promise.all([count(a), count(b)]), [30, 30]);
  });

  it('serve what a definition describes that the other one was sent', async () => {
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    await made(definitions, {
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } },
          },
        ],
      },
    });
    const widgets = '/apis/example.com/v1/namespaces/d/widgets';
    while ((await a.call('GET', widgets)).code !== 200) await new Promise((resolve) => setImmediate(resolve));
    assert.equal((await b.call('POST', widgets, { metadata: { name: 'w' } })).code, 201);
    assert.equal((await a.call('GET', `${widgets}/w`)).code, 200);
  });
});

/** Holds what a watch gives until somebody asks how far the store is. */
function deaf(storage: Storage): Followed {
  let asked = createDeferred<undefined>();
  /** Questions whose answer has not come yet. */
  let open = 0;
  return {
    list: (prefix, options) => storage.list(prefix, options),
    requestProgress() {
      open++;
      asked.resolve(undefined);
      storage.requestProgress();
    },
    async *watch(prefix, after, signal): AsyncGenerator<EventBatch, void, undefined> {
      const end = (): void => asked.resolve(undefined);
      signal.addEventListener('abort', end);
      for await (const batch of storage.watch(prefix, after, signal)) {
        await asked.promise;
        yield batch;
        if (batch.events.length === 0) open--;
        if (open === 0 && !signal.aborted) asked = createDeferred<undefined>();
      }
      signal.removeEventListener('abort', end);
    },
  };
}
