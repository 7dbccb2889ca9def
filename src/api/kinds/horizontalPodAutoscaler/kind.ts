import { field } from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { nonNegative } from '../../metadata/metadata.ts';
import { horizontalPodAutoscalers, horizontalPodAutoscalersV1 } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { HorizontalPodAutoscaler } from '../../types.ts';
import { autoscalerColumns, autoscalerV1Columns } from './columns.ts';
import { autoscalerFromV1, autoscalerToV1 } from './conversion.ts';
import { setAutoscalerDefaults } from './defaults.ts';
import { validateAutoscaler, validateAutoscalerUpdate, validateNewAutoscaler } from './validation.ts';

/** Stored as autoscaling/v2; v1 shows what it has no fields for in annotations. */
export const horizontalPodAutoscaler: Kind = defineKind<HorizontalPodAutoscaler>({
  resource: horizontalPodAutoscalers,
  schema: builtIn('V2HorizontalPodAutoscaler'),
  shortNames: ['hpa'],
  categories: ['all'],
  alsoServedAs: [
    {
      resource: horizontalPodAutoscalersV1,
      schema: builtIn('V1HorizontalPodAutoscaler'),
      shortNames: ['hpa'],
      columns: autoscalerV1Columns,
      conversion: {
        fromStored: (objects) => objects.map((object) => autoscalerToV1(object)),
        toStored: (drafts) => drafts.map((draft) => autoscalerFromV1(draft)),
      },
    },
  ],
  setDefaults: setAutoscalerDefaults,
  prepareForCreate(draft) {
    draft.status = { currentMetrics: [], desiredReplicas: 0 };
  },
  validate: validateAutoscaler,
  warnings: () => ['autoscalers are stored, but nothing scales by them yet: there are no metrics of pods'],
  validateCreate: validateNewAutoscaler,
  validateUpdate: validateAutoscalerUpdate,
  status: {
    validateUpdate: ({ status }) =>
      (['currentReplicas', 'desiredReplicas'] as const).flatMap((name) =>
        nonNegative(status?.[name], field('status', name)),
      ),
  },
  columns: autoscalerColumns,
});
