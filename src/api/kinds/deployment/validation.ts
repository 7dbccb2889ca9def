import {
  type FieldError,
  field,
  type FieldPath,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import type { Deployment } from '../../types.ts';
import { intOrPercent, notMoreThanAll } from '../../fields/intOrPercent.ts';
import { nonNegative } from '../../metadata/metadata.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { validateReplicaCounts, validateWorkload } from '../../podSpec/workload.ts';

type Spec = Unchecked<Deployment['spec']>;

/** apps validation `ValidateDeploymentSpec`. */
export function validateDeployment(object: { readonly spec?: Spec }): FieldError[] {
  const spec = object.spec ?? {};
  const path = field('spec');
  const errors = [
    ...validateWorkload(spec, 'Deployment', path),
    ...validateStrategy(spec.strategy ?? {}, path.child('strategy')),
    ...nonNegative(spec.revisionHistoryLimit, path.child('revisionHistoryLimit')),
  ];
  const deadline = spec.progressDeadlineSeconds;
  if (deadline !== undefined) {
    const at = path.child('progressDeadlineSeconds');
    errors.push(...nonNegative(deadline, at));
    if (deadline <= (spec.minReadySeconds ?? 0)) {
      errors.push(invalid(at, deadline, 'must be greater than minReadySeconds'));
    }
  }
  return errors;
}

export function validateDeploymentStatus(object: Deployment, old: Deployment): FieldError[] {
  const path = field('status');
  const status = object.status ?? {};
  const errors = [
    ...validateReplicaCounts(status, path),
    ...nonNegative(status.updatedReplicas, path.child('updatedReplicas')),
    ...nonNegative(status.unavailableReplicas, path.child('unavailableReplicas')),
  ];
  if ((status.updatedReplicas ?? 0) > (status.replicas ?? 0)) {
    errors.push(
      invalid(
        path.child('updatedReplicas'),
        status.updatedReplicas,
        'cannot be greater than status.replicas',
      ),
    );
  }
  if ((status.collisionCount ?? 0) < (old.status?.collisionCount ?? 0)) {
    errors.push(invalid(path.child('collisionCount'), status.collisionCount ?? 0, 'cannot be decremented'));
  }
  return errors;
}

function validateStrategy(strategy: NonNullable<Spec['strategy']>, path: FieldPath): FieldError[] {
  const rolling = path.child('rollingUpdate');
  switch (strategy.type) {
    case 'Recreate':
      return strategy.rollingUpdate === undefined
        ? []
        : [forbiddenField(rolling, "may not be specified when strategy `type` is 'Recreate'")];
    case 'RollingUpdate':
      return strategy.rollingUpdate === undefined
        ? [required(rolling, 'this should be defaulted and never be nil')]
        : validateRollingUpdate(strategy.rollingUpdate, rolling);
    default:
      return [notSupported(path.child('type'), strategy.type ?? '', ['Recreate', 'RollingUpdate'])];
  }
}

function validateRollingUpdate(
  {
    maxUnavailable = 0,
    maxSurge = 0,
  }: Unchecked<{ maxUnavailable?: string | number; maxSurge?: string | number }>,
  path: FieldPath,
): FieldError[] {
  const errors = [
    ...intOrPercent(maxUnavailable, path.child('maxUnavailable')),
    ...intOrPercent(maxSurge, path.child('maxSurge')),
  ];
  if (isNothing(maxUnavailable) && isNothing(maxSurge)) {
    errors.push(invalid(path.child('maxUnavailable'), maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  errors.push(...notMoreThanAll(maxUnavailable, path.child('maxUnavailable')));
  return errors;
}

const isNothing = (value: string | number): boolean =>
  typeof value === 'number' ? value === 0 : Number.parseInt(value, 10) === 0;
