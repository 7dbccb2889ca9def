import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, jwtVerify, type JWTPayload } from 'jose';
import type { Clock } from '../../../base/clock.ts';
import { setOwnProperty } from '../../../base/ownProperty.ts';
import type { UserInfo } from '../../../api/request.ts';
import { type TokenAuthenticator, TokenError } from './bearerToken.ts';

/** An identity provider and what its tokens say, in the terms of upstream's `--oidc-*` flags. */
export interface OpenIdSettings {
  readonly issuerURL: string;
  readonly clientID: string;
  /** Default `sub`. */
  readonly usernameClaim?: string;
  /** Default: the issuer and `#`, for other claims than `email`; `-` for none. */
  readonly usernamePrefix?: string;
  readonly groupsClaim?: string;
  readonly groupsPrefix?: string;
  readonly requiredClaims?: Readonly<Record<string, string>>;
  /** Default RS256. */
  readonly signingAlgs?: readonly string[];
}

export interface OpenIdOptions extends OpenIdSettings {
  /** GET of a JSON document of the provider. Rejects where it does not answer with one. */
  readonly fetchJson: (url: string) => Promise<unknown>;
  readonly clock: Clock;
}

/** A token may name a key that has just been made: its provider is asked again, not more often than this. */
const REFETCH_MS = 10_000;

/**
 * Tokens of an OpenID Connect provider (`plugin/pkg/auth/authenticator/token/oidc`). Its keys are fetched when the first
 * token comes, and again when one names a key that is not known.
 */
export function openIdTokens(options: OpenIdOptions): TokenAuthenticator {
  const { issuerURL, clientID, signingAlgs = ['RS256'], clock } = options;
  const keys = new ProviderKeys(options);
  return {
    async authenticateToken(token) {
      if (issuerOf(token) !== issuerURL) return undefined;
      const claims = await keys.verify(token, {
        issuer: issuerURL,
        audience: clientID,
        algorithms: [...signingAlgs],
        currentDate: new Date(clock.now()),
      });
      return { user: userOf(options, claims), audiences: [] };
    },
  };
}

type Verification = Parameters<typeof jwtVerify>[2] & object;

class ProviderKeys {
  readonly #options: OpenIdOptions;
  #keys: Promise<JSONWebKeySet> | undefined;
  #fetchedAt = -Infinity;

  constructor(options: OpenIdOptions) {
    this.#options = options;
  }

  /** @throws TokenError */
  async verify(token: string, how: Verification): Promise<JWTPayload> {
    try {
      return await this.#verify(token, how);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey && this.#mayFetch()) {
        this.#keys = undefined;
        return this.verify(token, how);
      }
      throw new TokenError(`oidc: verify token: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }

  async #verify(token: string, how: Verification): Promise<JWTPayload> {
    if (this.#keys === undefined) {
      this.#fetchedAt = this.#options.clock.monotonic();
      const keys = (this.#keys = this.#fetch());
      keys.catch(() => {
        if (this.#keys === keys) this.#keys = undefined;
      });
    }
    const { payload } = await jwtVerify(token, createLocalJWKSet(await this.#keys), how);
    return payload;
  }

  #mayFetch(): boolean {
    return this.#options.clock.monotonic() - this.#fetchedAt >= REFETCH_MS;
  }

  async #fetch(): Promise<JSONWebKeySet> {
    const { issuerURL, fetchJson } = this.#options;
    const discovery = await fetchJson(`${issuerURL.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const { issuer, jwks_uri: keysUrl } = discovery as { issuer?: unknown; jwks_uri?: unknown };
    if (issuer !== issuerURL || typeof keysUrl !== 'string') {
      throw new Error(`oidc: issuer did not match the issuer returned by provider, expected ${issuerURL}`);
    }
    return (await fetchJson(keysUrl)) as JSONWebKeySet;
  }
}

function issuerOf(token: string): unknown {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** @throws TokenError where the claims do not say who it is, or not enough */
function userOf(options: OpenIdSettings, claims: JWTPayload): UserInfo {
  const { usernameClaim = 'sub', groupsClaim, groupsPrefix = '', requiredClaims = {} } = options;
  const username = claims[usernameClaim];
  if (typeof username !== 'string' || username === '') {
    throw new TokenError(`oidc: parse username claims ${JSON.stringify(usernameClaim)}: claim not present`);
  }
  if (
    usernameClaim === 'email' &&
    claims['email_verified'] !== undefined &&
    claims['email_verified'] !== true
  ) {
    throw new TokenError('oidc: email not verified');
  }
  for (const [name, wanted] of Object.entries(requiredClaims)) {
    if (claims[name] !== wanted) {
      throw new TokenError(`oidc: required claim ${name} value does not match`);
    }
  }
  const extra: Record<string, readonly string[]> = {};
  if (typeof claims.jti === 'string' && claims.jti !== '') {
    setOwnProperty(extra, 'authentication.kubernetes.io/credential-id', [`JTI=${claims.jti}`]);
  }
  return {
    name: prefixOf(options, usernameClaim) + username,
    groups: groupsOf(groupsClaim === undefined ? undefined : claims[groupsClaim]).map(
      (g) => groupsPrefix + g,
    ),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function prefixOf({ usernamePrefix, issuerURL }: OpenIdSettings, usernameClaim: string): string {
  if (usernamePrefix === '-') return '';
  return usernamePrefix ?? (usernameClaim === 'email' ? '' : `${issuerURL}#`);
}

/** One group is a text, several are a list. @throws TokenError */
function groupsOf(claim: unknown): readonly string[] {
  if (claim === undefined || claim === null) return [];
  if (typeof claim === 'string') return [claim];
  if (Array.isArray(claim) && claim.every((one) => typeof one === 'string')) return claim;
  throw new TokenError('oidc: parse groups claim: it is neither a text nor a list of texts');
}
