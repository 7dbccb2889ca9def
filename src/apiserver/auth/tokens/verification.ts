import { createHash } from 'node:crypto';
import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';
import { TokenError } from '../authenticators/bearerToken.ts';
import type { TokenKey } from './keys.ts';

/** Tokens whose signature has been seen to be good. */
const REMEMBERED = 2_048;

/** The claims of a token with a good signature. @throws TokenError */
export type Verify<T> = (token: string) => Promise<T>;

/**
 * Checks a token's signature once and remembers that it was good.
 * @param parse reads the claims; undefined where they are not of the kind that is wanted
 */
export function rememberedVerification<T extends object>(
  keys: readonly TokenKey[],
  parse: (payload: unknown) => T | undefined,
): Verify<T> {
  const known = new Map<string, T>();
  return async (token) => {
    // The digest, so that the tokens themselves are not kept.
    const digest = createHash('sha256').update(token).digest('base64');
    const remembered = known.get(digest);
    if (remembered !== undefined) return remembered;
    const claims = parse(await verifiedPayload(token, keys));
    if (claims === undefined) throw new TokenError('service account token claims could not be validated');
    for (const oldest of known.keys()) {
      if (known.size < REMEMBERED) break;
      known.delete(oldest);
    }
    known.set(digest, claims);
    return claims;
  };
}

async function verifiedPayload(token: string, keys: readonly TokenKey[]): Promise<unknown> {
  const kid = keyIdOf(token);
  const key = keys.find(({ id }) => id === kid);
  if (key === undefined) throw new TokenError('invalid signature, unknown key');
  const { payload } = await compactVerify(token, key.publicKey, { algorithms: [key.algorithm] }).catch(
    (error: unknown) => {
      throw new TokenError('invalid signature', { cause: error });
    },
  );
  return JSON.parse(new TextDecoder().decode(payload));
}

function keyIdOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch (error) {
    throw new TokenError('malformed token', { cause: error });
  }
}

/** Whether this is a token that somebody else may know. Looks at nothing but the unverified issuer. */
export function isIssuedBy(token: string, issuer: string): boolean {
  try {
    return decodeJwt(token).iss === issuer;
  } catch {
    return false;
  }
}
