import { cloneJson } from '../../api/clone.ts';
import { equal } from '../../api/fields/equal.ts';

/**
 * Decides which hooks are called a second time for one request: those that ask for it, if another hook or plugin
 * changed the object after their first call (`plugin/webhook/mutating/reinvocationcontext.go`).
 */
export class Rounds {
  /** Hooks that were called since the last change and ask to be called after the next one. */
  readonly #asked = new Set<string>();
  readonly #again = new Set<string>();
  #output: unknown;

  /** The second round begins. Changes that plugins made since the first round count too. */
  begin(object: unknown): void {
    if (this.#output !== undefined && !equal(this.#output, object)) this.changed();
  }

  isAskedAgain(hook: string): boolean {
    return this.#again.has(hook);
  }

  asked(hook: string): void {
    this.#asked.add(hook);
  }

  changed(): void {
    for (const hook of this.#asked) this.#again.add(hook);
    this.#asked.clear();
  }

  end(object: unknown): void {
    this.#output = this.#asked.size > 0 ? cloneJson(object) : undefined;
  }
}
