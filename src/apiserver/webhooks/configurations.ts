import type { Disposable } from '../../base/disposable.ts';
import type { Resource } from '../../api/resource.ts';
import type { Cache } from '../../storage/cache.ts';
import { prefixOf } from '../registry/keys.ts';
import { type Hook, hooksOf } from './hook.ts';

/**
 * The hooks of all configurations of one kind, as the watch cache shows them: a change applies to the next request.
 * After a change, the list is built again when a request first needs it.
 */
export class Hooks implements Disposable {
  readonly #cache: Pick<Cache, 'list' | 'onChange'>;
  readonly #prefix: string;
  readonly #subscription: Disposable;
  #hooks: readonly Hook[] | undefined;

  constructor(cache: Pick<Cache, 'list' | 'onChange'>, resource: Resource) {
    this.#cache = cache;
    this.#prefix = prefixOf(resource, '');
    this.#subscription = cache.onChange(this.#prefix, () => (this.#hooks = undefined));
  }

  get all(): readonly Hook[] {
    return (this.#hooks ??= hooksOf(this.#cache.list(this.#prefix).map(({ object }) => object)));
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}
