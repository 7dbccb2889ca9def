import { ageColumn, column, nameColumn } from '../../columns.ts';
import { equal } from '../../fields/equal.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { validatingWebhookConfigurations } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { ValidatingWebhookConfiguration } from '../../types.ts';
import { setWebhookDefaults } from '../../webhooks/defaults.ts';
import { validateWebhooks } from '../../webhooks/validation.ts';

export const validatingWebhookConfiguration: Kind = defineKind<ValidatingWebhookConfiguration>({
  resource: validatingWebhookConfigurations,
  schema: builtIn('V1ValidatingWebhookConfiguration'),
  categories: ['api-extensions'],
  hasGeneration: true,
  unconditionalUpdate: false,
  setDefaults: setWebhookDefaults,
  prepareForUpdate(draft, old) {
    if (!equal(draft.webhooks, old.webhooks)) draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
  validate: (object) => validateWebhooks(object),
  columns: [
    nameColumn,
    column('Webhooks', 'integer', 'How many webhooks it registers.', (o) => o.webhooks?.length ?? 0),
    ageColumn,
  ],
});
