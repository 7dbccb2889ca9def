import { createHash } from 'node:crypto';
import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';
import type { Clock } from '../../../base/clock.ts';
import { nodes, pods, secrets, serviceAccounts } from '../../../api/resources.ts';
import type { KubeObject } from '../../../api/meta.ts';
import type { UserInfo } from '../../../api/request.ts';
import type { AdmissionReader } from '../../admission/contract.ts';
import { type TokenAuthenticator, TokenError } from '../authenticators/bearerToken.ts';
import { serviceAccountUser } from '../users.ts';
import { type BoundReference, parseClaims, type TokenClaims } from './claims.ts';
import type { TokenKey } from './keys.ts';

export interface TokenValidatorOptions {
  readonly issuer: string;
  /** The API server's own audiences; a token without audiences, and a request that asks for none, mean these. */
  readonly audiences: readonly string[];
  readonly keys: readonly TokenKey[];
  readonly reader: AdmissionReader;
  readonly clock: Clock;
}

/** Clocks may differ, and what was deleted may go on for this long (go-jose's DefaultLeeway). */
const LEEWAY_SECONDS = 60;

/** Tokens whose signature has been seen to be good. */
const REMEMBERED = 2_048;

/**
 * Service-account tokens: signature and times, and that the account and what the token is bound to are still there
 * (`pkg/serviceaccount/jwt.go`, `claims.go`). A good signature is remembered, what changes is checked at every use.
 */
export function tokenValidator(options: TokenValidatorOptions): TokenAuthenticator {
  const { issuer, reader, clock } = options;
  const verify = rememberedVerification(options.keys);
  return {
    async authenticateToken(token, audiences) {
      if (!isIssuedBy(token, issuer)) return undefined;
      const claims = await verify(token);
      const asked = audiences.length === 0 ? options.audiences : audiences;
      const own = claims.aud.length === 0 ? options.audiences : claims.aud;
      const good = asked.filter((audience) => own.includes(audience));
      if (good.length === 0) {
        throw new TokenError(
          `token audiences ${list(own)} is invalid for the target audiences ${list(asked)}`,
        );
      }
      const now = clock.now() / 1000;
      if (claims.exp < now - LEEWAY_SECONDS) throw new TokenError('service account token has expired');
      if (claims.nbf > now + LEEWAY_SECONDS) throw new TokenError('service account token is not valid yet');
      checkBindings(claims, reader, clock.now() - LEEWAY_SECONDS * 1000);
      return { user: userOf(claims), audiences: good };
    },
  };
}

type Verify = (token: string) => Promise<TokenClaims>;

function rememberedVerification(keys: readonly TokenKey[]): Verify {
  const known = new Map<string, TokenClaims>();
  return async (token) => {
    // The digest, so that the tokens themselves are not kept.
    const digest = createHash('sha256').update(token).digest('base64');
    const remembered = known.get(digest);
    if (remembered !== undefined) return remembered;
    const claims = await verifySignature(token, keys);
    for (const oldest of known.keys()) {
      if (known.size < REMEMBERED) break;
      known.delete(oldest);
    }
    known.set(digest, claims);
    return claims;
  };
}

async function verifySignature(token: string, keys: readonly TokenKey[]): Promise<TokenClaims> {
  const kid = keyIdOf(token);
  const key = keys.find(({ id }) => id === kid);
  if (key === undefined) throw new TokenError('invalid signature, unknown key');
  const { payload } = await compactVerify(token, key.publicKey, { algorithms: [key.algorithm] }).catch(
    (error: unknown) => {
      throw new TokenError('invalid signature', { cause: error });
    },
  );
  const claims = parseClaims(JSON.parse(new TextDecoder().decode(payload)));
  if (claims === undefined) throw new TokenError('service account token claims could not be validated');
  return claims;
}

function keyIdOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch (error) {
    throw new TokenError('malformed token', { cause: error });
  }
}

/** Whether this is a token that somebody else may know. Looks at nothing but the unverified issuer. */
function isIssuedBy(token: string, issuer: string): boolean {
  try {
    return decodeJwt(token).iss === issuer;
  } catch {
    return false;
  }
}

function checkBindings(claims: TokenClaims, reader: AdmissionReader, deletedBefore: number): void {
  const { namespace, serviceaccount, pod, secret, node } = claims['kubernetes.io'];
  const gone = (object: KubeObject): boolean => {
    const at = object.metadata.deletionTimestamp;
    return at !== undefined && Date.parse(at) < deletedBefore;
  };
  const account = reader.get(serviceAccounts, namespace, serviceaccount.name);
  if (account === undefined) throw new TokenError(`serviceaccounts "${serviceaccount.name}" not found`);
  if (gone(account)) {
    throw new TokenError(`service account ${namespace}/${serviceaccount.name} has been deleted`);
  }
  if (account.metadata.uid !== serviceaccount.uid) {
    throw new TokenError(
      `service account UID (${account.metadata.uid}) does not match claim (${serviceaccount.uid})`,
    );
  }
  const check = (found: KubeObject | undefined, bound: BoundReference, what: string): void => {
    if (found === undefined || gone(found))
      throw new TokenError('service account token has been invalidated');
    if (found.metadata.uid !== bound.uid) {
      throw new TokenError(
        `${what} UID (${found.metadata.uid}) does not match service account ${what.toLowerCase()} ref claim (${bound.uid})`,
      );
    }
  };
  if (secret !== undefined) check(reader.get(secrets, namespace, secret.name), secret, 'Secret');
  if (pod !== undefined) check(reader.get(pods, namespace, pod.name), pod, 'Pod');
  // With a pod the node is information only: the pod's own life bounds the token's.
  else if (node !== undefined) check(reader.get(nodes, '', node.name), node, 'Node');
}

/** apiserver `pkg/authentication/serviceaccount/util.go`. */
function userOf(claims: TokenClaims): UserInfo {
  const { namespace, serviceaccount, pod, node } = claims['kubernetes.io'];
  const extra: Record<string, readonly string[]> = {};
  if (claims.jti !== '') extra['authentication.kubernetes.io/credential-id'] = [`JTI=${claims.jti}`];
  if (node !== undefined) {
    extra['authentication.kubernetes.io/node-name'] = [node.name];
    extra['authentication.kubernetes.io/node-uid'] = [node.uid];
  }
  if (pod !== undefined) {
    extra['authentication.kubernetes.io/pod-name'] = [pod.name];
    extra['authentication.kubernetes.io/pod-uid'] = [pod.uid];
  }
  return { ...serviceAccountUser(namespace, serviceaccount.name), uid: serviceaccount.uid, extra };
}

/** As Go prints a list of strings. */
function list(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
}
