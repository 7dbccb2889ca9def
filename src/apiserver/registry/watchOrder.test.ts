import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { KubeObject } from '../../api/meta.ts';
import type { WatchEvent } from '../../api/request.ts';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';

const ROOT = '/api/v1/namespaces/d/configmaps';
const NAMES = ['a', 'b', 'c'];

type Step =
  | { readonly type: 'put' | 'delete'; readonly name: string; readonly label: string }
  | { readonly type: 'watch' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('put' as const),
      name: fc.constantFrom(...NAMES),
      label: fc.constantFrom('x', 'y'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('delete' as const),
      name: fc.constantFrom(...NAMES),
      label: fc.constant(''),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'watch' as const }) },
);

/** What a client that lists, then watches with a selector, believes to be there. */
class Mirror {
  readonly #state = new Map<string, string>();
  readonly revisions: number[] = [];

  take(events: readonly WatchEvent[]): void {
    for (const { type, object } of events) {
      const { name, resourceVersion } = (object as KubeObject).metadata;
      this.revisions.push(Number(resourceVersion));
      if (type === 'ADDED') assert.ok(!this.#state.has(name), `${name} was added twice`);
      else assert.ok(this.#state.has(name), `${type} of ${name}, which is not there`);
      if (type === 'DELETED') this.#state.delete(name);
      else this.#state.set(name, resourceVersion);
    }
  }

  list(items: readonly KubeObject[]): void {
    for (const { metadata } of items) this.#state.set(metadata.name, metadata.resourceVersion);
  }

  get state(): Record<string, string> {
    return Object.fromEntries([...this.#state].sort());
  }
}

describe('watch', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server.stop());

  const selected = async (): Promise<{ items: KubeObject[]; metadata: { resourceVersion: string } }> =>
    (
      await server.call<{ items: KubeObject[]; metadata: { resourceVersion: string } }>(
        'GET',
        `${ROOT}?labelSelector=l%3Dx`,
      )
    ).body;

  it('brings every client that lists and watches, whenever it begins, to the same state in order of revision', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const stop = new AbortController();
        const mirrors: { mirror: Mirror; from: number; done: Promise<void> }[] = [];
        const begin = async (): Promise<void> => {
          const mirror = new Mirror();
          const list = await selected();
          mirror.list(list.items);
          const from = list.metadata.resourceVersion;
          const answer = await server.ask(
            'GET',
            `${ROOT}?watch=1&labelSelector=l%3Dx&resourceVersion=${from === '0' ? '' : from}${from === '0' ? '&sendInitialEvents=false&resourceVersionMatch=NotOlderThan' : ''}`,
            undefined,
            { signal: stop.signal },
          );
          assert.ok(answer.type === 'watch');
          const { events } = answer;
          const done = (async () => {
            for await (const batch of events) mirror.take(batch);
          })();
          mirrors.push({ mirror, from: Number(from), done });
        };
        await begin();
        const writes: Promise<unknown>[] = [];
        for (const one of steps) {
          if (one.type === 'watch') await begin();
          else if (one.type === 'delete') writes.push(server.call('DELETE', `${ROOT}/${one.name}`));
          else {
            const body = { metadata: { name: one.name, labels: { l: one.label } } };
            writes.push(
              server.call('POST', ROOT, body).then(({ code }) =>
                code === 409
                  ? server.call('PUT', `${ROOT}/${one.name}`, {
                      ...body,
                      data: { n: String(writes.length) },
                    })
                  : undefined,
              ),
            );
          }
        }
        await Promise.all(writes);
        const final = new Mirror();
        final.list((await selected()).items);
        // One more write that everybody sees says that all before it has been delivered.
        await server.call('POST', ROOT, { metadata: { name: 'zz', labels: { l: 'x' } } });
        const { body: last } = await server.call<KubeObject>('GET', `${ROOT}/zz`);
        for (const { mirror } of mirrors) {
          while (mirror.revisions.at(-1) !== Number(last.metadata.resourceVersion)) {
            await new Promise((resolve) => setImmediate(resolve));
          }
        }
        stop.abort();
        await Promise.all(mirrors.map(({ done }) => done));
        for (const { mirror, from } of mirrors) {
          assert.deepEqual(mirror.state, { ...final.state, zz: last.metadata.resourceVersion });
          assert.deepEqual(
            mirror.revisions,
            [...mirror.revisions].sort((a, b) => a - b),
          );
          assert.ok((mirror.revisions[0] ?? Infinity) > from);
        }
        const [first] = mirrors;
        for (const { mirror } of mirrors) {
          const seen = mirror.revisions;
          assert.deepEqual(seen, first?.mirror.revisions.slice(-seen.length));
        }
        await server.call('DELETE', ROOT);
      }),
      { numRuns: 40 },
    );
  });
});
