import type { Disposable } from '../../../base/disposable.ts';
import type { Cache } from '../../../storage/cache.ts';
import type { AdmissionPlugin } from '../contract.ts';
import { Policies } from './policies.ts';
import { type PolicyOptions, validatingPolicies } from './validating.ts';

export { PolicyStatusKeeper } from './statusKeeper.ts';

/** Admission by policies. It follows them in the watch cache until it is disposed. */
export interface AdmissionPolicies extends Disposable {
  /** The plugins in upstream's order: between mutating and validating webhooks. */
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
