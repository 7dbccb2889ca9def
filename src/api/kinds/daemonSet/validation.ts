import {
  type FieldError,
  field,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import { intOrPercent, notMoreThanAll } from '../../fields/intOrPercent.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { nonNegative } from '../../metadata/metadata.ts';
import { validateWorkload } from '../../podSpec/workload.ts';
import type { DaemonSet } from '../../types.ts';

type Spec = Unchecked<DaemonSet['spec']>;
type Strategy = NonNullable<Spec['updateStrategy']>;

/** apps validation `ValidateDaemonSetSpec`. */
export function validateDaemonSet(object: { readonly spec?: Spec }): FieldError[] {
  const spec = object.spec ?? {};
  const path = field('spec');
  return [
    ...validateWorkload(spec, 'DaemonSet', path),
    ...validateStrategy(spec.updateStrategy ?? {}, path.child('updateStrategy')),
    ...nonNegative(spec.revisionHistoryLimit, path.child('revisionHistoryLimit')),
  ];
}

function validateStrategy({ type, rollingUpdate }: Strategy, path: FieldPath): FieldError[] {
  switch (type) {
    case 'OnDelete':
      return [];
    case 'RollingUpdate':
      return rollingUpdate === undefined
        ? [required(path.child('rollingUpdate'))]
        : validateRollingUpdate(rollingUpdate, path.child('rollingUpdate'));
    default:
      return [notSupported(path.child('type'), type ?? '', ['RollingUpdate', 'OnDelete'])];
  }
}

/** One of the two numbers makes the way for the update, and only one. */
function validateRollingUpdate(
  { maxUnavailable = 0, maxSurge = 0 }: NonNullable<Strategy['rollingUpdate']>,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, value] of Object.entries({ maxUnavailable, maxSurge })) {
    errors.push(...intOrPercent(value, path.child(name)), ...notMoreThanAll(value, path.child(name)));
  }
  const unavailable = !isNothing(maxUnavailable);
  if (unavailable && !isNothing(maxSurge)) {
    errors.push(invalid(path.child('maxSurge'), maxSurge, 'may not be set when maxUnavailable is non-zero'));
  }
  if (!unavailable && isNothing(maxSurge)) {
    errors.push(required(path.child('maxUnavailable'), 'cannot be 0 when maxSurge is 0'));
  }
  return errors;
}

const isNothing = (value: string | number): boolean => Number.parseInt(String(value), 10) === 0;

/** apps validation `ValidateDaemonSetStatusUpdate`. */
export function validateDaemonSetStatus(object: DaemonSet, old: DaemonSet): FieldError[] {
  const status: Partial<NonNullable<DaemonSet['status']>> = object.status ?? {};
  const path = field('status');
  const counts = [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ] as const;
  const errors = counts.flatMap((name) => nonNegative(status[name], path.child(name)));
  if ((status.collisionCount ?? 0) < (old.status?.collisionCount ?? 0)) {
    errors.push(invalid(path.child('collisionCount'), status.collisionCount ?? 0, 'cannot be decremented'));
  }
  return errors;
}
