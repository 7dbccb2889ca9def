const CHUNK_BYTES = 256 * 1024;
/** How much is kept for the next list. More is allocated while several lists are written at once. */
const KEPT = 8;

/** Buffers of one size that are used again. */
export class ChunkPool {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
  }

  /** A caller that gives a buffer back must not use it any more. */
  give(chunk: Buffer): void {
    if (this.#free.length < KEPT) this.#free.push(chunk);
  }
}
