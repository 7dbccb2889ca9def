import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import type { Draft } from '../../api/meta.ts';
import type { ServiceAccount, TokenRequest } from '../../api/types.ts';
import { FakeClock } from '../../base/clock.ts';
import { systemRandom } from '../../base/random.ts';
import { createAdmissionReader } from '../admission/reader.ts';
import { TokenError } from './authenticators/bearerToken.ts';
import { bootstrapPolicy } from './policy/index.ts';
import { openIdRoutes } from './tokens/routes.ts';
import { createServiceAccountTokens, type ServiceAccountTokens } from './serviceAccountTokens.ts';
import { signingKey } from './tokens/keys.ts';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const pem = (type: 'ec' | 'rsa'): string =>
  (type === 'ec'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 })
  ).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

const request = (spec: object = {}, metadata: object = {}): Draft<TokenRequest> =>
  ({ metadata, spec }) as unknown as Draft<TokenRequest>;

describe('createServiceAccountTokens', () => {
  const keyPem = pem('ec');
  let clock: FakeClock;
  let server: TestServer;
  let tokens: ServiceAccountTokens;
  let account: ServiceAccount;

  const create = (
    more: Partial<Parameters<typeof createServiceAccountTokens>[0]> = {},
  ): ServiceAccountTokens =>
    createServiceAccountTokens({
      issuer: ISSUER,
      keyPem,
      reader: createAdmissionReader(server.cache),
      clock,
      random: systemRandom,
      ...more,
    });
  const make = async <T>(path: string, body: object): Promise<T> => {
    const { code, body: made } = await server.call('POST', path, body);
    assert.equal(code, 201, JSON.stringify(made));
    return made as T;
  };
  const issue = async (spec: object = {}): Promise<string> =>
    (await tokens.request(account, request(spec))).status?.token ?? '';
  const check = (
    token: string,
    audiences: string[] = [],
  ): ReturnType<typeof tokens.tokens.authenticateToken> => tokens.tokens.authenticateToken(token, audiences);
  const refused = (token: string, message: RegExp, audiences: string[] = []): Promise<void> =>
    assert.rejects(
      check(token, audiences),
      (error) => error instanceof TokenError && message.test(error.message),
    );

  beforeEach(async () => {
    clock = new FakeClock();
    server = await startTestServer({ clock });
    tokens = create();
    account = await make<ServiceAccount>('/api/v1/namespaces/team/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'bot' },
    });
  });
  afterEach(() => server.stop());

  it('a token says who it is for, from when to when, and for whom', async () => {
    const answer = await tokens.request(account, request({ expirationSeconds: 600 }));
    const claims = decodeJwt(answer.status?.token ?? '');
    const now = Math.floor(clock.now() / 1000);
    const { jti, ...rest } = claims;
    assert.match(jti ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      aud: [ISSUER],
      exp: now + 600,
      iat: now,
      iss: ISSUER,
      nbf: now,
      sub: 'system:serviceaccount:team:bot',
      'kubernetes.io': { namespace: 'team', serviceaccount: { name: 'bot', uid: account.metadata.uid } },
    });
    assert.equal(answer.kind, 'TokenRequest');
    assert.equal(answer.metadata.name, 'bot');
    assert.deepEqual(answer.spec, { audiences: [ISSUER], expirationSeconds: 600 });
    assert.equal(Date.parse(answer.status?.expirationTimestamp ?? ''), (now + 600) * 1000);
  });

  it('is known again as its account', async () => {
    const token = await issue();
    const known = await check(token);
    assert.equal(known?.user.name, 'system:serviceaccount:team:bot');
    assert.equal(known.user.uid, account.metadata.uid);
    assert.deepEqual(known.user.groups, [
      'system:serviceaccounts',
      'system:serviceaccounts:team',
      'system:authenticated',
    ]);
    assert.deepEqual(known.user.extra, {
      'authentication.kubernetes.io/credential-id': [`JTI=${String(decodeJwt(token).jti)}`],
    });
    assert.deepEqual(known.audiences, [ISSUER]);
  });

  it('is good for its audiences only', async () => {
    const token = await issue({ audiences: ['vault', 'other'] });
    assert.deepEqual((await check(token, ['vault', 'elsewhere']))?.audiences, ['vault']);
    await refused(
      token,
      /^token audiences \["vault" "other"\] is invalid for the target audiences \["https:/,
    );
    await refused(await issue(), /is invalid for the target audiences \["vault"\]/, ['vault']);
  });

  it('ends with its time, a minute granted', async () => {
    const token = await issue({ expirationSeconds: 600 });
    await clock.advance(650_000);
    assert.ok(await check(token));
    await clock.advance(20_000);
    await refused(token, /has expired/);
  });

  it('ends with its account, also where one of the same name comes after', async () => {
    const token = await issue();
    assert.ok(await check(token));
    await server.call('DELETE', '/api/v1/namespaces/team/serviceaccounts/bot');
    await refused(token, /serviceaccounts "bot" not found/);
    await make('/api/v1/namespaces/team/serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'bot' },
    });
    await refused(token, /service account UID .* does not match claim/);
  });

  describe('bound to a pod', () => {
    const pods = '/api/v1/namespaces/team/pods';
    const pod = (serviceAccountName = 'bot'): object => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { serviceAccountName, nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
    });
    const bound = { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } };

    it('names the pod and its node, and ends with the pod', async () => {
      const made = await make<{ metadata: { uid: string } }>(pods, pod());
      const node = await make<{ metadata: { uid: string } }>('/api/v1/nodes', {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'n1' },
      });
      const token = await issue(bound);
      const extra = (await check(token))?.user.extra ?? {};
      assert.deepEqual(extra['authentication.kubernetes.io/pod-name'], ['p']);
      assert.deepEqual(extra['authentication.kubernetes.io/pod-uid'], [made.metadata.uid]);
      assert.deepEqual(extra['authentication.kubernetes.io/node-name'], ['n1']);
      assert.deepEqual(extra['authentication.kubernetes.io/node-uid'], [node.metadata.uid]);
      await server.call('DELETE', `${pods}/p?gracePeriodSeconds=0`);
      await refused(token, /has been invalidated/);
    });

    it('refuses a pod that is not there, runs as another account, or is another of the same name', async () => {
      await assert.rejects(issue(bound), /pods "p" not found/);
      await make(pods, pod('other'));
      await assert.rejects(
        issue(bound),
        /cannot bind token for serviceaccount "bot" to pod running with serviceaccount "other"/,
      );
      await server.call('DELETE', `${pods}/p?gracePeriodSeconds=0`);
      await make(pods, pod());
      await assert.rejects(
        issue({ boundObjectRef: { ...bound.boundObjectRef, uid: 'old' } }),
        /the UID in the bound object reference \(old\) does not match/,
      );
      await assert.rejects(
        issue({ boundObjectRef: { kind: 'Thing', apiVersion: 'x/v1', name: 'p' } }),
        /cannot bind token to object of type x\/v1, Kind=Thing/,
      );
    });

    it('the token that every pod gets lives on for a year and says when it should have been renewed', async () => {
      await make(pods, pod());
      const answer = await tokens.request(account, request({ ...bound, expirationSeconds: 3607 }));
      const claims = decodeJwt<{ 'kubernetes.io': { warnafter: number } }>(answer.status?.token ?? '');
      const now = Math.floor(clock.now() / 1000);
      assert.equal(claims.exp, now + 365 * 24 * 3600);
      assert.equal(claims['kubernetes.io'].warnafter, now + 3607);
      assert.equal(Date.parse(answer.status?.expirationTimestamp ?? ''), (now + 3607) * 1000);
      const elsewhere = await tokens.request(
        account,
        request({ ...bound, expirationSeconds: 3607, audiences: ['vault'] }),
      );
      assert.equal(decodeJwt(elsewhere.status?.token ?? '').exp, now + 3607);
    });
  });

  it('refuses lives under ten minutes and over 2^32 seconds, and a body with another name', async () => {
    await assert.rejects(
      issue({ expirationSeconds: 599 }),
      /spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes/,
    );
    await assert.rejects(
      issue({ expirationSeconds: 2 ** 32 + 1 }),
      /may not specify a duration larger than 2\^32 seconds/,
    );
    await assert.rejects(
      tokens.request(account, request({}, { name: 'other' })),
      /metadata.name: Invalid value: "other": must match the service account name/,
    );
  });

  it('tokens of other issuers, and what is no token, are not its business', async () => {
    const foreign = await new SignJWT({ sub: 'x' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer('https://else.example')
      .sign(signingKey(keyPem).privateKey);
    assert.equal(await check(foreign), undefined);
    assert.equal(await check('not-a-token'), undefined);
  });

  it('refuses signatures of unknown keys, changed claims, and an algorithm that the key is not for', async () => {
    const other = create({ keyPem: pem('ec') });
    const token = (await other.request(account, request())).status?.token ?? '';
    await refused(token, /invalid signature/);
    const [header, , signature] = (await issue()).split('.');
    const claims = { ...decodeJwt(await issue()), sub: 'system:serviceaccount:kube-system:root' };
    const forged = Buffer.from(JSON.stringify(claims)).toString('base64url');
    await refused(`${String(header)}.${forged}.${String(signature)}`, /invalid signature/);
    const unsigned = Buffer.from(
      JSON.stringify({ alg: 'none', kid: decodeProtectedHeader(await issue()).kid }),
    ).toString('base64url');
    await refused(`${unsigned}.${forged}.`, /invalid signature/);
  });

  it('tokens of a former key still count, also where that was RSA', async () => {
    const rsa = pem('rsa');
    const before = create({ keyPem: rsa });
    const token = (await before.request(account, request())).status?.token ?? '';
    assert.equal(decodeProtectedHeader(token).alg, 'RS256');
    const now = create({ formerKeyPems: [rsa] });
    assert.equal(
      (await now.tokens.authenticateToken(token, []))?.user.name,
      'system:serviceaccount:team:bot',
    );
    assert.deepEqual(now.openIdConfiguration('https://h').id_token_signing_alg_values_supported, [
      'ES256',
      'RS256',
    ]);
  });

  it('anybody can check a token with the published keys', async () => {
    const configuration = tokens.openIdConfiguration('https://127.0.0.1:6443');
    assert.equal(configuration.issuer, ISSUER);
    assert.equal(configuration.jwks_uri, 'https://127.0.0.1:6443/openid/v1/jwks');
    const keySet = await tokens.keySet();
    assert.ok(keySet.keys.every((key) => !('d' in key)));
    const { payload } = await jwtVerify(await issue(), createLocalJWKSet({ keys: [...keySet.keys] }), {
      issuer: ISSUER,
      audience: ISSUER,
      currentDate: new Date(clock.now()),
    });
    assert.equal(payload.sub, 'system:serviceaccount:team:bot');
  });

  it('the published documents are those that the role of all service accounts names', () => {
    const paths = openIdRoutes(tokens, 'https://h').map(({ path }) => path);
    assert.deepEqual(paths, ['/.well-known/openid-configuration', '/openid/v1/jwks']);
    const discovery = bootstrapPolicy().find(
      ({ object }) => object.metadata.name === 'system:service-account-issuer-discovery',
    )?.object as { rules: { nonResourceURLs: string[] }[] } | undefined;
    for (const path of paths) assert.ok(discovery?.rules[0]?.nonResourceURLs.includes(path));
  });

  it('keys that are neither RSA nor P-256 are refused', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    assert.throws(
      () => signingKey(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string),
      /neither RSA nor an EC key on P-256/,
    );
  });
});
