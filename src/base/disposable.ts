import { channel } from 'node:diagnostics_channel';

/** Tells the tests' leak tracker of every store that is made and disposed; costs nothing while nobody listens. */
const lifecycle = channel('wheelhouse:disposable');

/** Something that holds a listener, timer, socket or process until it is told to let go. */
export interface Disposable {
  /** Lets go. Repeat calls do nothing. Never throws for what is already gone. */
  dispose(): void;
}

/** A disposable from a function; the function runs once at most. */
export function toDisposable(release: () => void): Disposable {
  let released = false;
  return {
    dispose(): void {
      if (released) return;
      released = true;
      release();
    },
  };
}

/** Owns disposables and releases them in reverse order. What is added after disposal is released at once. */
export class DisposableStore implements Disposable {
  readonly #owned = new Set<Disposable>();
  #disposed = false;

  constructor() {
    if (lifecycle.hasSubscribers) lifecycle.publish({ type: 'made', store: this });
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  add<T extends Disposable>(disposable: T): T {
    if (this.#disposed) disposable.dispose();
    else this.#owned.add(disposable);
    return disposable;
  }

  /** Releases one owned disposable before the others. */
  release(disposable: Disposable): void {
    if (this.#owned.delete(disposable)) disposable.dispose();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (lifecycle.hasSubscribers) lifecycle.publish({ type: 'disposed', store: this });
    const owned = [...this.#owned].reverse();
    this.#owned.clear();
    const errors: unknown[] = [];
    for (const disposable of owned) {
      try {
        disposable.dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'disposing failed');
  }
}
