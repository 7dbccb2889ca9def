import { workloadWarnings } from '../../podSpec/warnings/workload.ts';
import type { Job } from '../../types.ts';

/** Beyond both, failed indexes may no longer fit into the status. */
const MANY_COMPLETIONS = 100_000;
const MANY_AT_ONCE = 10_000;

/** batch/job strategy `WarningsOnCreate` and `WarningsOnUpdate`. */
export function jobWarnings(object: Job, old: Job | undefined): string[] {
  const { completionMode, completions = 0, parallelism = 0 } = object.spec;
  const tooMany =
    completionMode === 'Indexed' && completions > MANY_COMPLETIONS && parallelism > MANY_AT_ONCE;
  return [
    ...workloadWarnings(object, old),
    ...(tooMany
      ? [
          'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail',
        ]
      : []),
  ];
}
