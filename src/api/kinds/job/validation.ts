import {
  type FieldError,
  field,
  type FieldPath,
  invalid,
  notSupported,
  required,
  tooLong,
} from '../../fields/fieldErrors.ts';
import { all, conforms, optionalOneOf } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { validateLabelSelector } from '../../metadata/labels.ts';
import { nonNegative } from '../../metadata/metadata.ts';
import { dns1123LabelErrors, qualifiedNameErrors } from '../../names/names.ts';
import { validatePodTemplate } from '../../podSpec/podTemplate.ts';
import { matchesTemplate } from '../../podSpec/workload.ts';
import type { Job } from '../../types.ts';
import { validatePodFailurePolicy } from './podFailurePolicy.ts';
import { validateGeneratedSelector } from './selector.ts';
import { validateSuccessPolicy } from './successPolicy.ts';

export type JobSpec = Unchecked<Job['spec']>;

/** What an indexed Job may do at most, and at most per index with a limit of failures (KEP-3850). */
const MAX_INDEXED_PARALLELISM = 100_000;
const MANY_COMPLETIONS = 100_000;
const MAX_FAILED_OF_MANY = 10_000;
const MAX_PARALLELISM_OF_MANY = 10_000;
const MAX_MANAGED_BY = 63;

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

/** batch validation `ValidateJob`. */
export function validateJob(object: Job): FieldError[] {
  const spec: JobSpec = (object as { readonly spec?: JobSpec }).spec ?? {};
  const path = field('spec');
  return all(
    validateGeneratedSelector(object, spec),
    validateJobSpec(spec, path),
    spec.selector === undefined
      ? [required(path.child('selector'))]
      : validateLabelSelector(spec.selector, path.child('selector')),
    spec.template === undefined ? [] : matchesTemplate(spec.selector, spec.template, path.child('template')),
    validatePodNames(object.metadata.name, spec),
  );
}

/** The name of the last index's pod is its hostname as well. */
function validatePodNames(name: string, spec: JobSpec): FieldError[] {
  const { completionMode, completions = 0 } = spec;
  if (completionMode !== 'Indexed' || completions <= 0) return [];
  const pod = `${name}-${completions - 1}`;
  return dns1123LabelErrors(pod).map((text) =>
    invalid(
      field('metadata', 'name'),
      name,
      `will not able to create pod with invalid DNS name "${pod}": ${text}`,
    ),
  );
}

/** What a Job and a CronJob's template have in common (batch validation `validateJobSpec`). */
export function validateJobSpec(spec: JobSpec, path: FieldPath): FieldError[] {
  return all(
    COUNTS.flatMap((name) => nonNegative(spec[name], path.child(name))),
    validateManagedBy(spec.managedBy, path.child('managedBy')),
    validateIndexed(spec, path),
    spec.podFailurePolicy === undefined ? [] : validatePodFailurePolicy(spec, path.child('podFailurePolicy')),
    validateReplacement(spec, path.child('podReplacementPolicy')),
    validateTemplate(spec, path.child('template')),
  );
}

function validateManagedBy(managedBy: string | undefined, path: FieldPath): FieldError[] {
  if (managedBy === undefined) return [];
  const errors =
    managedBy.includes('/') && conforms(qualifiedNameErrors, managedBy, path).length === 0
      ? []
      : [invalid(path, managedBy, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  return managedBy.length > MAX_MANAGED_BY ? [...errors, tooLong(path, MAX_MANAGED_BY)] : errors;
}

function validateIndexed(spec: JobSpec, path: FieldPath): FieldError[] {
  const { completionMode = 'NonIndexed', completions, parallelism = 0, maxFailedIndexes } = spec;
  const errors = optionalOneOf(completionMode, ['NonIndexed', 'Indexed'], path.child('completionMode'));
  if (completionMode !== 'Indexed') {
    for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy'] as const) {
      if (spec[name] === undefined) continue;
      errors.push(invalid(path.child(name), spec[name], 'requires indexed completion mode'));
    }
    return errors;
  }
  if (completions === undefined) {
    errors.push(required(path.child('completions'), 'when completion mode is Indexed'));
  }
  if (parallelism > MAX_INDEXED_PARALLELISM) {
    const most = `must be less than or equal to ${MAX_INDEXED_PARALLELISM} when completion mode is Indexed`;
    errors.push(invalid(path.child('parallelism'), parallelism, most));
  }
  if (maxFailedIndexes !== undefined) {
    if (maxFailedIndexes > (completions ?? 0)) {
      errors.push(
        invalid(
          path.child('maxFailedIndexes'),
          maxFailedIndexes,
          'must be less than or equal to completions',
        ),
      );
    }
    if (spec.backoffLimitPerIndex === undefined) {
      errors.push(required(path.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified'));
    }
  }
  if (spec.backoffLimitPerIndex !== undefined) errors.push(...validateManyIndexes(spec, path));
  if (spec.successPolicy !== undefined) {
    errors.push(...validateSuccessPolicy(spec, path.child('successPolicy')));
  }
  return errors;
}

/** With a limit per index the status names the indexes that failed: there must not be too many. */
function validateManyIndexes(spec: JobSpec, path: FieldPath): FieldError[] {
  const { completions = 0, parallelism = 0, maxFailedIndexes } = spec;
  if (completions <= MANY_COMPLETIONS) {
    return maxFailedIndexes !== undefined && maxFailedIndexes > MANY_COMPLETIONS
      ? [
          invalid(
            path.child('maxFailedIndexes'),
            maxFailedIndexes,
            `must be less than or equal to ${MANY_COMPLETIONS}`,
          ),
        ]
      : [];
  }
  const errors: FieldError[] = [];
  const with_ = `when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  if (maxFailedIndexes === undefined) {
    const when = `must be specified when completions is above ${MANY_COMPLETIONS}`;
    errors.push(required(path.child('maxFailedIndexes'), when));
  } else if (maxFailedIndexes > MAX_FAILED_OF_MANY) {
    const most = `must be less than or equal to ${MAX_FAILED_OF_MANY} ${with_}`;
    errors.push(invalid(path.child('maxFailedIndexes'), maxFailedIndexes, most));
  }
  if (parallelism > MAX_PARALLELISM_OF_MANY) {
    const most = `must be less than or equal to ${MAX_PARALLELISM_OF_MANY} ${with_}`;
    errors.push(invalid(path.child('parallelism'), parallelism, most));
  }
  return errors;
}

function validateReplacement(spec: JobSpec, path: FieldPath): FieldError[] {
  const policy = spec.podReplacementPolicy;
  if (policy === undefined) return [];
  const allowed = spec.podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  return allowed.includes(policy) ? [] : [notSupported(path, policy, allowed)];
}

function validateTemplate(spec: JobSpec, path: FieldPath): FieldError[] {
  const { template } = spec;
  if (template === undefined) return [required(path)];
  const errors = validatePodTemplate(template, path);
  const policy = template.spec?.restartPolicy;
  const at = path.child('spec', 'restartPolicy');
  if (policy === undefined || policy === '' || policy === 'Always') {
    errors.push(required(at, 'valid values: "OnFailure", "Never"'));
  } else if (policy !== 'OnFailure' && policy !== 'Never') {
    errors.push(notSupported(at, policy, ['OnFailure', 'Never']));
  } else if (policy !== 'Never') {
    for (const name of ['podFailurePolicy', 'backoffLimitPerIndex'] as const) {
      if (spec[name] === undefined) continue;
      errors.push(invalid(at, policy, `only "Never" is supported when ${name} is specified`));
    }
  }
  return errors;
}
