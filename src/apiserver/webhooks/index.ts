import type { Disposable } from '../../base/disposable.ts';
import { mutatingWebhookConfigurations, validatingWebhookConfigurations } from '../../api/resources.ts';
import type { Cache } from '../../storage/cache.ts';
import type { AdmissionPlugin } from '../admission/contract.ts';
import { Hooks } from './configurations.ts';
import { Dispatch, type DispatchOptions } from './dispatch.ts';
import { mutatingWebhooks } from './mutating.ts';
import { validatingWebhooks } from './validating.ts';

export { WebhookClient, type WebhookClientOptions } from './client.ts';

/** Admission by webhooks. It follows their configurations in the watch cache until it is disposed. */
export interface AdmissionWebhooks extends Disposable {
  /** The plugins in upstream's order: after all others except the quota. */
  readonly plugins: readonly AdmissionPlugin[];
}

export function admissionWebhooks(
  options: DispatchOptions & { readonly cache: Pick<Cache, 'list' | 'onChange'> },
): AdmissionWebhooks {
  const { cache } = options;
  const dispatch = new Dispatch(options);
  const mutating = new Hooks(cache, mutatingWebhookConfigurations);
  const validating = new Hooks(cache, validatingWebhookConfigurations);
  return {
    plugins: [mutatingWebhooks(mutating, dispatch), validatingWebhooks(validating, dispatch)],
    dispose() {
      mutating.dispose();
      validating.dispose();
    },
  };
}
