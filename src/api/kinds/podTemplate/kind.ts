import { column, containerColumns, nameColumn } from '../../columns.ts';
import { equal } from '../../fields/equal.ts';
import { field } from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { formatLabels } from '../../labels.ts';
import { setPodTemplateDefaults } from '../../podSpec/defaults.ts';
import { validatePodTemplate } from '../../podSpec/podTemplate.ts';
import { podTemplateWarnings } from '../../podSpec/warnings/index.ts';
import { podTemplates } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { PodTemplate } from '../../types.ts';

/** A template that nothing here makes pods of: other software does. */
export const podTemplate: Kind = defineKind<PodTemplate>({
  resource: podTemplates,
  schema: builtIn('V1PodTemplate'),
  hasGeneration: true,
  returnsDeleted: true,
  setDefaults(draft) {
    if (draft.template !== undefined) setPodTemplateDefaults(draft.template);
  },
  /** It has no spec whose change would raise the generation. */
  prepareForUpdate(draft, old) {
    if (!equal(draft.template, old.template)) {
      draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
    }
  },
  validate: ({ template }) => validatePodTemplate(template ?? {}, field('template')),
  warnings: ({ template }) => podTemplateWarnings(template, field('template')),
  columns: [
    nameColumn,
    ...containerColumns<PodTemplate>(({ template }) => template?.spec?.containers ?? []).map((wide) => ({
      ...wide,
      priority: 0 as const,
    })),
    column('Pod Labels', 'string', 'Labels of pods that are made of it.', ({ template }) =>
      formatLabels(template?.metadata?.labels),
    ),
  ],
});
