import type { Disposable } from '../../../base/disposable.ts';
import type { Cache } from '../../../storage/cache.ts';
import type { AdmissionPlugin } from '../contract.ts';
import { Policies } from './policies.ts';
import { type PolicyOptions, validatingPolicies } from './validating.ts';

export { PolicyStatusKeeper } from './statusKeeper.ts';

/** Admission by policies, as the watch cache shows them; follows them until disposed. */
export interface AdmissionPolicies extends Disposable {
  /** In upstream's order: between mutating and validating webhooks. */
  readonly validating: AdmissionPlugin;
}

export function admissionPolicies(
  options: PolicyOptions & { readonly cache: Pick<Cache, 'list' | 'onChange'> },
): AdmissionPolicies {
  const policies = new Policies(options.cache);
  return {
    validating: validatingPolicies(policies, options),
    dispose: () => policies.dispose(),
  };
}
