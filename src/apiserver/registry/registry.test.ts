import assert from 'node:assert/strict';
import { FakeClock } from '../../base/clock.ts';
import { type Kind, defineKind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ApiResponse, WatchEvent } from '../../api/request.ts';
import { resource } from '../../api/resource.ts';
import { builtIn } from '../../api/schema/index.ts';
import type { Status } from '../../api/status.ts';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';

interface Thing extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number };
}

const things: Kind = defineKind<Thing>({
  resource: resource<Thing>('test.io', 'v1', 'things', 'Thing', 'Namespaced'),
  schema: builtIn('V1ReplicaSet'),
  hasGeneration: true,
  status: {},
  setDefaults(draft) {
    draft.spec ??= {};
    draft.spec.replicas ??= 1;
  },
  prepareForCreate(draft) {
    delete draft.status;
  },
  validate: () => [],
  selectableFields: (thing) => ({ 'spec.replicas': String(thing.spec?.replicas ?? '') }),
  columns: [],
});

const ROOT = '/apis/test.io/v1/namespaces/ns/things';
const thing = (name: string, extra: object = {}, metadata: object = {}): object => ({
  apiVersion: 'test.io/v1',
  kind: 'Thing',
  metadata: { name, ...metadata },
  ...extra,
});

describe('registry', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({ kinds: [things] });
  });
  afterEach(() => server.stop());

  const create = async (body: object): Promise<Thing> => {
    const answer = await server.call<Thing>('POST', ROOT, body);
    assert.equal(answer.code, 201, JSON.stringify(answer.body));
    return answer.body;
  };

  describe('create', () => {
    it('fills in system metadata and defaults and drops what only the server may set', async () => {
      const made = await create(
        thing('a', { status: { replicas: 9 } }, { uid: 'x', generation: 7, deletionGracePeriodSeconds: 1 }),
      );
      assert.equal(made.metadata.namespace, 'ns');
      assert.match(made.metadata.uid, /^[0-9a-f-]{36}$/);
      assert.match(made.metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(made.metadata.generation, 1);
      assert.equal(made.metadata.deletionGracePeriodSeconds, undefined);
      assert.ok(Number(made.metadata.resourceVersion) > 0);
      assert.deepEqual(made.spec, { replicas: 1 });
      assert.equal(made.status, undefined);
      const read = await server.call<Thing>('GET', `${ROOT}/a`);
      assert.deepEqual(read.body, made);
    });

    it('answers AlreadyExists for a name that is taken, and says so while the old object goes', async () => {
      await create(thing('a', {}, { finalizers: ['test.io/keep'] }));
      const again = await server.call<Status>('POST', ROOT, thing('a'));
      assert.equal(again.code, 409);
      assert.equal(again.body.reason, 'AlreadyExists');
      assert.equal(again.body.message, 'things.test.io "a" already exists');
      await server.call('DELETE', `${ROOT}/a`);
      const going = await server.call<Status>('POST', ROOT, thing('a'));
      assert.equal(going.body.message, 'object is being deleted: things.test.io "a" already exists');
    });

    it('makes a name from generateName', async () => {
      const made = await create({ ...thing(''), metadata: { generateName: 'web-' } });
      assert.match(made.metadata.name, /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    });

    it('stores nothing in a dry run and still runs validation', async () => {
      const answer = await server.call<Thing>('POST', `${ROOT}?dryRun=All`, thing('a'));
      assert.equal(answer.code, 201);
      assert.equal(answer.body.metadata.resourceVersion, undefined);
      assert.equal((await server.call('GET', `${ROOT}/a`)).code, 404);
      const bad = await server.call<Status>('POST', `${ROOT}?dryRun=All`, thing('A_b'));
      assert.equal(bad.code, 422);
    });

    it("refuses a namespace that is not the request's, and a resourceVersion", async () => {
      const other = await server.call<Status>('POST', ROOT, thing('a', {}, { namespace: 'other' }));
      assert.equal(other.code, 400);
      const versioned = await server.call<Status>('POST', ROOT, thing('a', {}, { resourceVersion: '3' }));
      assert.equal(versioned.code, 400);
    });
  });

  describe('update', () => {
    it('raises generation with the spec only, and keeps status, uid and creationTimestamp', async () => {
      const made = await create(thing('a'));
      const labelled = await server.call<Thing>(
        'PUT',
        `${ROOT}/a`,
        thing(
          'a',
          { spec: { replicas: 1 }, status: { replicas: 5 } },
          { labels: { x: 'y' }, creationTimestamp: null },
        ),
      );
      assert.equal(labelled.code, 200);
      assert.equal(labelled.body.metadata.generation, 1);
      assert.equal(labelled.body.metadata.uid, made.metadata.uid);
      assert.equal(labelled.body.metadata.creationTimestamp, made.metadata.creationTimestamp);
      assert.equal(labelled.body.status, undefined);
      const grown = await server.call<Thing>('PUT', `${ROOT}/a`, thing('a', { spec: { replicas: 2 } }));
      assert.equal(grown.body.metadata.generation, 2);
    });

    it('takes only status and metadata through the status subresource', async () => {
      await create(thing('a'));
      const answer = await server.call<Thing>(
        'PUT',
        `${ROOT}/a/status`,
        thing('a', { spec: { replicas: 7 }, status: { replicas: 3 } }, { annotations: { k: 'v' } }),
      );
      assert.deepEqual(answer.body.spec, { replicas: 1 });
      assert.deepEqual(answer.body.status, { replicas: 3 });
      assert.deepEqual(answer.body.metadata.annotations, { k: 'v' });
      assert.equal(answer.body.metadata.generation, 1);
    });

    it('does not raise the revision where nothing changes', async () => {
      const made = await create(thing('a'));
      const before = (await server.storage.status()).revision;
      const answer = await server.call<Thing>('PUT', `${ROOT}/a`, structuredClone(made));
      assert.deepEqual(answer.body, made);
      assert.equal((await server.storage.status()).revision, before);
    });

    it('answers Conflict for a stale resourceVersion and for another uid', async () => {
      const made = await create(thing('a'));
      await server.call('PUT', `${ROOT}/a`, thing('a', { spec: { replicas: 2 } }));
      const stale = await server.call<Status>('PUT', `${ROOT}/a`, structuredClone(made));
      assert.equal(stale.code, 409);
      assert.equal(
        stale.body.message,
        'Operation cannot be fulfilled on things.test.io "a": the object has been modified; please apply your changes to the latest version and try again',
      );
      const other = await server.call<Status>('PUT', `${ROOT}/a`, thing('a', {}, { uid: 'other' }));
      assert.equal(other.code, 409);
    });

    it('answers NotFound for a missing object, and BadRequest where name and URL differ', async () => {
      assert.equal((await server.call('PUT', `${ROOT}/a`, thing('a'))).code, 404);
      assert.equal((await server.call('PUT', `${ROOT}/a`, thing('b'))).code, 400);
    });

    it('loses none of many concurrent unconditional writes', async () => {
      await create(thing('a'));
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          server.call<Thing>('PUT', `${ROOT}/a`, thing('a', { spec: { replicas: n + 2 } })),
        ),
      );
      assert.deepEqual(new Set(answers.map((a) => a.code)), new Set([200]));
      assert.equal(new Set(answers.map((a) => a.body.metadata.resourceVersion)).size, 20);
    });
  });

  describe('delete', () => {
    it('answers with a Status and removes the object', async () => {
      const made = await create(thing('a'));
      const answer = await server.call<Status>('DELETE', `${ROOT}/a`);
      assert.equal(answer.code, 200);
      assert.equal(answer.body.status, 'Success');
      assert.deepEqual(answer.body.details, {
        name: 'a',
        group: 'test.io',
        kind: 'things',
        uid: made.metadata.uid,
      });
      assert.equal((await server.call('GET', `${ROOT}/a`)).code, 404);
    });

    it('marks an object that finalizers keep, and removes it with the last one', async () => {
      const made = await create(thing('a', {}, { finalizers: ['test.io/keep'] }));
      const marked = await server.call<Thing>('DELETE', `${ROOT}/a`);
      assert.ok(marked.body.metadata.deletionTimestamp !== undefined);
      assert.equal(marked.body.metadata.deletionGracePeriodSeconds, 0);
      assert.equal(marked.body.metadata.generation, (made.metadata.generation ?? 0) + 1);
      const more = await server.call<Status>(
        'PUT',
        `${ROOT}/a`,
        thing('a', {}, { finalizers: ['test.io/keep', 'test.io/new'] }),
      );
      assert.equal(more.code, 422);
      assert.match(more.body.message ?? '', /no new finalizers can be added if the object is being deleted/);
      await server.call('PUT', `${ROOT}/a`, thing('a'));
      assert.equal((await server.call('GET', `${ROOT}/a`)).code, 404);
    });

    it('writes the propagation policy down as a finalizer', async () => {
      await create(thing('a'));
      const orphaned = await server.call<Thing>('DELETE', `${ROOT}/a`, { propagationPolicy: 'Orphan' });
      assert.deepEqual(orphaned.body.metadata.finalizers, ['orphan']);
      const foreground = await server.call<Thing>('DELETE', `${ROOT}/a`, { propagationPolicy: 'Foreground' });
      assert.deepEqual(foreground.body.metadata.finalizers, ['foregroundDeletion']);
      const gone = await server.call<Status>('DELETE', `${ROOT}/a?propagationPolicy=Background`);
      assert.equal(gone.body.status, 'Success');
    });

    it('refuses options that make no sense and deletes nothing', async () => {
      await create(thing('a'));
      for (const [body, code] of [
        [{ gracePeriodSeconds: 'a' }, 400],
        [{ preconditions: 7 }, 400],
        [{ kind: 'Pod' }, 400],
        [[], 400],
        [{ propagationPolicy: 'Sometimes' }, 422],
        [{ propagationPolicy: 'Orphan', orphanDependents: true }, 422],
        [{ dryRun: ['Some'] }, 422],
      ] as const) {
        const answer = await server.call('DELETE', `${ROOT}/a`, JSON.stringify(body));
        assert.equal(answer.code, code, JSON.stringify(body));
      }
      assert.equal((await server.call('GET', `${ROOT}/a`)).code, 200);
    });

    it('checks preconditions', async () => {
      await create(thing('a'));
      const wrong = await server.call<Status>('DELETE', `${ROOT}/a`, { preconditions: { uid: 'other' } });
      assert.equal(wrong.code, 409);
      assert.match(
        wrong.body.message ?? '',
        /^Operation cannot be fulfilled on .* "a": the UID in the precondition \(other\) does not match the UID in record \(.+\)\. The object might have been deleted and then recreated$/,
      );
      const stale = await server.call<Status>('DELETE', `${ROOT}/a`, {
        preconditions: { resourceVersion: '9999' },
      });
      assert.equal(stale.code, 409);
      assert.match(
        stale.body.message ?? '',
        /the ResourceVersion in the precondition \(9999\) does not match/,
      );
    });

    it('deletes what a selector finds with deletecollection', async () => {
      await create(thing('a', {}, { labels: { x: '1' } }));
      await create(thing('b', {}, { labels: { x: '2' } }));
      await server.call('DELETE', `${ROOT}?labelSelector=x%3D1`);
      const left = await server.call<{ items: Thing[] }>('GET', ROOT);
      assert.deepEqual(
        left.body.items.map((item) => item.metadata.name),
        ['b'],
      );
    });
  });

  describe('list', () => {
    const names = (answer: { body: { items: readonly Thing[] } }): string[] =>
      answer.body.items.map((item) => item.metadata.name);
    interface List {
      items: Thing[];
      metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
    }

    it('selects by label and by field, and refuses a field that is not selectable', async () => {
      await create(thing('a', { spec: { replicas: 1 } }, { labels: { x: '1', y: 'z' } }));
      await create(thing('b', { spec: { replicas: 2 } }, { labels: { x: '2' } }));
      const by = async (query: string): Promise<string[]> =>
        names(await server.call<List>('GET', `${ROOT}?${query}`));
      assert.deepEqual(await by('labelSelector=x%20in%20(1,2),!y'), ['b']);
      assert.deepEqual(await by('fieldSelector=spec.replicas%3D2'), ['b']);
      assert.deepEqual(await by('fieldSelector=metadata.name!%3Da'), ['b']);
      assert.deepEqual(await by('fieldSelector=metadata.name%3Da'), ['a']);
      assert.deepEqual(await by('fieldSelector=metadata.name%3Da%5C%2Cb'), []);
      const bad = await server.call<Status>('GET', `${ROOT}?fieldSelector=spec.other%3D2`);
      assert.equal(bad.code, 400);
    });

    it('pages with limit and continue as of the first page, whatever is written between', async () => {
      for (const name of ['a', 'b', 'c', 'd', 'e']) await create(thing(name));
      const first = await server.call<List>('GET', `${ROOT}?limit=2`);
      assert.deepEqual(names(first), ['a', 'b']);
      assert.equal(first.body.metadata.remainingItemCount, 3);
      await server.call('DELETE', `${ROOT}/c`);
      await create(thing('bb'));
      const token = first.body.metadata.continue ?? '';
      const second = await server.call<List>('GET', `${ROOT}?limit=2&continue=${token}`);
      assert.deepEqual(names(second), ['c', 'd']);
      assert.equal(second.body.metadata.resourceVersion, first.body.metadata.resourceVersion);
      assert.equal(second.body.metadata.remainingItemCount, 1);
      const third = await server.call<List>(
        'GET',
        `${ROOT}?limit=2&continue=${second.body.metadata.continue ?? ''}`,
      );
      assert.deepEqual(names(third), ['e']);
      assert.equal(third.body.metadata.continue, undefined);
      assert.equal(third.body.metadata.remainingItemCount, undefined);
    });

    it('answers 410 after compaction with a token that goes on inconsistently', async () => {
      for (const name of ['a', 'b', 'c']) await create(thing(name));
      const first = await server.call<List>('GET', `${ROOT}?limit=1`);
      await create(thing('d'));
      await server.storage.compact((await server.storage.status()).revision);
      const gone = await server.call<Status>(
        'GET',
        `${ROOT}?limit=1&continue=${first.body.metadata.continue ?? ''}`,
      );
      assert.equal(gone.code, 410);
      assert.equal(gone.body.reason, 'Expired');
      const rest = await server.call<List>(
        'GET',
        `${ROOT}?limit=2&continue=${gone.body.metadata.continue ?? ''}`,
      );
      assert.deepEqual(names(rest), ['b', 'c']);
      assert.equal(rest.body.metadata.resourceVersion, String((await server.storage.status()).revision));
      assert.equal(rest.body.metadata.remainingItemCount, 1);
    });

    it('lets a token expire after five minutes although the past is still there', async () => {
      await server.stop();
      const clock = new FakeClock();
      server = await startTestServer({ kinds: [things], clock });
      for (const name of ['a', 'b', 'c', 'd']) await create(thing(name));
      const first = await server.call<List>('GET', `${ROOT}?limit=1`);
      await clock.advance(200_000);
      const second = await server.call<List>(
        'GET',
        `${ROOT}?limit=1&continue=${first.body.metadata.continue ?? ''}`,
      );
      assert.deepEqual(names(second), ['b']);
      await clock.advance(100_001);
      const gone = await server.call<Status>(
        'GET',
        `${ROOT}?limit=1&continue=${second.body.metadata.continue ?? ''}`,
      );
      assert.equal(gone.code, 410);
      const rest = await server.call<List>(
        'GET',
        `${ROOT}?limit=1&continue=${gone.body.metadata.continue ?? ''}`,
      );
      assert.deepEqual(names(rest), ['c']);
      const last = await server.call<List>(
        'GET',
        `${ROOT}?limit=1&continue=${rest.body.metadata.continue ?? ''}`,
      );
      assert.deepEqual(names(last), ['d']);
    });

    it('shows an exact older revision, and refuses combinations that mean nothing', async () => {
      const a = await create(thing('a'));
      await create(thing('b'));
      const exact = await server.call<List>(
        'GET',
        `${ROOT}?resourceVersion=${a.metadata.resourceVersion}&resourceVersionMatch=Exact`,
      );
      assert.deepEqual(names(exact), ['a']);
      assert.equal(exact.body.metadata.resourceVersion, a.metadata.resourceVersion);
      const newer = await server.call<List>(
        'GET',
        `${ROOT}?resourceVersion=${a.metadata.resourceVersion}&resourceVersionMatch=NotOlderThan`,
      );
      assert.deepEqual(names(newer), ['a', 'b']);
      assert.equal((await server.call('GET', `${ROOT}?resourceVersionMatch=Exact`)).code, 422);
      assert.equal(
        (await server.call('GET', `${ROOT}?resourceVersion=0&resourceVersionMatch=Exact`)).code,
        422,
      );
      assert.equal((await server.call('GET', `${ROOT}?sendInitialEvents=true`)).code, 422);
    });
  });

  describe('watch', () => {
    const open = async (query: string): Promise<AsyncIterator<readonly WatchEvent[]>> => {
      const response: ApiResponse = await server.ask('GET', `${ROOT}?watch=true&${query}`);
      assert.equal(response.type, 'watch');
      return response.events[Symbol.asyncIterator]();
    };
    const take = async (
      events: AsyncIterator<readonly WatchEvent[]>,
      count: number,
    ): Promise<WatchEvent[]> => {
      const seen: WatchEvent[] = [];
      while (seen.length < count) {
        const result = await events.next();
        if (result.done === true) break;
        seen.push(...result.value);
      }
      return seen;
    };
    const brief = (events: readonly WatchEvent[]): string[] =>
      events.map((event) => `${event.type} ${(event.object as KubeObject).metadata.name}`);

    it('of one object, in the old form of the path, shows that object alone', async () => {
      await create(thing('a'));
      await create(thing('b'));
      const url = `${ROOT.replace('/namespaces/', '/watch/namespaces/')}/b`;
      const response: ApiResponse = await server.ask('GET', url);
      assert.ok(response.type === 'watch');
      const events = response.events[Symbol.asyncIterator]();
      assert.deepEqual(brief(await take(events, 1)), ['ADDED b']);
      await create(thing('c'));
      await server.call('DELETE', `${ROOT}/b`);
      assert.deepEqual(brief(await take(events, 1)), ['DELETED b']);
      await events.return?.();
      const other = await server.call<Status>('GET', `${url}?fieldSelector=metadata.name%3Da`);
      assert.equal(other.code, 400);
      assert.equal(other.body.message, "fieldSelector metadata.name doesn't match requested name");
    });

    it('starts with what is there where no resourceVersion is given', async () => {
      await create(thing('a'));
      const events = await open('');
      await create(thing('b'));
      assert.deepEqual(brief(await take(events, 2)), ['ADDED a', 'ADDED b']);
      await events.return?.();
    });

    it('replays what came after a resourceVersion, for deleted objects too, and shares events among watchers', async () => {
      const a = await create(thing('a'));
      await create(thing('b'));
      await server.call('DELETE', `${ROOT}/b`);
      const one = await open(`resourceVersion=${a.metadata.resourceVersion}`);
      const two = await open(`resourceVersion=${a.metadata.resourceVersion}`);
      const first = await take(one, 2);
      const second = await take(two, 2);
      assert.deepEqual(brief(first), ['ADDED b', 'DELETED b']);
      assert.ok(first.every((event, at) => event === second[at]));
      assert.equal(
        (first[1]?.object as KubeObject).metadata.resourceVersion,
        String((await server.storage.status()).revision),
      );
      await one.return?.();
      await two.return?.();
    });

    it('turns changes into ADDED and DELETED as objects enter and leave the selector', async () => {
      await create(thing('a', {}, { labels: { x: '1' } }));
      const events = await open(
        `labelSelector=x%3D1&resourceVersion=${(await server.storage.status()).revision}`,
      );
      await server.call('PUT', `${ROOT}/a`, thing('a', {}, { labels: { x: '2' } }));
      const revision = (await server.storage.status()).revision;
      await server.call('PUT', `${ROOT}/a`, thing('a', {}, { labels: { x: '1' } }));
      const seen = await take(events, 2);
      assert.deepEqual(brief(seen), ['DELETED a', 'ADDED a']);
      const left = seen[0]?.object as KubeObject;
      assert.deepEqual(left.metadata.labels, { x: '1' });
      assert.equal(left.metadata.resourceVersion, String(revision));
      await events.return?.();
    });

    it('closes the initial events with a bookmark where they are asked for', async () => {
      await create(thing('a'));
      const events = await open(
        'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
      );
      const seen = await take(events, 2);
      assert.deepEqual(
        seen.map((event) => event.type),
        ['ADDED', 'BOOKMARK'],
      );
      const mark = seen[1]?.object as KubeObject;
      assert.equal(mark.metadata.annotations?.['k8s.io/initial-events-end'], 'true');
      assert.equal(mark.metadata.resourceVersion, String((await server.storage.status()).revision));
      await events.return?.();
      assert.equal((await server.ask('GET', `${ROOT}?watch=true&sendInitialEvents=true`)).type, 'object');
    });

    it('sends bookmarks each minute and before its end, with the revision of the whole store', async () => {
      await server.stop();
      const clock = new FakeClock();
      server = await startTestServer({ kinds: [things], clock });
      const events = await open('allowWatchBookmarks=true&timeoutSeconds=100&resourceVersion=0');
      const next = (): Promise<WatchEvent[]> => take(events, 1);
      const revisionOf = ([event]: readonly WatchEvent[]): string | undefined => {
        assert.equal(event?.type, 'BOOKMARK');
        return (event.object as KubeObject).metadata.resourceVersion;
      };
      const first = next();
      await clock.advance(60_000);
      assert.equal(revisionOf(await first), '0');
      await server.call('POST', '/apis/test.io/v1/namespaces/other/things', thing('elsewhere'));
      const last = next();
      await clock.advance(38_000);
      assert.equal(revisionOf(await last), '1');
      const end = events.next();
      await clock.advance(2_000);
      assert.equal((await end).done, true);
      assert.equal(clock.pending, 0);
    });

    it('ends when its caller goes', async () => {
      const caller = new AbortController();
      const answer = await server.ask('GET', `${ROOT}?watch=true`, undefined, { signal: caller.signal });
      assert.ok(answer.type === 'watch');
      const next = answer.events[Symbol.asyncIterator]().next();
      caller.abort();
      assert.equal((await next).done, true);
    });

    it('ends with an Expired event where the start is gone from the window', async () => {
      await server.stop();
      server = await startTestServer({ kinds: [things], cache: { window: 2 } });
      for (const name of ['a', 'b', 'c', 'd']) await create(thing(name));
      const events = await open('resourceVersion=1');
      const seen = await take(events, 9);
      assert.deepEqual(
        seen.map((event) => event.type),
        ['ERROR'],
      );
      assert.equal((seen[0]?.object as Status).code, 410);
    });
  });
});
