import type { JWK } from 'jose';
import { publicJwk, type TokenKey } from './keys.ts';

/** The body of `/.well-known/openid-configuration` (`pkg/serviceaccount/openidmetadata.go`); content type application/json. */
export interface OpenIdConfiguration {
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly response_types_supported: readonly string[];
  readonly subject_types_supported: readonly string[];
  readonly id_token_signing_alg_values_supported: readonly string[];
}

export const OPENID_CONFIGURATION_PATH = '/.well-known/openid-configuration';
export const JWKS_PATH = '/openid/v1/jwks';
/** Content type of the key set. */
export const JWKS_CONTENT_TYPE = 'application/jwk-set+json';

/** `serverUrl`: where clients reach the API server, without a slash at the end. */
export function openIdConfiguration(
  issuer: string,
  serverUrl: string,
  keys: readonly TokenKey[],
): OpenIdConfiguration {
  return {
    issuer,
    jwks_uri: serverUrl + JWKS_PATH,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(keys.map(({ algorithm }) => algorithm))].sort(),
  };
}

export async function jsonWebKeySet(keys: readonly TokenKey[]): Promise<{ readonly keys: readonly JWK[] }> {
  return { keys: await Promise.all(keys.map((key) => publicJwk(key))) };
}
