import { field, type FieldPath } from '../../fields/fieldErrors.ts';
import { podOwnerNameWarnings, podTemplateWarnings } from '../../podSpec/warnings/index.ts';
import type { Job } from '../../types.ts';

/** Beyond both, failed indexes may no longer fit into the status. */
const MANY_COMPLETIONS = 100_000;
const MANY_AT_ONCE = 10_000;

/** batch/job strategy `WarningsOnCreate` and `WarningsOnUpdate`. */
export function jobWarnings(object: Job, old: Job | undefined): string[] {
  const warnings = old === undefined ? podOwnerNameWarnings(object.metadata.name) : [];
  const same = old !== undefined && object.metadata.generation === old.metadata.generation;
  return [...warnings, ...jobSpecWarnings(object.spec, field('spec'), same)];
}

/** batch/job `WarningsForJobSpec`. `sameTemplate`: nobody needs to hear of it again. */
export function jobSpecWarnings(spec: Job['spec'], path: FieldPath, sameTemplate: boolean): string[] {
  const { completionMode, completions = 0, parallelism = 0, template } = spec;
  const tooMany =
    completionMode === 'Indexed' && completions > MANY_COMPLETIONS && parallelism > MANY_AT_ONCE;
  return [
    ...(sameTemplate ? [] : podTemplateWarnings(template, path.child('template'))),
    ...(tooMany
      ? [
          'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail',
        ]
      : []),
  ];
}
