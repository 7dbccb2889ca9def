import {
  type FieldError,
  field,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import { each, optionalOneOf } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { tryParseQuantity } from '../../quantity.ts';
import type { HorizontalPodAutoscaler } from '../../types.ts';
import { validateMetrics } from './metrics.ts';
import { groupErrors, validateReference } from './reference.ts';

type Spec = Unchecked<HorizontalPodAutoscaler['spec']>;
type Rules = NonNullable<NonNullable<Spec['behavior']>['scaleUp']>;
type Policy = NonNullable<Rules['policies']>[number];

const MAX_PERIOD_SECONDS = 1800;
const MAX_WINDOW_SECONDS = 3600;
const SELECT_POLICIES = ['Disabled', 'Max', 'Min'];
const POLICY_TYPES = ['Percent', 'Pods'];

/** autoscaling validation `validateHorizontalPodAutoscalerSpec`. */
export function validateAutoscaler({ spec = {} }: { readonly spec?: Spec }): FieldError[] {
  const path = field('spec');
  const { minReplicas, maxReplicas = 0 } = spec;
  const errors: FieldError[] = [];
  const max = path.child('maxReplicas');
  // Scaling to zero is behind a gate that is closed (HPAScaleToZero).
  if (minReplicas !== undefined && minReplicas < 1) {
    errors.push(invalid(path.child('minReplicas'), minReplicas, 'must be greater than or equal to 1'));
  }
  if (maxReplicas < 1) errors.push(invalid(max, maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalid(max, maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  const behavior = path.child('behavior');
  return [
    ...errors,
    ...validateReference(spec.scaleTargetRef, path.child('scaleTargetRef')),
    ...validateMetrics(spec.metrics, path.child('metrics')),
    ...validateRules(spec.behavior?.scaleUp, behavior.child('scaleUp')),
    ...validateRules(spec.behavior?.scaleDown, behavior.child('scaleDown')),
  ];
}

/** The target must name its group; only ReplicationControllers have none. */
export function validateNewAutoscaler({ spec }: HorizontalPodAutoscaler): FieldError[] {
  const { kind, apiVersion = '' } = spec.scaleTargetRef as Partial<typeof spec.scaleTargetRef>;
  const path = field('spec', 'scaleTargetRef', 'apiVersion');
  return groupErrors(apiVersion, kind === 'ReplicationController').map((text) =>
    invalid(path, apiVersion, text),
  );
}

/** The targets of older autoscalers may stay as they are. */
export function validateAutoscalerUpdate(
  object: HorizontalPodAutoscaler,
  old: HorizontalPodAutoscaler,
): FieldError[] {
  const [now, before] = [object.spec.scaleTargetRef, old.spec.scaleTargetRef];
  const isSame = now.kind === before.kind && (now.apiVersion ?? '') === (before.apiVersion ?? '');
  return isSame ? [] : validateNewAutoscaler(object);
}

function validateRules(rules: Rules | undefined, path: FieldPath): FieldError[] {
  if (rules === undefined) return [];
  const { stabilizationWindowSeconds: window = 0, selectPolicy, policies = [], tolerance } = rules;
  const errors: FieldError[] = [];
  const windowPath = path.child('stabilizationWindowSeconds');
  if (window < 0) errors.push(invalid(windowPath, window, 'must be greater than or equal to zero'));
  if (window > MAX_WINDOW_SECONDS) {
    errors.push(invalid(windowPath, window, `must be less than or equal to ${MAX_WINDOW_SECONDS}`));
  }
  errors.push(...optionalOneOf(selectPolicy, SELECT_POLICIES, path.child('selectPolicy')));
  if (policies.length === 0) {
    errors.push(required(path.child('policies'), 'must specify at least one Policy'));
  }
  errors.push(...each(policies, path.child('policies'), validatePolicy));
  const amount = tolerance === undefined ? undefined : tryParseQuantity(tolerance);
  if (amount !== undefined && amount.nano < 0n) {
    errors.push(invalid(path.child('tolerance'), tolerance, 'must be greater than or equal to 0'));
  }
  return errors;
}

function validatePolicy({ type = '', value = 0, periodSeconds = 0 }: Policy, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!POLICY_TYPES.includes(type)) errors.push(notSupported(at.child('type'), type, POLICY_TYPES));
  if (value <= 0) errors.push(invalid(at.child('value'), value, 'must be greater than zero'));
  const period = at.child('periodSeconds');
  if (periodSeconds <= 0) errors.push(invalid(period, periodSeconds, 'must be greater than zero'));
  if (periodSeconds > MAX_PERIOD_SECONDS) {
    errors.push(invalid(period, periodSeconds, `must be less than or equal to ${MAX_PERIOD_SECONDS}`));
  }
  return errors;
}
