/** Hands out equal parts of an IPv4 range. */
export class CidrPool {
  readonly #base: number;
  readonly #bits: number;
  readonly #count: number;
  readonly #used = new Set<number>();
  #next = 0;

  /**
   * @param range `10.244.0.0/16`
   * @param bits size of a part: 24. Throws Error for what is no range or is smaller than a part.
   */
  constructor(range: string, bits: number) {
    const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(range);
    const prefix = Number(match?.[5]);
    if (match === null || prefix > bits || bits > 30)
      throw new Error(`${range} cannot be cut into /${bits} ranges`);
    const address = match.slice(1, 5).reduce((sum, part) => sum * 256 + Number(part), 0);
    const size = 2 ** (32 - prefix);
    this.#base = Math.floor(address / size) * size;
    this.#bits = bits;
    this.#count = 2 ** (bits - prefix);
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
    const address = this.#base + index * 2 ** (32 - this.#bits);
    const parts = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
    return `${parts.join('.')}/${this.#bits}`;
  }

  #indexOf(cidr: string): number | undefined {
    const [ip = '', bits] = cidr.split('/');
    if (Number(bits) !== this.#bits) return undefined;
    const address = ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    const index = (address - this.#base) / 2 ** (32 - this.#bits);
    return Number.isInteger(index) && index >= 0 && index < this.#count ? index : undefined;
  }
}
