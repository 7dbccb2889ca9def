import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** Randomness as a parameter, so that tests can repeat themselves. */
export interface Random {
  /** A number in [0, 1). */
  number(): number;
  /** An RFC 4122 v4 UUID, used as metadata.uid. */
  uuid(): string;
  bytes(count: number): Buffer;
  /** Characters as in names made from metadata.generateName: no vowels, no look-alikes (apimachinery util/rand). */
  suffix(length: number): string;
}

const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

export const systemRandom: Random = {
  number: () => Math.random(),
  uuid: () => randomUUID(),
  bytes: (count) => randomBytes(count),
  // randomInt draws on a pool of Node's, where randomBytes asks the system each time.
  suffix(length) {
    let text = '';
    for (let i = 0; i < length; i += 1) text += SAFE.charAt(randomInt(SAFE.length));
    return text;
  },
};
