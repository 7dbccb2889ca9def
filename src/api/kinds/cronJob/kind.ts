import {
  age,
  ageColumn,
  column,
  containerColumns,
  nameColumn,
  NONE,
  orNone,
  wideColumn,
} from '../../columns.ts';
import type { Incomplete, Unchecked } from '../../fields/unchecked.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { formatLabelSelector } from '../../labels.ts';
import type { LabelSelector } from '../../meta.ts';
import { setPodTemplateDefaults } from '../../podSpec/defaults.ts';
import { cronJobs } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { CronJob, Job } from '../../types.ts';
import { validateCronJob } from './validation.ts';
import { cronJobWarnings } from './warnings.ts';

export const cronJob: Kind = defineKind<CronJob>({
  resource: cronJobs,
  schema: builtIn('V1CronJob'),
  shortNames: ['cj'],
  categories: ['all'],
  hasGeneration: true,
  /** batch/v1 `SetDefaults_CronJob`; a Job gets its own defaults when it is made. */
  setDefaults(draft) {
    const incomplete: { spec?: Incomplete<CronJob['spec']> } = draft;
    const spec = (incomplete.spec ??= {});
    if (!spec.concurrencyPolicy) spec.concurrencyPolicy = 'Allow';
    spec.suspend ??= false;
    spec.successfulJobsHistoryLimit ??= 3;
    spec.failedJobsHistoryLimit ??= 1;
    const template = spec.jobTemplate?.spec?.template;
    if (template !== undefined) setPodTemplateDefaults(template);
  },
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate: validateCronJob,
  warnings: cronJobWarnings,
  status: {},
  columns: [
    nameColumn,
    column(
      'Schedule',
      'string',
      'When Jobs are made.',
      (o) => (o.spec as Partial<typeof o.spec>).schedule ?? '',
    ),
    column('Timezone', 'string', 'Time zone of the schedule.', (o) => orNone(o.spec.timeZone)),
    column('Suspend', 'boolean', 'Whether no Jobs are made now.', (o) =>
      o.spec.suspend === true ? 'True' : 'False',
    ),
    column('Active', 'integer', 'Jobs that run.', (o) => o.status?.active?.length ?? 0),
    column('Last Schedule', 'string', 'Time since a Job was last made.', (o, now) =>
      o.status?.lastScheduleTime === undefined ? NONE : age(o.status.lastScheduleTime, now),
    ),
    ageColumn,
    ...containerColumns<CronJob>((o) => jobOf(o)?.template?.spec?.containers ?? []),
    wideColumn('Selector', 'string', 'Which pods are its Jobs’ own.', (o) =>
      formatLabelSelector(jobOf(o)?.selector as LabelSelector | undefined),
    ),
  ],
});

const jobOf = ({ spec }: CronJob): Unchecked<Job['spec']> | undefined =>
  (spec as Unchecked<CronJob['spec']>).jobTemplate?.spec;
