import { canonicalJson } from '../api/fields/canonicalJson.ts';

/** Characters of names made from hashes (apimachinery `util/rand`). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A hash of a JSON value for the end of a name, whatever the order of its keys. Another count of collisions gives
 * another hash.
 */
export function nameHash(value: unknown, collisionCount: number | undefined): string {
  const text = canonicalJson(value) + (collisionCount === undefined ? '' : `#${collisionCount}`);
  const digits = fnv1a(Buffer.from(text)).toString();
  return digits.replace(/\d/g, (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length] ?? '');
}

function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
