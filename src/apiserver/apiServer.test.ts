import assert from 'node:assert/strict';
import type { UserInfo } from '../api/request.ts';
import { resolveRequestInfo } from '../api/requestInfo.ts';
import { StatusError, unauthorized, type Status } from '../api/status.ts';
import { startTestServer, type TestServer } from '../../test/harness/apiServer.ts';
import type { Authorizer } from './auth/contract.ts';

const CONFIG_MAPS = '/api/v1/namespaces/d/configmaps';

describe('API server', () => {
  let server: TestServer | undefined;
  const started = async (...options: Parameters<typeof startTestServer>): Promise<TestServer> =>
    (server = await startTestServer(...options));
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  const textOf = async (at: TestServer, url: string): Promise<string> => {
    const answer = await at.ask('GET', url);
    assert.ok(answer.type === 'raw');
    return Buffer.from(answer.body as string).toString();
  };

  describe('health', () => {
    it('is ok without details, and names each check with verbose', async () => {
      const at = await started({ postStartHooks: [{ name: 'roles', run: () => Promise.resolve() }] });
      assert.equal(await textOf(at, '/healthz'), 'ok');
      assert.equal(
        await textOf(at, '/readyz?verbose'),
        '[+]ping ok\n[+]poststarthook/roles ok\n[+]storage ok\nreadyz check passed\n',
      );
      assert.equal(await textOf(at, '/livez/ping'), 'ok');
      assert.match(
        await textOf(at, '/livez?verbose&exclude=ping&exclude=x'),
        /\[\+\]ping excluded: ok\n.*\nwarn: some/,
      );
      assert.equal((await at.call('GET', '/livez/nothing')).code, 404);
    });

    it('is 500 with the check that failed, and keeps the reason to itself', async () => {
      const at = await started({
        readyChecks: [
          {
            name: 'other',
            check: () => {
              throw new Error('disk full');
            },
          },
        ],
      });
      const answer = await at.ask('GET', '/readyz');
      assert.ok(answer.type === 'raw');
      assert.equal(answer.code, 500);
      assert.equal(
        answer.body,
        '[+]ping ok\n[+]storage ok\n[-]other failed: reason withheld\nreadyz check failed\n',
      );
      assert.equal(await textOf(at, '/livez'), 'ok');
    });

    it('opens the front door to hooks before the server is ready', async () => {
      const seen: string[] = [];
      await started({
        postStartHooks: [
          {
            name: 'first',
            async run(handler, signal) {
              const answer = await handler.handle({
                info: resolveRequestInfo('GET', '/livez/poststarthook/first', new URLSearchParams()),
                query: new URLSearchParams(),
                headers: {},
                body: { type: 'none' },
                user: { name: 'x', groups: [] },
                signal,
              });
              assert.ok(answer.type === 'raw');
              seen.push(String(answer.code));
            },
          },
        ],
      });
      assert.deepEqual(seen, ['500']);
    });
  });

  it('tells version, discovery, tables and metrics', async () => {
    const at = await started();
    const version = await at.call<Record<string, string>>('GET', '/version');
    assert.deepEqual([version.body['major'], version.body['minor']], ['1', '36']);
    assert.match(version.body['gitCommit'] ?? '', /^[0-9a-f]{40}$/);
    assert.match(version.body['gitTreeState'] ?? '', /^(?:clean|dirty|archive)$/);
    assert.match(version.body['buildDate'] ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const groups = await at.call<{ groups: { name: string }[] }>('GET', '/apis/');
    assert.ok(groups.body.groups.some(({ name }) => name === 'apps'));
    await at.call('POST', CONFIG_MAPS, { metadata: { name: 'a' }, data: { k: 'v' } });
    const table = await at.call<{ kind: string; rows: { cells: unknown[] }[] }>(
      'GET',
      CONFIG_MAPS,
      undefined,
      {
        headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
      },
    );
    assert.equal(table.body.kind, 'Table');
    assert.equal(table.body.rows[0]?.cells[0], 'a');
    const metrics = await textOf(at, '/metrics');
    assert.match(
      metrics,
      /apiserver_request_total\{verb="CREATE",group="",version="v1",resource="configmaps",subresource="",code="201"\} 1/,
    );
    assert.match(metrics, /wheelhouse_storage_revision 1\n/);
  });

  it('answers 404 for what is not served, 405 for a verb that is not, 406 for what it cannot write', async () => {
    const at = await started();
    assert.equal((await at.call('GET', '/api/v1/namespaces/d/unknowns')).code, 404);
    assert.equal((await at.call('GET', '/nothing')).code, 404);
    assert.equal((await at.call('POST', '/api/v1/configmaps', {})).code, 405);
    assert.equal((await at.call('POST', `${CONFIG_MAPS}/a`, { metadata: { name: 'a' } })).code, 405);
    assert.equal((await at.call('PUT', CONFIG_MAPS, { metadata: { name: 'a' } })).code, 405);
    assert.equal((await at.call('GET', '/apis/authentication.k8s.io/v1/tokenreviews')).code, 405);
    const accepting = (accept: string): { headers: { accept: string } } => ({ headers: { accept } });
    const refused = await at.call<Status>('GET', CONFIG_MAPS, undefined, accepting('application/xml'));
    assert.equal(refused.code, 406);
    assert.equal(
      refused.body.message,
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    );
    const watch = `${CONFIG_MAPS}?watch=1`;
    const noStream = await at.call<Status>('GET', watch, undefined, accepting('application/yaml'));
    assert.equal(noStream.code, 406);
    assert.equal(
      noStream.body.message,
      'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
    );
    const either = accepting('application/xml, */*');
    assert.equal((await at.call('GET', CONFIG_MAPS, undefined, either)).code, 200);
    const review = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const table = accepting('application/json;as=Table;v=v1;g=meta.k8s.io');
    assert.equal((await at.call('POST', review, { spec: {} }, table)).code, 406);
  });

  describe('filters', () => {
    const onlyAlice: Authorizer = {
      authorize: (user, { verb, resource, name }) => ({
        allowed:
          user.name === 'alice' ||
          (user.name === 'boss' && verb === 'impersonate' && resource === 'users' && name === 'alice'),
        reason: '',
      }),
      rulesFor: () => [],
    };
    const user = (name: string): UserInfo => ({ name, groups: [] });

    it("refuse in upstream's words", async () => {
      const at = await started({ authorizer: onlyAlice });
      assert.equal((await at.call('GET', CONFIG_MAPS, undefined, { user: user('alice') })).code, 200);
      const refused = await at.call<Status>('GET', CONFIG_MAPS, undefined, { user: user('bob') });
      assert.equal(refused.code, 403);
      assert.equal(
        refused.body.message,
        'configmaps is forbidden: User "bob" cannot list resource "configmaps" in API group "" in the namespace "d"',
      );
      const path = await at.call<Status>('GET', '/metrics', undefined, { user: user('bob') });
      assert.equal(path.body.message, 'forbidden: User "bob" cannot get path "/metrics"');
    });

    it('act as somebody else where that is allowed', async () => {
      const at = await started({ authorizer: onlyAlice });
      const as = (headers: Record<string, string>): Promise<{ code: number; body: Status }> =>
        at.call<Status>('GET', CONFIG_MAPS, undefined, { user: user('boss'), headers });
      assert.equal((await as({ 'impersonate-user': 'alice' })).code, 200);
      const group = await as({ 'impersonate-user': 'alice', 'impersonate-group': 'system:masters' });
      assert.equal(group.code, 403);
      assert.match(group.body.message ?? '', /User "boss" cannot impersonate resource "groups"/);
      const extra = await as({ 'impersonate-user': 'alice', 'impersonate-extra-__proto__': 'x' });
      assert.equal(extra.code, 403);
      assert.match(extra.body.message ?? '', /cannot impersonate resource "userextras\/__proto__"/);
      for (const part of ['impersonate-group', 'impersonate-uid', 'impersonate-extra-scope']) {
        for (const user of [{}, { 'impersonate-user': '' }]) {
          const { code, body } = await as({ [part]: 'x', ...user });
          assert.equal(code, 400, part);
          assert.equal(body.message, `requested ${part} without impersonating a user`);
        }
      }
      assert.equal((await as({ 'impersonate-user': '' })).code, 403);
    });

    it('refuse names of extra parts that cannot be read, and read those that are escaped', async () => {
      const asked: string[] = [];
      const at = await started({
        authorizer: {
          authorize: (_user, { subresource, namespace, resource, name }) => {
            asked.push(`${resource}/${subresource} ${namespace} ${name}`);
            return { allowed: true, reason: '' };
          },
          rulesFor: () => [],
        },
      });
      const as = (headers: Record<string, string>): Promise<{ code: number; body: Status }> =>
        at.call<Status>('GET', CONFIG_MAPS, undefined, {
          headers: { 'impersonate-user': 'alice', ...headers },
        });
      for (const key of ['%', '%zz', 'a%2', '%ff', '%c3%28']) {
        const { code, body } = await as({ [`impersonate-extra-${key}`]: 'x' });
        assert.equal(code, 400, key);
        assert.match(body.message ?? '', /^malformed header impersonate-extra-/);
      }
      assert.equal((await as({ 'impersonate-extra-example.com%2fscope': 'x' })).code, 200);
      assert.ok(asked.includes('userextras/example.com/scope  x'), asked.join());
      assert.equal((await as({ 'impersonate-user': 'system:serviceaccount::x' })).code, 200);
      assert.ok(asked.includes('users/  system:serviceaccount::x'), asked.join());
    });

    it('ask authenticators in turn, and take wrong credentials for no anonymous request', async () => {
      const seen: UserInfo[] = [];
      const at = await started({
        authorizer: {
          authorize: (who) => {
            seen.push(who);
            return { allowed: true, reason: '' };
          },
          rulesFor: () => [],
        },
        authenticators: [
          {
            authenticate: ({ headers }) =>
              headers.authorization === 'Bearer good'
                ? Promise.resolve(user('carol'))
                : headers.authorization === 'Bearer bad'
                  ? Promise.reject(unauthorized())
                  : Promise.resolve(undefined),
          },
        ],
      });
      const get = async (authorization?: string): Promise<number> => {
        const answer = await at.handler.handle({
          info: resolveRequestInfo('GET', '/version', new URLSearchParams()),
          query: new URLSearchParams(),
          headers: authorization === undefined ? {} : { authorization },
          body: { type: 'none' },
          signal: new AbortController().signal,
        });
        return answer.type === 'object' ? answer.code : 0;
      };
      assert.equal(await get('Bearer good'), 200);
      assert.equal(await get(), 200);
      assert.equal(await get('Bearer bad'), 401);
      assert.equal(await get('Bearer unknown'), 401);
      assert.deepEqual(
        seen.map(({ name, groups }) => [name, ...groups]),
        [
          ['carol', 'system:authenticated'],
          ['system:anonymous', 'system:unauthenticated'],
        ],
      );
    });

    it('turn what fails unexpectedly into an internal error', async () => {
      const lines: string[] = [];
      const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
      const logger = { ...log, error: (message: string) => lines.push(message), with: () => logger } as never;
      const at = await started({
        logger,
        admission: [
          {
            name: 'broken',
            handles: () => true,
            mutate: () => {
              throw new TypeError('oops');
            },
          },
          { name: 'never', handles: () => false },
        ],
      });
      const answer = await at.call<Status>('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
      assert.equal(answer.code, 500);
      assert.equal(answer.body.reason, 'InternalError');
      assert.deepEqual(lines, ['request failed']);
    });
  });

  it('asks admission in order, with the object before and after', async () => {
    const calls: string[] = [];
    const at = await started({
      admission: [
        {
          name: 'recorder',
          handles: ({ operation }) => operation !== 'CONNECT',
          mutate({ operation, object }) {
            calls.push(`mutate ${operation}`);
            if (object !== undefined) object.metadata.annotations = { touched: 'yes' };
          },
          validate(attributes) {
            const { operation, object, old } = attributes;
            calls.push(`validate ${operation} ${object?.metadata.name ?? '-'} ${old?.metadata.name ?? '-'}`);
            attributes.warn('mind this');
            if (object?.metadata.name === 'no') {
              throw new StatusError(403, 'Forbidden', 'not this one');
            }
            return [];
          },
        },
      ],
    });
    const made = await at.ask('POST', CONFIG_MAPS, { metadata: { name: 'a' } });
    assert.ok(made.type === 'object');
    assert.deepEqual(made.warnings, ['mind this']);
    assert.deepEqual((made.object as { metadata: { annotations: unknown } }).metadata.annotations, {
      touched: 'yes',
    });
    assert.equal((await at.call('POST', CONFIG_MAPS, { metadata: { name: 'no' } })).code, 403);
    await at.call('PUT', `${CONFIG_MAPS}/a`, { metadata: { name: 'a' }, data: { x: 'y' } });
    await at.call('DELETE', `${CONFIG_MAPS}/a`);
    assert.deepEqual(calls, [
      'mutate CREATE',
      'validate CREATE a -',
      'mutate CREATE',
      'validate CREATE no -',
      'mutate UPDATE',
      'validate UPDATE a a',
      'mutate DELETE',
      'validate DELETE - a',
    ]);
  });

  it('needs the right to create for a PUT or apply that creates', async () => {
    const at = await started({
      authorizer: {
        authorize: (_who, { verb }) => ({ allowed: verb !== 'create', reason: '' }),
        rulesFor: () => [],
      },
    });
    const lease = { metadata: { name: 'l' }, spec: {} };
    const put = await at.call<Status>('PUT', '/apis/coordination.k8s.io/v1/namespaces/d/leases/l', lease);
    assert.equal(put.code, 403);
    assert.match(put.body.message ?? '', /cannot create resource "leases"/);
    const applied = await at.call(
      'PATCH',
      `${CONFIG_MAPS}/a?fieldManager=x`,
      '{"apiVersion":"v1","kind":"ConfigMap"}',
      {
        headers: { 'content-type': 'application/apply-patch+yaml' },
      },
    );
    assert.equal(applied.code, 403);
  });

  it('keeps the cause of a write with its revision', async () => {
    const at = await started();
    await at.handler.handle({
      info: resolveRequestInfo('POST', CONFIG_MAPS, new URLSearchParams()),
      query: new URLSearchParams(),
      headers: {},
      body: { type: 'object', object: { metadata: { name: 'a' } }, contentType: 'application/json' },
      user: { name: 'x', groups: [] },
      signal: new AbortController().signal,
      cause: { actor: 'deployment', revision: 7 },
    });
    const [record] = await at.storage.history!.list('core/configmaps/');
    assert.deepEqual(record?.cause, { actor: 'deployment', revision: 7 });
  });
});
