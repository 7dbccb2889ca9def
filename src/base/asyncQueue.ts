/** Values that are pushed at one end and iterated over at the other, in order; what nobody has taken yet waits. */
export class AsyncQueue<T> {
  readonly #values: T[] = [];
  #wake: (() => void) | undefined;

  push(value: T): void {
    this.#values.push(value);
    this.#wake?.();
  }

  /** For one reader; ends with the signal. */
  async *read(signal: AbortSignal): AsyncGenerator<T> {
    const wake = (): void => this.#wake?.();
    signal.addEventListener('abort', wake, { once: true });
    try {
      while (!signal.aborted) {
        if (this.#values.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
        else yield this.#values.shift() as T;
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}
