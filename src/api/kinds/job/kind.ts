import { ageColumn, column, containerColumns, nameColumn, wideColumn } from '../../columns.ts';
import { humanDuration } from '../../humanDuration.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { formatLabelSelector } from '../../labels.ts';
import { jobs } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { Job } from '../../types.ts';
import { setJobDefaults } from './defaults.ts';
import { generateSelector } from './selector.ts';
import { validateJobStatus, validateJobUpdate } from './updateValidation.ts';
import { validateJob } from './validation.ts';
import { jobWarnings } from './warnings.ts';

export const job: Kind = defineKind<Job>({
  resource: jobs,
  schema: builtIn('V1Job'),
  categories: ['all'],
  hasGeneration: true,
  setDefaults: setJobDefaults,
  prepareForCreate(draft) {
    generateSelector(draft);
    draft.status = {};
  },
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  status: { validateUpdate: validateJobStatus },
  selectableFields: (object) => ({ 'status.successful': String(object.status?.succeeded ?? 0) }),
  warnings: jobWarnings,
  columns: [
    nameColumn,
    column('Status', 'string', 'What the Job is at.', statusOf),
    column('Completions', 'string', 'Pods that have succeeded, of those that must.', completionsOf),
    column('Duration', 'string', 'How long the Job has run.', durationOf),
    ageColumn,
    ...containerColumns<Job>((o) => o.spec.template.spec?.containers ?? []),
    wideColumn('Selector', 'string', 'Which pods are its own.', (o) => formatLabelSelector(o.spec.selector)),
  ],
});

function statusOf(object: Job): string {
  const is = (type: string): boolean =>
    object.status?.conditions?.some((one) => one.type === type && one.status === 'True') === true;
  if (is('Complete')) return 'Complete';
  if (is('Failed')) return 'Failed';
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (is('Suspended')) return 'Suspended';
  if (is('FailureTarget')) return 'FailureTarget';
  return is('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function completionsOf({ spec, status }: Job): string {
  const done = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${done}/${spec.completions}`;
  const parallelism = spec.parallelism ?? 0;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function durationOf({ status }: Job, now: number): string {
  if (status?.startTime === undefined) return '';
  const end = status.completionTime === undefined ? now : Date.parse(status.completionTime);
  return humanDuration(end - Date.parse(status.startTime));
}
