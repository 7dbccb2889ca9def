import { parseSchedule, ScheduleError } from '../../cron/schedule.ts';
import { isTimeZone } from '../../cron/wallClock.ts';
import {
  type FieldError,
  field,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import { oneOf } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { nonNegative } from '../../metadata/metadata.ts';
import type { CronJob } from '../../types.ts';
import { validateJobSpec } from '../job/validation.ts';

type Spec = Unchecked<CronJob['spec']>;

/** The name of a Job is the CronJob's with eleven characters more, and at most 63 long. */
const MAX_NAME = 52;
const POLICIES = ['Allow', 'Forbid', 'Replace'];
const ZONE_IN_SCHEDULE = /TZ/;

/** batch validation `ValidateCronJobCreate`. */
export function validateCronJob(object: CronJob): FieldError[] {
  const spec: Spec = (object as { readonly spec?: Spec }).spec ?? {};
  const path = field('spec');
  const errors = [
    ...validateSchedule(spec, path),
    ...nonNegative(spec.startingDeadlineSeconds, path.child('startingDeadlineSeconds')),
    ...oneOf(spec.concurrencyPolicy, POLICIES, path.child('concurrencyPolicy')),
    ...validateJobTemplate(spec.jobTemplate, path.child('jobTemplate', 'spec')),
    ...nonNegative(spec.successfulJobsHistoryLimit, path.child('successfulJobsHistoryLimit')),
    ...nonNegative(spec.failedJobsHistoryLimit, path.child('failedJobsHistoryLimit')),
  ];
  const { name } = object.metadata as { readonly name?: string };
  if ((name ?? '').length > MAX_NAME) {
    errors.push(invalid(field('metadata', 'name'), name, `must be no more than ${MAX_NAME} characters`));
  }
  return errors;
}

function validateSchedule({ schedule = '', timeZone }: Spec, path: FieldPath): FieldError[] {
  const at = path.child('schedule');
  const errors = schedule === '' ? [required(at)] : [];
  if (schedule !== '') {
    try {
      parseSchedule(schedule);
    } catch (error) {
      if (!(error instanceof ScheduleError)) throw error;
      errors.push(invalid(at, schedule, error.message));
    }
    if (ZONE_IN_SCHEDULE.test(schedule)) {
      errors.push(invalid(at, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
    }
  }
  if (timeZone === undefined) return errors;
  const zone = path.child('timeZone');
  if (timeZone === '') {
    errors.push(invalid(zone, timeZone, 'timeZone must be nil or non-empty string'));
  } else if (timeZone.toLowerCase() === 'local') {
    const what = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    errors.push(invalid(zone, timeZone, what));
  } else if (!isTimeZone(timeZone)) {
    errors.push(invalid(zone, timeZone, `unknown time zone ${timeZone}`));
  }
  return errors;
}

/** batch validation `ValidateJobTemplateSpec`: what a Job gets by itself, a template may not have. */
function validateJobTemplate(template: Spec['jobTemplate'], path: FieldPath): FieldError[] {
  const spec = template?.spec ?? {};
  const errors = validateJobSpec(spec, path);
  if (spec.selector !== undefined) {
    errors.push(invalid(path.child('selector'), spec.selector, '`selector` will be auto-generated'));
  }
  if (spec.manualSelector === true) {
    errors.push(notSupported(path.child('manualSelector'), true, ['nil', 'false']));
  }
  return errors;
}
