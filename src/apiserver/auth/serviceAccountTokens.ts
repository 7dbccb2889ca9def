import type { JWK } from 'jose';
import type { Draft } from '../../api/meta.ts';
import type { Secret, ServiceAccount, TokenRequest } from '../../api/types.ts';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { AdmissionReader } from '../admission/contract.ts';
import { type TokenAuthenticator, unionTokens } from './authenticators/bearerToken.ts';
import { jsonWebKeySet, type OpenIdConfiguration, openIdConfiguration } from './tokens/discovery.ts';
import { createTokenIssuer } from './tokens/issuer.ts';
import { signingKey, verifyingKey } from './tokens/keys.ts';
import { issueLegacyToken, legacyTokenValidator } from './tokens/legacy.ts';
import { requestToken } from './tokens/tokenRequest.ts';
import { tokenValidator } from './tokens/validator.ts';

export interface ServiceAccountTokensOptions {
  /** A URL: the `iss` claim, for example `https://kubernetes.default.svc.cluster.local`. */
  readonly issuer: string;
  /** The API server's audiences. Default: the issuer. */
  readonly audiences?: readonly string[];
  /** Private key in PEM: EC on P-256 (ES256) or RSA (RS256). */
  readonly keyPem: string;
  /** Keys of tokens from before, which still count. PEM, public or private. */
  readonly formerKeyPems?: readonly string[];
  readonly reader: AdmissionReader;
  readonly clock: Clock;
  readonly random: Random;
}

/** Everything about service-account tokens: making, checking, publishing the keys. */
export interface ServiceAccountTokens {
  readonly tokens: TokenAuthenticator;
  /** Answers a TokenRequest for a live account. Throws Invalid, BadRequest, NotFound or Conflict. */
  request(account: ServiceAccount, draft: Draft<TokenRequest>): Promise<TokenRequest>;
  /** A token without an end, which holds as long as the secret has it. */
  issueForSecret(account: ServiceAccount, secret: Secret): Promise<string>;
  /** `serverUrl`: where clients reach this API server, without a slash at the end. */
  openIdConfiguration(serverUrl: string): OpenIdConfiguration;
  keySet(): Promise<{ readonly keys: readonly JWK[] }>;
}

export function createServiceAccountTokens(options: ServiceAccountTokensOptions): ServiceAccountTokens {
  const { issuer, audiences = [issuer], reader, clock, random } = options;
  const key = signingKey(options.keyPem);
  const keys = [key, ...(options.formerKeyPems ?? []).map(verifyingKey)];
  const tokenIssuer = createTokenIssuer({ issuer, key, clock, random });
  return {
    tokens: unionTokens([
      tokenValidator({ issuer, audiences, keys, reader, clock }),
      legacyTokenValidator({ audiences, keys, reader }),
    ]),
    request: (account, draft) => requestToken({ issuer: tokenIssuer, audiences, reader }, account, draft),
    issueForSecret: (account, secret) => issueLegacyToken(key, account, secret),
    openIdConfiguration: (serverUrl) => openIdConfiguration(issuer, serverUrl, keys),
    keySet: () => jsonWebKeySet(keys),
  };
}
