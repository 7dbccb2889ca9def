import { field } from '../../fields/fieldErrors.ts';
import { podOwnerNameWarnings } from '../../podSpec/warnings/index.ts';
import type { CronJob } from '../../types.ts';
import { jobSpecWarnings } from '../job/warnings.ts';

/** batch/cronjob strategy `WarningsOnCreate` and `WarningsOnUpdate`. */
export function cronJobWarnings(object: CronJob, old: CronJob | undefined): string[] {
  const path = field('spec');
  const { jobTemplate, schedule } = object.spec;
  const { spec } = jobTemplate;
  const same = old !== undefined && object.metadata.generation === old.metadata.generation;
  return [
    ...(old === undefined ? podOwnerNameWarnings(object.metadata.name) : []),
    ...(same || spec === undefined ? [] : jobSpecWarnings(spec, path.child('jobTemplate', 'spec'), false)),
    ...(schedule.includes('TZ')
      ? [
          `CRON_TZ or TZ used in ${path.child('schedule').toString()} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`,
        ]
      : []),
  ];
}
