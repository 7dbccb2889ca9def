import assert from 'node:assert/strict';
import { startTestServer, type TestServer } from '../../../../test/harness/apiServer.ts';
import type { UserInfo } from '../../../api/request.ts';
import { type TokenAuthenticator, TokenError, unionTokens } from '../authenticators/bearerToken.ts';
import { staticTokens } from '../authenticators/staticTokens.ts';
import type { Authorizer } from '../contract.ts';
import { escalationPlugin } from '../rbac/escalationPlugin.ts';
import { nodeUser } from '../users.ts';
import { createReviews } from './index.ts';

/** Alice may get pods in `team`, and nothing else; her rules say so. */
const authorizer: Authorizer = {
  authorize: (user, { verb, resource, namespace, path }) => ({
    allowed:
      user.name === 'alice' &&
      verb === 'get' &&
      ((resource === 'pods' && namespace === 'team') || path === '/healthz'),
    reason: user.name === 'bob' ? 'bob is out' : '',
  }),
  rulesFor: () => [
    { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
    { verbs: ['get'], nonResourceURLs: ['/healthz'] },
  ],
};
const alice: UserInfo = { name: 'alice', uid: 'u1', groups: ['devs', 'system:authenticated'] };
const expired: TokenAuthenticator = {
  authenticateToken: (token) =>
    token === 'old'
      ? Promise.reject(new TokenError('service account token has expired'))
      : Promise.resolve(undefined),
};

interface Answer {
  readonly status: Record<string, unknown> & { readonly message?: string };
  readonly message?: string;
}

describe('createReviews, asked over the server', () => {
  let server: TestServer;
  const post = (
    group: string,
    plural: string,
    body: object,
    user = alice,
  ): Promise<{ code: number; body: Answer }> =>
    server.call<Answer>('POST', `/apis/${group}.k8s.io/v1/${plural}`, body, { user });

  before(async () => {
    const tokens = unionTokens([
      expired,
      staticTokens(new Map([['good', { name: 'carol', groups: ['ops'] }]])),
    ]);
    server = await startTestServer({ reviews: createReviews(authorizer, tokens) });
  });
  after(() => server.stop());

  const review = (kind: string, spec: object, group = 'authorization'): object => ({
    apiVersion: `${group}.k8s.io/v1`,
    kind,
    metadata: {},
    spec,
  });
  const pods = { verb: 'get', resource: 'pods', namespace: 'team' };

  it('TokenReview: whose a token is', async () => {
    const { code, body } = await post(
      'authentication',
      'tokenreviews',
      review('TokenReview', { token: 'good' }, 'authentication'),
    );
    assert.equal(code, 201);
    assert.deepEqual(body.status, {
      authenticated: true,
      user: { username: 'carol', groups: ['ops', 'system:authenticated'] },
    });
  });

  it('TokenReview: a token that nobody knows, one that does not hold, none', async () => {
    const ask = async (spec: object): Promise<Answer> =>
      (await post('authentication', 'tokenreviews', review('TokenReview', spec, 'authentication'))).body;
    assert.deepEqual((await ask({ token: 'bad' })).status, { user: {}, error: 'invalid bearer token' });
    assert.deepEqual((await ask({ token: 'old' })).status, {
      user: {},
      error: '[invalid bearer token, service account token has expired]',
    });
    assert.equal((await ask({ token: '' })).message, 'token is required for TokenReview in authentication');
  });

  it('SelfSubjectAccessReview: what the one who asks may do', async () => {
    const ask = async (spec: object, user?: UserInfo): Promise<unknown> =>
      (await post('authorization', 'selfsubjectaccessreviews', review('SelfSubjectAccessReview', spec), user))
        .body.status;
    assert.deepEqual(await ask({ resourceAttributes: pods }), { allowed: true });
    assert.deepEqual(await ask({ resourceAttributes: { ...pods, verb: 'delete' } }), { allowed: false });
    assert.deepEqual(await ask({ nonResourceAttributes: { verb: 'get', path: '/healthz' } }), {
      allowed: true,
    });
    assert.deepEqual(await ask({ resourceAttributes: pods }, { name: 'bob', groups: [] }), {
      allowed: false,
      reason: 'bob is out',
    });
  });

  it('SubjectAccessReview: what somebody else may do', async () => {
    const ask = async (user: string): Promise<unknown> =>
      (
        await post(
          'authorization',
          'subjectaccessreviews',
          review('SubjectAccessReview', { user, resourceAttributes: pods }),
        )
      ).body.status;
    assert.deepEqual(await ask('alice'), { allowed: true });
    assert.deepEqual(await ask('eve'), { allowed: false });
  });

  it('LocalSubjectAccessReview: only about its own namespace', async () => {
    const ask = (namespace: string): Promise<{ code: number; body: Answer }> =>
      server.call<Answer>(
        'POST',
        '/apis/authorization.k8s.io/v1/namespaces/team/localsubjectaccessreviews',
        review('LocalSubjectAccessReview', { user: 'alice', resourceAttributes: { ...pods, namespace } }),
        { user: alice },
      );
    assert.deepEqual((await ask('team')).body.status, { allowed: true });
    const other = await ask('other');
    assert.equal(other.code, 422);
    assert.match(other.body.message ?? '', /must match metadata.namespace/);
  });

  it('SelfSubjectRulesReview: the rules, incomplete for nodes', async () => {
    const ask = async (user?: UserInfo): Promise<Answer['status']> =>
      (
        await post(
          'authorization',
          'selfsubjectrulesreviews',
          review('SelfSubjectRulesReview', { namespace: 'team' }),
          user,
        )
      ).body.status;
    assert.deepEqual(await ask(), {
      resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }],
      incomplete: false,
    });
    assert.equal((await ask(nodeUser('n1')))['incomplete'], true);
  });

  it('SelfSubjectReview: who asks', async () => {
    const { body } = await post(
      'authentication',
      'selfsubjectreviews',
      review('SelfSubjectReview', {}, 'authentication'),
    );
    assert.deepEqual(body.status, {
      userInfo: { username: 'alice', uid: 'u1', groups: ['devs', 'system:authenticated'] },
    });
  });
});

describe('escalationPlugin', () => {
  it('checks creates and updates of roles and bindings, as the user who asks', async () => {
    const seen: string[] = [];
    const server = await startTestServer({
      admission: [
        escalationPlugin({
          role: (user, role, old) =>
            void seen.push(`${user.name} ${role.kind} ${old?.rules?.length ?? 'new'}`),
          binding: (user, binding, old) =>
            void seen.push(`${user.name} ${binding.kind} ${old === undefined ? 'new' : 'old'}`),
        }),
      ],
    });
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'r' },
      rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
    };
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'b' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' },
    };
    await server.call('POST', `${rbac}/clusterroles`, role, { user: alice });
    await server.call('PUT', `${rbac}/clusterroles/r`, role, { user: alice });
    await server.call('POST', `${rbac}/namespaces/team/rolebindings`, binding, { user: alice });
    await server.call('DELETE', `${rbac}/namespaces/team/rolebindings/b`, undefined, { user: alice });
    await server.stop();
    assert.deepEqual(seen, ['alice ClusterRole new', 'alice ClusterRole 1', 'alice RoleBinding new']);
  });
});
