import { SignJWT } from 'jose';
import { secrets, serviceAccounts } from '../../../api/resources.ts';
import type { UserInfo } from '../../../api/request.ts';
import type { Secret, ServiceAccount } from '../../../api/types.ts';
import type { AdmissionReader } from '../../admission/contract.ts';
import { onNewest } from '../../admission/reader.ts';
import { type TokenAuthenticator, TokenError } from '../authenticators/bearerToken.ts';
import { serviceAccountUser, serviceAccountUserName } from '../users.ts';
import type { SigningKey, TokenKey } from './keys.ts';
import { isIssuedBy, rememberedVerification } from './verification.ts';

/** The `iss` claim of tokens that live in secrets. */
export const LEGACY_ISSUER = 'kubernetes/serviceaccount';
const PREFIX = 'kubernetes.io/serviceaccount/';

interface LegacyClaims {
  readonly namespace: string;
  readonly account: string;
  readonly uid: string;
  readonly secret: string;
}

/** A token that holds as long as the secret has it (`pkg/serviceaccount/legacy.go`). */
export function issueLegacyToken(key: SigningKey, account: ServiceAccount, secret: Secret): Promise<string> {
  const { namespace, name, uid } = account.metadata;
  return new SignJWT({
    [`${PREFIX}namespace`]: namespace,
    [`${PREFIX}secret.name`]: secret.metadata.name,
    [`${PREFIX}service-account.name`]: name,
    [`${PREFIX}service-account.uid`]: uid,
  })
    .setProtectedHeader({ alg: key.algorithm, kid: key.id })
    .setIssuer(LEGACY_ISSUER)
    .setSubject(serviceAccountUserName(namespace, name))
    .sign(key.privateKey);
}

export interface LegacyValidatorOptions {
  /** The API server's own audiences, which such a token is good for. */
  readonly audiences: readonly string[];
  readonly keys: readonly TokenKey[];
  readonly reader: AdmissionReader;
}

/** Tokens from secrets: a good signature, and the secret and the account are there as when it was made. */
export function legacyTokenValidator({
  audiences,
  keys,
  reader,
}: LegacyValidatorOptions): TokenAuthenticator {
  const verify = rememberedVerification(keys, parseLegacyClaims);
  return {
    async authenticateToken(token, asked) {
      if (!isIssuedBy(token, LEGACY_ISSUER)) return undefined;
      const claims = await verify(token);
      await onNewest(reader, () => checkStillThere(claims, token, reader));
      const good = asked.length === 0 ? audiences : asked.filter((audience) => audiences.includes(audience));
      if (good.length === 0) {
        throw new TokenError('service account token is not good for the audiences that were asked for');
      }
      return { user: userOf(claims), audiences: good };
    },
  };
}

function parseLegacyClaims(payload: unknown): LegacyClaims | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const claims = payload as Readonly<Record<string, unknown>>;
  const text = (name: string): string => {
    const value = claims[name];
    return typeof value === 'string' ? value : '';
  };
  const namespace = text(`${PREFIX}namespace`);
  const account = text(`${PREFIX}service-account.name`);
  const uid = text(`${PREFIX}service-account.uid`);
  const secret = text(`${PREFIX}secret.name`);
  if (namespace === '' || account === '' || uid === '' || secret === '') return undefined;
  return text('sub') === serviceAccountUserName(namespace, account)
    ? { namespace, account, uid, secret }
    : undefined;
}

function checkStillThere(claims: LegacyClaims, token: string, reader: AdmissionReader): void {
  const { namespace, account: name, uid } = claims;
  const secret = reader.get(secrets, namespace, claims.secret) as Secret | undefined;
  if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) {
    throw new TokenError('service account token has been invalidated');
  }
  if (Buffer.from(secret.data?.['token'] ?? '', 'base64').toString() !== token) {
    throw new TokenError("service account token does not match server's copy");
  }
  const account = reader.get(serviceAccounts, namespace, name);
  if (account === undefined) throw new TokenError(`serviceaccounts "${name}" not found`);
  if (account.metadata.deletionTimestamp !== undefined) {
    throw new TokenError(`service account ${namespace}/${name} has been deleted`);
  }
  if (account.metadata.uid !== uid) {
    throw new TokenError(`service account UID (${account.metadata.uid}) does not match claim (${uid})`);
  }
}

const userOf = ({ namespace, account, uid }: LegacyClaims): UserInfo => ({
  ...serviceAccountUser(namespace, account),
  uid,
});
