import { SignJWT } from 'jose';
import type { Clock } from '../../../base/clock.ts';
import type { Random } from '../../../base/random.ts';
import type { ServiceAccount } from '../../../api/types.ts';
import { serviceAccountUserName } from '../users.ts';
import type { KubernetesClaim } from './claims.ts';
import type { SigningKey } from './keys.ts';

export interface TokenIssuerOptions {
  /** The `iss` claim: a URL, by default also the API server's audience. */
  readonly issuer: string;
  readonly key: SigningKey;
  readonly clock: Clock;
  readonly random: Random;
}

export interface TokenParameters {
  readonly account: ServiceAccount;
  readonly bound: Pick<KubernetesClaim, 'pod' | 'secret' | 'node'>;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** Seconds from now after which the token should have been renewed; 0 for no such mark. */
  readonly warnAfterSeconds: number;
}

export interface IssuedToken {
  readonly token: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  /** The `jti` claim. */
  readonly id: string;
}

/** Makes service-account tokens. */
export interface TokenIssuer {
  readonly issuer: string;
  issue(parameters: TokenParameters): Promise<IssuedToken>;
}

export function createTokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  const { issuer, key, clock, random } = options;
  return {
    issuer,
    async issue({ account, bound, audiences, expirationSeconds, warnAfterSeconds }) {
      const { namespace, name, uid } = account.metadata;
      const issuedAt = Math.floor(clock.now() / 1000);
      const id = random.uuid();
      const kubernetes: KubernetesClaim = {
        namespace,
        ...bound,
        serviceaccount: { name, uid },
        ...(warnAfterSeconds === 0 ? {} : { warnafter: issuedAt + warnAfterSeconds }),
      };
      const token = await new SignJWT({ 'kubernetes.io': kubernetes })
        .setProtectedHeader({ alg: key.algorithm, kid: key.id })
        .setAudience([...audiences])
        .setExpirationTime(issuedAt + expirationSeconds)
        .setIssuedAt(issuedAt)
        .setIssuer(issuer)
        .setJti(id)
        .setNotBefore(issuedAt)
        .setSubject(serviceAccountUserName(namespace, name))
        .sign(key.privateKey);
      return { token, issuedAt, id };
    },
  };
}
