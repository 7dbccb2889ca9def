import assert from 'node:assert/strict';
import { isReason } from '../../../api/status.ts';
import {
  bearerToken,
  bearerTokens,
  type TokenAuthenticator,
  TokenError,
  unionTokens,
} from './bearerToken.ts';
import { clientCertificates } from './clientCertificate.ts';
import { staticTokens } from './staticTokens.ts';

const alice = { name: 'alice', groups: [] };
const strict: TokenAuthenticator = {
  authenticateToken: (token) =>
    token === 'expired' ? Promise.reject(new TokenError('has expired')) : Promise.resolve(undefined),
};

describe('clientCertificates', () => {
  it('takes user and groups from the subject', async () => {
    const certificate = { commonName: 'system:node:n1', organizations: ['system:nodes'] };
    assert.deepEqual(await clientCertificates().authenticate({ headers: {}, certificate }), {
      name: 'system:node:n1',
      groups: ['system:nodes'],
    });
  });

  it('says nothing without a certificate, or to one without a common name', async () => {
    const nameless = { commonName: '', organizations: ['system:masters'] };
    assert.equal(await clientCertificates().authenticate({ headers: {} }), undefined);
    assert.equal(await clientCertificates().authenticate({ headers: {}, certificate: nameless }), undefined);
  });
});

describe('bearerToken', () => {
  it('reads the header in any case, and nothing else than Bearer', () => {
    assert.equal(bearerToken({ authorization: 'Bearer abc' }), 'abc');
    assert.equal(bearerToken({ authorization: 'bearer  abc ' }), 'abc');
    assert.equal(bearerToken({ authorization: 'Basic abc' }), undefined);
    assert.equal(bearerToken({ authorization: 'Bearer ' }), undefined);
    assert.equal(bearerToken({}), undefined);
  });

  it('reads the WebSocket subprotocol', () => {
    const protocol = `base64url.bearer.authorization.k8s.io.${Buffer.from('abc').toString('base64url')}`;
    assert.equal(bearerToken({ 'sec-websocket-protocol': `v5.channel.k8s.io, ${protocol}` }), 'abc');
  });
});

describe('bearerTokens', () => {
  const tokens = unionTokens([strict, staticTokens(new Map([['secret', alice]]))]);
  const authenticate = (authorization?: string): Promise<unknown> =>
    Promise.resolve(
      bearerTokens(tokens).authenticate({ headers: authorization === undefined ? {} : { authorization } }),
    );

  it('finds the user of a token that any authenticator knows', async () => {
    assert.deepEqual(await authenticate('Bearer secret'), alice);
  });

  it('says nothing without a token, and to one that nobody knows', async () => {
    assert.equal(await authenticate(), undefined);
    assert.equal(await authenticate('Bearer unknown'), undefined);
  });

  it('is Unauthorized for a token that does not hold, and does not tell why', async () => {
    await assert.rejects(
      authenticate('Bearer expired'),
      (error) => isReason(error, 'Unauthorized') && !/expired/.test(error.message),
    );
  });
});
