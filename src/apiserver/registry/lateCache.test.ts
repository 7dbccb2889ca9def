import assert from 'node:assert/strict';
import type { KubeObject } from '../../api/meta.ts';
import type { EventBatch, Storage } from '../../storage/contract.ts';
import type { Followed } from '../../storage/index.ts';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';

const ROOT = '/api/v1/namespaces/d/configmaps';
const LATE_TURNS = 5;

/** The store's watch is as late as one over a network may be: its writers are answered long before. */
describe('registry with a cache that is late', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({ followed: late });
  });
  afterEach(() => server.stop());

  const map = (metadata: object = {}, data: object = {}): object => ({
    metadata: { name: 'a', ...metadata },
    data,
  });
  const revisionOf = (body: KubeObject): string => body.metadata.resourceVersion;

  it('answers a writer when readers find what he wrote', async () => {
    const made = await server.call<KubeObject>('POST', ROOT, map());
    const read = await server.call<KubeObject>('GET', `${ROOT}/a`);
    assert.deepEqual([read.code, read.body], [200, made.body]);
    const changed = await server.call<KubeObject>('PUT', `${ROOT}/a`, map({}, { key: 'two' }));
    const list = await server.call<{ items: KubeObject[] }>('GET', ROOT);
    assert.deepEqual(list.body.items.map(revisionOf), [revisionOf(changed.body)]);
    assert.equal((await server.call('DELETE', `${ROOT}/a`)).code, 200);
    assert.equal((await server.call('GET', `${ROOT}/a`)).code, 404);
    assert.equal((await server.call('POST', ROOT, map())).code, 201);
  });

  it('takes the next write on condition of the revision that the last one was answered with', async () => {
    let { body } = await server.call<KubeObject>('POST', ROOT, map());
    for (const key of ['one', 'two', 'three']) {
      const answer = await server.call<KubeObject>(
        'PUT',
        `${ROOT}/a`,
        map({ resourceVersion: revisionOf(body) }, { key }),
      );
      assert.equal(answer.code, 200, JSON.stringify(answer.body));
      ({ body } = answer);
    }
  });

  it('lets none of many writers at once lose, and deletes what is changed meanwhile', async () => {
    await server.call('POST', ROOT, map());
    const patch = (key: string) =>
      server.call('PATCH', `${ROOT}/a`, { data: { [key]: key } }, { headers: MERGE_PATCH });
    const answers = await Promise.all(['one', 'two', 'three', 'four'].map(patch));
    assert.deepEqual(new Set(answers.map(({ code }) => code)), new Set([200]));
    const { body } = await server.call<{ data: object }>('GET', `${ROOT}/a`);
    assert.deepEqual(Object.keys(body.data).sort(), ['four', 'one', 'three', 'two']);
    const [deleted] = await Promise.all([server.call('DELETE', `${ROOT}/a`), patch('five')]);
    assert.equal(deleted.code, 200);
    assert.equal((await server.call('GET', `${ROOT}/a`)).code, 404);
  });
});

const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };

function late(storage: Storage): Followed {
  return {
    list: (prefix, options) => storage.list(prefix, options),
    requestProgress: () => undefined,
    async *watch(prefix, after, signal): AsyncGenerator<EventBatch, void, undefined> {
      for await (const batch of storage.watch(prefix, after, signal)) {
        for (let turn = 0; turn < LATE_TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
        yield batch;
      }
    },
  };
}
