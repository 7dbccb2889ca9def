import { createDeferred, type Deferred } from '../../../base/deferred.ts';

interface Waiting {
  readonly memoryBytes: number;
  readonly deferred: Deferred<void>;
}

/**
 * Lets machines boot side by side as far as the host carries it: at most `slots` at a time, and no more than its free
 * memory holds. One may always go, however large it is: the check before the creation has told about it.
 */
export class BootGate {
  readonly #slots: number;
  readonly #availableBytes: () => number;
  readonly #waiting: Waiting[] = [];
  #booting = 0;
  /** Of machines that boot: they have not taken it yet. */
  #promisedBytes = 0;

  constructor(slots: number, availableBytes: () => number) {
    this.#slots = Math.max(1, slots);
    this.#availableBytes = availableBytes;
  }

  /** Whether the next one of this size would have to wait. */
  full(memoryBytes: number): boolean {
    if (this.#booting === 0) return false;
    return this.#booting >= this.#slots || this.#promisedBytes + memoryBytes > this.#availableBytes();
  }

  /** Resolves when it may boot, with what says that it has. Rejects with the signal's reason. */
  async enter(memoryBytes: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#waiting.length > 0 || this.full(memoryBytes)) await this.#turn(memoryBytes, signal);
    else this.#admit(memoryBytes);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#booting--;
      this.#promisedBytes -= memoryBytes;
      this.#next();
    };
  }

  async #turn(memoryBytes: number, signal: AbortSignal): Promise<void> {
    const entry: Waiting = { memoryBytes, deferred: createDeferred() };
    const onAbort = (): void => {
      const index = this.#waiting.indexOf(entry);
      if (index < 0) return;
      this.#waiting.splice(index, 1);
      entry.deferred.reject(signal.reason);
      this.#next();
    };
    this.#waiting.push(entry);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await entry.deferred.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #next(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (this.full(first.memoryBytes)) return;
      this.#waiting.shift();
      this.#admit(first.memoryBytes);
      first.deferred.resolve();
    }
  }

  #admit(memoryBytes: number): void {
    this.#booting++;
    this.#promisedBytes += memoryBytes;
  }
}
