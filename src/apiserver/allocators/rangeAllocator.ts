import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';

/** How long a number is kept for a write that has not shown up: longer than any request may take. */
const RESERVATION_MS = 60_000;

export interface RangeAllocatorOptions {
  readonly size: number;
  /** So many numbers at the start are left to those who ask for a certain one, while there are others. */
  readonly staticBand: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'number'>;
}

/**
 * Hands out the numbers 0 … size-1, each to one owner at a time. What stored objects hold is told from outside
 * (`hold`, `release`); what is handed out is reserved until then, or until the write must have failed. So nothing has
 * to be given back when a write fails, and nothing to be repaired at start.
 */
export class RangeAllocator {
  readonly #options: RangeAllocatorOptions;
  readonly #held = new Map<number, string>();
  readonly #reserved = new Map<number, { readonly owner: string; readonly until: number }>();

  constructor(options: RangeAllocatorOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#options.size;
  }

  /** How many numbers stored objects hold. */
  get used(): number {
    return this.#held.size;
  }

  /** A stored object has the number. */
  hold(owner: string, number: number): void {
    this.#held.set(number, owner);
    if (this.#reserved.get(number)?.owner === owner) this.#reserved.delete(number);
  }

  /** A stored object no longer has the number. */
  release(owner: string, number: number): void {
    if (this.#held.get(number) === owner) this.#held.delete(number);
  }

  /** Reserves a certain number; false where another owner has it. */
  claim(owner: string, number: number, reserve = true): boolean {
    if (!this.#isFree(owner, number)) return false;
    if (reserve) this.#reserve(owner, number);
    return true;
  }

  /** Reserves any free number, at random: first above the static band, then in it. Undefined where all are taken. */
  pick(owner: string, reserve = true): number | undefined {
    const { size, staticBand } = this.#options;
    const number = this.#findFree(staticBand, size) ?? this.#findFree(0, staticBand);
    if (number !== undefined && reserve) this.#reserve(owner, number);
    return number;
  }

  #findFree(from: number, to: number): number | undefined {
    const count = to - from;
    if (count <= 0) return undefined;
    const start = Math.floor(this.#options.random.number() * count);
    for (let i = 0; i < count; i++) {
      const number = from + ((start + i) % count);
      if (this.#isFree(undefined, number)) return number;
    }
    return undefined;
  }

  #isFree(owner: string | undefined, number: number): boolean {
    const holder = this.#held.get(number);
    if (holder !== undefined && holder !== owner) return false;
    const reservation = this.#reserved.get(number);
    if (reservation === undefined || reservation.owner === owner) return true;
    if (reservation.until > this.#options.clock.now()) return false;
    this.#reserved.delete(number);
    return true;
  }

  #reserve(owner: string, number: number): void {
    if (this.#held.get(number) === owner) return;
    this.#reserved.set(number, { owner, until: this.#options.clock.now() + RESERVATION_MS });
  }
}
