import { ADDRESS_BITS } from '../../api/ip/address.ts';
import { addressAt, type IPRange, offsetOf, parseRange } from '../../api/ip/range.ts';

/** As upstream's (ipam `cidr_set.go`): more parts than this would take too much memory to keep account of. */
const MOST_BITS_APART = 16;

/** Hands out equal parts of a range. */
export class CidrPool {
  readonly #range: IPRange;
  readonly #bits: number;
  readonly #count: number;
  readonly #used = new Set<number>();
  #next = 0;

  /**
   * @param text `10.244.0.0/16`
   * @param bits size of a part: 24. Throws Error for what is no range or is smaller than a part.
   */
  constructor(text: string, bits: number) {
    const range = parseRange(text);
    const apart = bits - (range?.prefix ?? 0);
    if (range === undefined || apart < 0 || apart > MOST_BITS_APART || bits > ADDRESS_BITS[range.family] - 2)
      throw new Error(`${text} cannot be cut into /${bits} ranges`);
    this.#range = range;
    this.#bits = bits;
    this.#count = 2 ** apart;
  }

  /** Marks a part as used; what lies outside of the range is no concern. */
  occupy(cidr: string): void {
    const index = this.#indexOf(cidr);
    if (index !== undefined) this.#used.add(index);
  }

  release(cidr: string): void {
    const index = this.#indexOf(cidr);
    if (index !== undefined) this.#used.delete(index);
  }

  /** A free part, marked as used; undefined where there is none. Freed parts come last, so that addresses rest. */
  take(): string | undefined {
    if (this.#used.size >= this.#count) return undefined;
    while (this.#used.has(this.#next)) this.#next = (this.#next + 1) % this.#count;
    const index = this.#next;
    this.#used.add(index);
    this.#next = (index + 1) % this.#count;
    return `${addressAt(this.#range, BigInt(index) * this.#partSize())}/${this.#bits}`;
  }

  #partSize(): bigint {
    return 1n << BigInt(ADDRESS_BITS[this.#range.family] - this.#bits);
  }

  #indexOf(cidr: string): number | undefined {
    const part = parseRange(cidr);
    if (part?.prefix !== this.#bits) return undefined;
    const offset = offsetOf(this.#range, { family: part.family, value: part.base });
    return offset === undefined ? undefined : Number(offset / this.#partSize());
  }
}
