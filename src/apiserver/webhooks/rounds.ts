import { cloneJson } from '../../api/clone.ts';
import { equal } from '../../api/fields/equal.ts';

/**
 * Which hooks are asked a second time about one request: those that want to be where, after they were asked, somebody
 * else has changed the object (`plugin/webhook/mutating/reinvocationcontext.go`).
 */
export class Rounds {
  /** Hooks that were asked since the last change and want to hear of the next one. */
  readonly #asked = new Set<string>();
  readonly #again = new Set<string>();
  #output: unknown;

  /** The second round begins: what others have changed since the first is a change too. */
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
