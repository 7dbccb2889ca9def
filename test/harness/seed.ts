import { createHash } from 'node:crypto';
import type { Random } from '../../src/base/random.ts';

/** What random tests draw from: `WHEELHOUSE_SEED`, where a failure is to be repeated. */
const seed = Number(process.env['WHEELHOUSE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Has property tests draw from the seed too, where one is given; else each tells its own where it fails. */
export async function repeatProperties(): Promise<void> {
  if (process.env['WHEELHOUSE_SEED'] === undefined) return;
  const { configureGlobal } = await import('fast-check');
  configureGlobal({ seed });
}

/** A source of randomness that the seed repeats, one per name; both are printed when it is first drawn from. */
export function seededRandom(name: string): Random {
  const random = quietRandom(name);
  let isTold = false;
  return {
    ...random,
    number() {
      if (!isTold) console.log(`      ${name}: to repeat it, WHEELHOUSE_SEED=${seed}`);
      isTold = true;
      return random.number();
    },
  };
}

/** The same without a word, for tests whose runner tells the seed. */
export function quietRandom(name: string, from = seed): Random {
  let state = createHash('sha256').update(`${name} ${from}`).digest().readUInt32LE(0);
  // mulberry32
  const number = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const bytes = (count: number): Buffer =>
    Buffer.from(Array.from({ length: count }, () => Math.floor(number() * 256)));
  return {
    number,
    bytes,
    uuid() {
      const drawn = bytes(16);
      drawn[6] = (drawn[6]! & 0x0f) | 0x40;
      drawn[8] = (drawn[8]! & 0x3f) | 0x80;
      return drawn.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    },
    suffix: (length) =>
      Array.from({ length }, () => SUFFIX_CHARACTERS[Math.floor(number() * SUFFIX_CHARACTERS.length)]).join(
        '',
      ),
  };
}

const SUFFIX_CHARACTERS = 'bcdfghjklmnpqrstvwxz2456789';
