import { createHash, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** A private key (PKCS#8) and its public one (SPKI), both PEM. */
export interface KeyPair {
  readonly key: string;
  readonly publicKey: string;
}

const CURVE = 'P-256';
/** The same curve in OpenSSL's words. */
const CURVE_OF_OPENSSL = 'prime256v1';

export function createKey(): Promise<KeyPair> {
  return promisify(generateKeyPair)('ec', {
    namedCurve: CURVE,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).then(({ privateKey, publicKey }) => ({ key: privateKey, publicKey }));
}

/** SHA-256 of a public key, in hexadecimal. @throws Error where it is not the PEM of a key on P-256 */
export function keyFingerprint(publicKey: string): string {
  return createHash('sha256').update(spkiOf(publicKey)).digest('hex');
}

/** A public key in DER. @throws Error where it is not the PEM of a key on P-256 */
export function spkiOf(publicKey: string): Buffer {
  const key: KeyObject = createPublicKey({ key: publicKey, format: 'pem', type: 'spki' });
  if (key.asymmetricKeyDetails?.namedCurve !== CURVE_OF_OPENSSL) throw new Error(`not a key on ${CURVE}`);
  return key.export({ type: 'spki', format: 'der' });
}
