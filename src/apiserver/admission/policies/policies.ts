import type { Disposable } from '../../../base/disposable.ts';
import { validatingAdmissionPolicies, validatingAdmissionPolicyBindings } from '../../../api/resources.ts';
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../../../api/types.ts';
import type { Cache } from '../../../storage/cache.ts';
import { prefixOf } from '../../registry/keys.ts';
import { type Policy, policyOf } from './policy.ts';

const POLICIES = prefixOf(validatingAdmissionPolicies, '');
const BINDINGS = prefixOf(validatingAdmissionPolicyBindings, '');

/**
 * The policies that have a binding, as the watch cache shows them: a change applies to the next request. After a
 * change, they are compiled when a request first needs them.
 */
export class Policies implements Disposable {
  readonly #cache: Pick<Cache, 'list' | 'onChange'>;
  readonly #subscriptions: readonly Disposable[];
  #policies: readonly Policy[] | undefined;

  constructor(cache: Pick<Cache, 'list' | 'onChange'>) {
    this.#cache = cache;
    this.#subscriptions = [POLICIES, BINDINGS].map((prefix) =>
      cache.onChange(prefix, () => (this.#policies = undefined)),
    );
  }

  get all(): readonly Policy[] {
    return (this.#policies ??= this.#read());
  }

  #read(): readonly Policy[] {
    const bindings = new Map<string, ValidatingAdmissionPolicyBinding[]>();
    for (const { object } of this.#cache.list(BINDINGS)) {
      const binding = object as ValidatingAdmissionPolicyBinding;
      const others = bindings.get(binding.spec.policyName);
      if (others === undefined) bindings.set(binding.spec.policyName, [binding]);
      else others.push(binding);
    }
    return this.#cache.list(POLICIES).flatMap(({ object }) => {
      const policy = object as ValidatingAdmissionPolicy;
      const bound = bindings.get(policy.metadata.name);
      return bound === undefined ? [] : [policyOf(policy, bound)];
    });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
