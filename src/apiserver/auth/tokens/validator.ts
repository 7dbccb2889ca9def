import type { Clock } from '../../../base/clock.ts';
import { nodes, pods, secrets, serviceAccounts } from '../../../api/resources.ts';
import type { KubeObject } from '../../../api/meta.ts';
import type { UserInfo } from '../../../api/request.ts';
import type { AdmissionReader } from '../../admission/contract.ts';
import { onNewest } from '../../admission/reader.ts';
import { type TokenAuthenticator, TokenError } from '../authenticators/bearerToken.ts';
import { serviceAccountUser } from '../users.ts';
import { type BoundReference, parseClaims, type TokenClaims } from './claims.ts';
import type { TokenKey } from './keys.ts';
import { isIssuedBy, rememberedVerification } from './verification.ts';

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

/**
 * Service-account tokens: signature and times, and that the account and what the token is bound to are still there
 * (`pkg/serviceaccount/jwt.go`, `claims.go`). A good signature is remembered, what changes is checked at every use.
 */
export function tokenValidator(options: TokenValidatorOptions): TokenAuthenticator {
  const { issuer, reader, clock } = options;
  const verify = rememberedVerification(options.keys, parseClaims);
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
      await onNewest(reader, () => checkBindings(claims, reader, clock.now() - LEEWAY_SECONDS * 1000));
      return { user: userOf(claims), audiences: good };
    },
  };
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
