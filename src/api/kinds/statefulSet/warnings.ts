import { field } from '../../fields/fieldErrors.ts';
import { claimWarnings } from '../../podSpec/warnings/volumes.ts';
import { workloadWarnings } from '../../podSpec/warnings/workload.ts';
import type { StatefulSet } from '../../types.ts';

/** apps/statefulset strategy `WarningsOnCreate` and `WarningsOnUpdate`. */
export function statefulSetWarnings(object: StatefulSet, old: StatefulSet | undefined): string[] {
  const path = field('spec');
  const { volumeClaimTemplates = [], revisionHistoryLimit = 0 } = object.spec;
  return [
    ...workloadWarnings(object, old),
    ...volumeClaimTemplates.flatMap(({ spec }, i) =>
      claimWarnings(spec ?? {}, path.child('volumeClaimTemplates').index(i).child('Spec')),
    ),
    ...(revisionHistoryLimit < 0
      ? [
          `${path.child('revisionHistoryLimit').toString()}: a negative value retains all historical revisions; a value >= 0 is recommended`,
        ]
      : []),
  ];
}
