import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt } from 'jose';
import { systemClock } from '../base/clock.ts';
import { systemRandom } from '../base/random.ts';
import { secrets, serviceAccounts } from '../api/resources.ts';
import type { Secret } from '../api/types.ts';
import { createAdmissionReader } from '../apiserver/admission/reader.ts';
import { TokenError } from '../apiserver/auth/authenticators/bearerToken.ts';
import { createServiceAccountTokens, type ServiceAccountTokens } from '../apiserver/auth/index.ts';
import { type ControlledCluster, startControlledCluster } from '../../test/harness/controlledCluster.ts';
import { tokenSecretsController } from './tokenSecrets.ts';

const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';

describe('tokenSecretsController', () => {
  let cluster: ControlledCluster;
  let tokens: ServiceAccountTokens;

  beforeEach(async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    cluster = await startControlledCluster({
      kubelet: false,
      controllers: [
        {
          name: 'service-account-tokens',
          account: 'tokens-controller',
          asManager: true,
          create: tokenSecretsController({
            ca: 'CA PEM',
            makeToken: (account, secret) => tokens.issueForSecret(account, secret),
          }),
        },
      ],
      server: {
        admission(cache) {
          const reader = createAdmissionReader(cache);
          const options = { keyPem, reader, clock: systemClock, random: systemRandom };
          tokens = createServiceAccountTokens({ issuer: 'https://issuer', ...options });
          return [];
        },
      },
    });
  });
  afterEach(() => cluster.stop());

  const makeAccount = async (name = 'robot'): Promise<string> => {
    const { metadata } = await cluster.client.create(serviceAccounts, { metadata: { name, namespace: 'd' } });
    return metadata.uid;
  };
  const makeSecret = (annotations: Record<string, string>, more: object = {}): Promise<Secret> =>
    cluster.client.create(secrets, {
      metadata: { name: 's', namespace: 'd', annotations },
      type: TYPE,
      ...more,
    });
  const secret = (): Secret | undefined => cluster.get(secrets, 'd', 's');
  const dataOf = (name: string): string => Buffer.from(secret()?.data?.[name] ?? '', 'base64').toString();
  const filled = (): Promise<void> => cluster.until('a token', () => dataOf('token') !== '');
  const refused = (token: string, message: string): Promise<void> =>
    assert.rejects(
      tokens.tokens.authenticateToken(token, []),
      (error) => error instanceof TokenError && error.message === message,
    );

  it('fills a secret that names an account, with a token that holds', async () => {
    const uid = await makeAccount();
    await makeSecret({ [NAME]: 'robot', mine: 'kept' }, { data: { extra: 'AAAA' } });
    await filled();
    assert.deepEqual(secret()?.metadata.annotations, { [NAME]: 'robot', [UID]: uid, mine: 'kept' });
    assert.deepEqual(Object.keys(secret()?.data ?? {}).sort(), ['ca.crt', 'extra', 'namespace', 'token']);
    assert.equal(dataOf('ca.crt'), 'CA PEM');
    assert.equal(dataOf('namespace'), 'd');
    const token = dataOf('token');
    assert.deepEqual(decodeJwt(token), {
      iss: 'kubernetes/serviceaccount',
      sub: 'system:serviceaccount:d:robot',
      'kubernetes.io/serviceaccount/namespace': 'd',
      'kubernetes.io/serviceaccount/secret.name': 's',
      'kubernetes.io/serviceaccount/service-account.name': 'robot',
      'kubernetes.io/serviceaccount/service-account.uid': uid,
    });
    assert.deepEqual((await tokens.tokens.authenticateToken(token, []))?.user, {
      name: 'system:serviceaccount:d:robot',
      uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:d', 'system:authenticated'],
    });
  });

  it('fills it again with what somebody took out, and leaves a whole one alone', async () => {
    await makeAccount();
    await makeSecret({ [NAME]: 'robot' });
    await filled();
    const { resourceVersion } = secret()?.metadata ?? {};
    const token = dataOf('token');
    const draft = structuredClone(secret()) as unknown as { data: Record<string, string> };
    delete draft.data['ca.crt'];
    await cluster.client.update(secrets, draft as never);
    await cluster.until('the authority', () => dataOf('ca.crt') === 'CA PEM');
    assert.equal(dataOf('token'), token);
    assert.notEqual(secret()?.metadata.resourceVersion, resourceVersion);
  });

  it('deletes what is of an account that is not there, or is another one of that name', async () => {
    await makeSecret({ [NAME]: 'nobody' });
    await cluster.until('no secret', () => secret() === undefined);
    await makeAccount();
    await makeSecret({ [NAME]: 'robot', [UID]: 'another' });
    await cluster.until('no secret', () => secret() === undefined);
  });

  it('deletes it with its account: the token holds no longer', async () => {
    await makeAccount();
    await makeSecret({ [NAME]: 'robot' });
    await filled();
    const token = dataOf('token');
    await cluster.client.delete(serviceAccounts, { namespace: 'd', name: 'robot' });
    await cluster.until('no secret', () => secret() === undefined);
    await refused(token, 'service account token has been invalidated');
  });

  it('ends a token with its secret, and takes the secret out of the account', async () => {
    await makeAccount();
    await makeSecret({ [NAME]: 'robot' });
    await filled();
    const account = structuredClone(cluster.get(serviceAccounts, 'd', 'robot')) as unknown as object;
    await cluster.client.update(serviceAccounts, {
      ...account,
      secrets: [{ name: 's' }, { name: 'other' }],
    } as never);
    const token = dataOf('token');
    await cluster.client.delete(secrets, { namespace: 'd', name: 's' });
    await cluster.until('no reference', () => {
      const [first, ...more] = cluster.get(serviceAccounts, 'd', 'robot')?.secrets ?? [];
      return first?.name === 'other' && more.length === 0;
    });
    await refused(token, 'service account token has been invalidated');
    await makeSecret({ [NAME]: 'robot' }, { data: { token: 'AAAA' } });
    await refused(token, "service account token does not match server's copy");
  });

  it('knows nothing of other secrets, and takes no other signature', async () => {
    const uid = await makeAccount();
    await cluster.client.create(secrets, {
      metadata: { name: 'o', namespace: 'd', annotations: { [NAME]: 'robot' } },
    });
    await makeSecret({ [NAME]: 'robot', [UID]: uid });
    await filled();
    assert.equal(cluster.get(secrets, 'd', 'o')?.data, undefined);
    const [head = '', body = ''] = dataOf('token').split('.');
    await refused(`${head}.${body}.${'A'.repeat(86)}`, 'invalid signature');
  });
});
