import { type Disposable, toDisposable } from './disposable.ts';

/** Subscribes to something that happens repeatedly; the disposable ends the subscription. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** A typed event source. Listeners run in order of subscription; one that throws does not keep the others from running. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void = (error) => queueMicrotask(() => reportUncaught(error))) {
    this.#onError = onError;
  }

  readonly event: Event<T> = (listener) => {
    const own = (value: T): void => listener(value);
    this.#listeners.add(own);
    return toDisposable(() => this.#listeners.delete(own));
  };

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

function reportUncaught(error: unknown): never {
  throw error;
}
