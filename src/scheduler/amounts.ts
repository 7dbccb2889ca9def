export interface Resources {
  readonly cpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  readonly pods: number;
  readonly scalar: ReadonlyMap<string, number>;
}

/** What is where in a node's row. */
export const AMOUNT = {
  allocatableCpu: 0,
  allocatableMemory: 1,
  allocatableEphemeralStorage: 2,
  allocatablePods: 3,
  requestedCpu: 4,
  requestedMemory: 5,
  requestedEphemeralStorage: 6,
  requestedPods: 7,
  nonZeroCpu: 8,
  nonZeroMemory: 9,
} as const;

/** Two cache lines: the first has all that a filter reads. */
const ROW = 16;

/**
 * The numbers of all nodes, a row for each, side by side in memory. A cycle looks at hundreds of nodes: read from
 * objects spread over the heap, their numbers cost more time than all the arithmetic.
 */
export class AmountTable {
  data: Float64Array;
  readonly #free: number[] = [];
  #used = 0;

  constructor(rows = 1) {
    this.data = new Float64Array(rows * ROW);
  }

  /** The offset of an empty row. */
  take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const offset = this.#used++ * ROW;
    if (offset === this.data.length) {
      const larger = new Float64Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    return offset;
  }

  release(offset: number): void {
    this.data.fill(0, offset, offset + ROW);
    this.#free.push(offset);
  }
}

/** Two numbers of a row: what pods count for that request nothing. */
export class NonZeroView {
  readonly #table: AmountTable;
  readonly #offset: number;

  constructor(table: AmountTable, offset: number) {
    this.#table = table;
    this.#offset = offset;
  }

  get cpu(): number {
    return this.#table.data[this.#offset] ?? 0;
  }

  get memory(): number {
    return this.#table.data[this.#offset + 1] ?? 0;
  }

  add(cpu: number, memory: number, sign: 1 | -1): void {
    const { data } = this.#table;
    data[this.#offset] = this.cpu + sign * cpu;
    data[this.#offset + 1] = this.memory + sign * memory;
  }
}

/** Four numbers of a row (cpu, memory, ephemeral storage, pods) and the rest, as resources. */
export class ResourceView implements Resources {
  readonly scalar = new Map<string, number>();
  readonly #table: AmountTable;
  readonly #offset: number;

  constructor(table: AmountTable, offset: number) {
    this.#table = table;
    this.#offset = offset;
  }

  get cpu(): number {
    return this.#table.data[this.#offset] ?? 0;
  }

  get memory(): number {
    return this.#table.data[this.#offset + 1] ?? 0;
  }

  get ephemeralStorage(): number {
    return this.#table.data[this.#offset + 2] ?? 0;
  }

  get pods(): number {
    return this.#table.data[this.#offset + 3] ?? 0;
  }

  add(other: Resources, sign: 1 | -1): void {
    const { data } = this.#table;
    const at = this.#offset;
    data[at] = this.cpu + sign * other.cpu;
    data[at + 1] = this.memory + sign * other.memory;
    data[at + 2] = this.ephemeralStorage + sign * other.ephemeralStorage;
    data[at + 3] = this.pods + sign * other.pods;
    for (const [name, amount] of other.scalar) {
      this.scalar.set(name, (this.scalar.get(name) ?? 0) + sign * amount);
    }
  }

  replace(other: Resources): void {
    this.scalar.clear();
    const { data } = this.#table;
    data.fill(0, this.#offset, this.#offset + 4);
    this.add(other, 1);
  }
}
