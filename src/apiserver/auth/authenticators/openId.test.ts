import assert from 'node:assert/strict';
import type { webcrypto } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { FakeClock } from '../../../base/clock.ts';
import type { AuthenticatedToken } from './bearerToken.ts';
import { openIdTokens, type OpenIdSettings } from './openId.ts';

const ISSUER = 'https://id.example.com';

describe('openIdTokens', () => {
  const clock = new FakeClock(Date.parse('2026-01-01T00:00:00Z'));
  const keys: { kid: string; sign: webcrypto.CryptoKey; jwk: JWK }[] = [];
  let published: JWK[] = [];
  let fetched: string[] = [];

  before(async () => {
    for (const kid of ['one', 'two']) {
      const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
      keys.push({ kid, sign: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256' } });
    }
  });
  beforeEach(() => {
    published = keys.slice(0, 1).map(({ jwk }) => jwk);
    fetched = [];
  });

  const tokens = (settings: Partial<OpenIdSettings> = {}) =>
    openIdTokens({
      issuerURL: ISSUER,
      clientID: 'wheelhouse',
      clock,
      fetchJson: (url) => {
        fetched.push(url.slice(ISSUER.length));
        return Promise.resolve(
          url.endsWith('/keys') ? { keys: published } : { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` },
        );
      },
      ...settings,
    });

  async function tokenOf(claims: Record<string, unknown> = {}, key = 0): Promise<string> {
    const { kid, sign } = keys[key] ?? assert.fail();
    const now = Math.floor(clock.now() / 1000);
    const all = { iss: ISSUER, aud: 'wheelhouse', sub: 'jane', exp: now + 60, ...claims };
    return new SignJWT(all).setProtectedHeader({ alg: 'RS256', kid }).sign(sign);
  }
  const userOf = async (
    settings: Partial<OpenIdSettings>,
    claims: Record<string, unknown> = {},
  ): Promise<AuthenticatedToken['user'] | undefined> =>
    (await tokens(settings).authenticateToken(await tokenOf(claims), []))?.user;

  it('names users and groups as the claims and the settings say', async () => {
    assert.deepEqual(await userOf({}), { name: `${ISSUER}#jane`, groups: [] });
    assert.deepEqual(
      await userOf(
        { usernamePrefix: '-', groupsClaim: 'roles', groupsPrefix: 'id:' },
        { roles: ['a', 'b'], jti: '7' },
      ),
      {
        name: 'jane',
        groups: ['id:a', 'id:b'],
        extra: { 'authentication.kubernetes.io/credential-id': ['JTI=7'] },
      },
    );
    const email = { usernameClaim: 'email', groupsClaim: 'role' };
    assert.deepEqual(await userOf(email, { email: 'jane@example.com', role: 'a' }), {
      name: 'jane@example.com',
      groups: ['a'],
    });
  });

  it('says nothing of what others have issued', async () => {
    assert.equal(await tokens().authenticateToken(await tokenOf({ iss: 'https://other' }), []), undefined);
    assert.equal(await tokens().authenticateToken('no token', []), undefined);
    assert.deepEqual(fetched, []);
  });

  for (const [what, settings, claims] of [
    ['for somebody else', {}, { aud: 'other' }],
    ['whose time is over', {}, { exp: 1 }],
    ['without a name', { usernameClaim: 'upn' }, {}],
    ['whose address is not verified', { usernameClaim: 'email' }, { email: 'a@b', email_verified: false }],
    ['that lacks a claim', { requiredClaims: { tenant: 'a' } }, { tenant: 'b' }],
    ['whose groups are none', { groupsClaim: 'roles' }, { roles: [1] }],
    ['signed in another way', { signingAlgs: ['ES256'] }, {}],
  ] as const) {
    it(`refuses a token ${what}`, async () => {
      await assert.rejects(userOf(settings, claims), { name: 'TokenError' });
    });
  }

  it('asks for keys once, and again for one that is new, not too often', async () => {
    const one = tokens();
    await one.authenticateToken(await tokenOf(), []);
    await one.authenticateToken(await tokenOf(), []);
    assert.deepEqual(fetched, ['/.well-known/openid-configuration', '/keys']);
    published = keys.map(({ jwk }) => jwk);
    await assert.rejects(one.authenticateToken(await tokenOf({}, 1), []), { name: 'TokenError' });
    await clock.advance(10_000);
    assert.ok(await one.authenticateToken(await tokenOf({}, 1), []));
    assert.equal(fetched.length, 4);
  });

  it('asks again where its provider did not answer', async () => {
    let isDown = true;
    const one = openIdTokens({
      issuerURL: ISSUER,
      clientID: 'wheelhouse',
      clock,
      fetchJson: (url) =>
        isDown
          ? Promise.reject(new Error('connect ECONNREFUSED'))
          : Promise.resolve(
              url.endsWith('/keys') ? { keys: published } : { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` },
            ),
    });
    await assert.rejects(one.authenticateToken(await tokenOf(), []), /ECONNREFUSED/);
    isDown = false;
    assert.ok(await one.authenticateToken(await tokenOf(), []));
  });
});
