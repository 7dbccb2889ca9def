import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { exportJWK, type JWK } from 'jose';

/** A key that signs or verifies service-account tokens. */
export interface TokenKey {
  /** SHA-256 of the public key's DER, base64url: what upstream puts into `kid` (`pkg/serviceaccount/jwt.go`). */
  readonly id: string;
  readonly algorithm: 'ES256' | 'RS256';
  readonly publicKey: KeyObject;
}

export interface SigningKey extends TokenKey {
  readonly privateKey: KeyObject;
}

/** From PEM. P-256 signs with ES256, RSA with RS256; other keys are refused. */
export function signingKey(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem);
  return { ...tokenKey(createPublicKey(privateKey)), privateKey };
}

/** A public key, or the public half of a private one: for tokens from before a change of key. */
export function verifyingKey(pem: string): TokenKey {
  return tokenKey(createPublicKey(pem));
}

/** The public half for `/openid/v1/jwks`. */
export async function publicJwk({ id, algorithm, publicKey }: TokenKey): Promise<JWK> {
  return { use: 'sig', kid: id, alg: algorithm, ...(await exportJWK(publicKey)) };
}

function tokenKey(publicKey: KeyObject): TokenKey {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return {
    id: createHash('sha256').update(der).digest('base64url'),
    algorithm: algorithmOf(publicKey),
    publicKey,
  };
}

function algorithmOf(key: KeyObject): TokenKey['algorithm'] {
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256';
  throw new Error('the service-account key is neither RSA nor an EC key on P-256: make one of these');
}
