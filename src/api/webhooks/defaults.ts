import type { Draft } from '../meta.ts';
import type { Incomplete } from '../fields/unchecked.ts';
import type {
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../types.ts';
import { WEBHOOK_PORT } from './clientConfig.ts';

const TIMEOUT_SECONDS = 10;

/** What webhooks of both kinds may leave out (`pkg/apis/admissionregistration/v1/defaults.go`). */
export function setWebhookDefaults(
  draft: Draft<MutatingWebhookConfiguration> | Draft<ValidatingWebhookConfiguration>,
): void {
  for (const webhook of (draft.webhooks ?? []) as Incomplete<ValidatingWebhook>[]) {
    webhook.failurePolicy ??= 'Fail';
    webhook.matchPolicy ??= 'Equivalent';
    webhook.namespaceSelector ??= {};
    webhook.objectSelector ??= {};
    webhook.timeoutSeconds ??= TIMEOUT_SECONDS;
    for (const rule of webhook.rules ?? []) rule.scope ??= '*';
    const service = webhook.clientConfig?.service;
    if (service !== undefined) service.port ??= WEBHOOK_PORT;
  }
}
