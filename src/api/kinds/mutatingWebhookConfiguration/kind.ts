import { ageColumn, column, nameColumn } from '../../columns.ts';
import { equal } from '../../fields/equal.ts';
import { optionalOneOf } from '../../fields/rules.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { mutatingWebhookConfigurations } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { MutatingWebhookConfiguration } from '../../types.ts';
import { setWebhookDefaults } from '../../webhooks/defaults.ts';
import { validateWebhooks } from '../../webhooks/validation.ts';

const REINVOCATION_POLICIES = ['IfNeeded', 'Never'];

export const mutatingWebhookConfiguration: Kind = defineKind<MutatingWebhookConfiguration>({
  resource: mutatingWebhookConfigurations,
  schema: builtIn('V1MutatingWebhookConfiguration'),
  categories: ['api-extensions'],
  hasGeneration: true,
  unconditionalUpdate: false,
  setDefaults(draft) {
    setWebhookDefaults(draft);
    for (const webhook of draft.webhooks ?? []) webhook.reinvocationPolicy ??= 'Never';
  },
  prepareForUpdate(draft, old) {
    if (!equal(draft.webhooks, old.webhooks)) draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
  validate: (object) =>
    validateWebhooks(object, (webhook, path) =>
      optionalOneOf(webhook.reinvocationPolicy, REINVOCATION_POLICIES, path.child('reinvocationPolicy')),
    ),
  columns: [
    nameColumn,
    column('Webhooks', 'integer', 'How many webhooks it registers.', (o) => o.webhooks?.length ?? 0),
    ageColumn,
  ],
});
