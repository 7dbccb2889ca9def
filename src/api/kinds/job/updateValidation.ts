import { equal } from '../../fields/equal.ts';
import { type FieldError, field, type FieldPath, invalid, invalidWhole } from '../../fields/fieldErrors.ts';
import { draftOf } from '../../meta.ts';
import { immutableField, nonNegative } from '../../metadata/metadata.ts';
import type { Job, PodTemplateSpec } from '../../types.ts';

const IMMUTABLE = [
  'selector',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
] as const;

/** batch validation `ValidateJobUpdate`. */
export function validateJobUpdate(object: Job, old: Job): FieldError[] {
  const path = field('spec');
  const { spec } = object;
  return [
    ...validateCompletions(object, old, path.child('completions')),
    ...validateTemplate(object, old, path.child('template')),
    ...IMMUTABLE.flatMap((name) => immutableField(spec[name], old.spec[name], path.child(name))),
  ];
}

/** An indexed Job may grow and shrink, its completions together with its parallelism. */
function validateCompletions(object: Job, old: Job, path: FieldPath): FieldError[] {
  const { completionMode, completions, parallelism } = object.spec;
  if (completionMode !== 'Indexed') return immutableField(completions, old.spec.completions, path);
  if (completions === old.spec.completions) return [];
  if (completions === undefined || completions !== parallelism) {
    return [invalid(path, completions, `can only be modified in tandem with spec.parallelism`)];
  }
  return [];
}

/** While a Job is suspended and has not run, a queue may say where its pods are to run (KEP-2926). */
function validateTemplate(object: Job, old: Job, path: FieldPath): FieldError[] {
  if (old.spec.suspend !== true || old.status?.startTime !== undefined) {
    return immutableField(object.spec.template, old.spec.template, path);
  }
  return equal(withoutDirectives(object.spec.template), withoutDirectives(old.spec.template))
    ? []
    : immutableField(object.spec.template, old.spec.template, path);
}

function withoutDirectives(template: PodTemplateSpec): unknown {
  const copy = draftOf({ ...template } as never) as unknown as {
    metadata?: { labels?: unknown; annotations?: unknown };
    spec?: {
      nodeSelector?: unknown;
      tolerations?: unknown;
      schedulingGates?: unknown;
      affinity?: { nodeAffinity?: unknown };
      containers?: { resources?: unknown }[];
      initContainers?: { resources?: unknown }[];
    };
  };
  delete copy.metadata?.labels;
  delete copy.metadata?.annotations;
  const { spec } = copy;
  if (spec === undefined) return copy;
  delete spec.nodeSelector;
  delete spec.tolerations;
  delete spec.schedulingGates;
  delete spec.affinity?.nodeAffinity;
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])])
    delete container.resources;
  return copy;
}

/** batch validation `ValidateJobUpdateStatus`: counts that can be, and ends that stay. */
export function validateJobStatus(object: Job, old: Job): FieldError[] {
  const status: NonNullable<Job['status']> = object.status ?? {};
  const path = field('status');
  const errors = (['active', 'succeeded', 'failed', 'terminating', 'ready'] as const).flatMap((name) =>
    nonNegative(status[name], path.child(name)),
  );
  const { active = 0, ready = 0 } = status;
  if (ready > active)
    errors.push(invalid(path.child('ready'), ready, 'cannot set more ready pods than active'));
  return [...errors, ...validateEnds(object, old, path), ...validateCompletionTime(object, path)];
}

/**
 * Checks the status for states that exclude each other, and for changes that are not allowed (batch validation
 * `validateJobStatus`, `ValidateJobStatusUpdate`).
 */
const EXCLUSIVE = [
  ['Complete', 'Failed', 'cannot set Complete=True and Failed=true conditions'],
  ['Complete', 'FailureTarget', 'cannot set Complete=True and FailureTarget=true conditions'],
  ['SuccessCriteriaMet', 'Failed', 'cannot set SuccessCriteriaMet=True and Failed=true conditions'],
  [
    'SuccessCriteriaMet',
    'FailureTarget',
    'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
  ],
] as const;
const LASTING = [
  ['Failed', 'cannot disable the terminal Failed=True condition'],
  ['Complete', 'cannot disable the terminal Complete=True condition'],
  ['FailureTarget', 'cannot disable the terminal FailureTarget=True condition'],
  ['SuccessCriteriaMet', 'cannot disable the SuccessCriteriaMet=True condition'],
] as const;

function validateEnds(object: Job, old: Job, path: FieldPath): FieldError[] {
  const says: string[] = [
    ...EXCLUSIVE.flatMap(([one, other, text]) =>
      isTrue(object, one) && isTrue(object, other) ? [text] : [],
    ),
    ...LASTING.flatMap(([type, text]) => (isTrue(old, type) && !isTrue(object, type) ? [text] : [])),
  ];
  if (isTrue(old, 'Complete') && !isTrue(old, 'SuccessCriteriaMet') && isTrue(object, 'SuccessCriteriaMet')) {
    says.push('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions');
  }
  const { successPolicy } = object.spec;
  if (successPolicy !== undefined && !isTrue(object, 'SuccessCriteriaMet') && isTrue(object, 'Complete')) {
    says.push('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True');
  }
  return says.map((text) => invalidWhole(path.child('conditions'), text));
}

function isTrue({ status }: Job, type: string): boolean {
  return status?.conditions?.some((one) => one.type === type && one.status === 'True') === true;
}

function validateCompletionTime(object: Job, path: FieldPath): FieldError[] {
  const { completionTime } = object.status ?? {};
  if (completionTime === undefined || isTrue(object, 'Complete')) return [];
  const what = 'cannot set completionTime when there is no Complete=True condition';
  return [invalid(path.child('completionTime'), completionTime, what)];
}
