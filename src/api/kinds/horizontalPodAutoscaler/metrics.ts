import {
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../fields/fieldErrors.ts';
import { each, requiredText } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { dns1123LabelErrors, pathSegmentErrors } from '../../names/names.ts';
import { tryParseQuantity } from '../../quantity.ts';
import type { HorizontalPodAutoscaler } from '../../types.ts';
import { groupErrors, validateReference } from './reference.ts';

export type Metric = Unchecked<NonNullable<HorizontalPodAutoscaler['spec']['metrics']>[number]>;
type Target = NonNullable<NonNullable<Metric['resource']>['target']>;

/** Each type of a metric, and the field that says more of it, in the order in which upstream looks at them. */
export const SOURCES = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const;
const TYPES = Object.keys(SOURCES).sort();
const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];
const NO_VALUE = 'must set either a target raw value or a target utilization';
const TWO_VALUES = 'may not set both a target raw value and a target utilization';

export function validateMetrics(metrics: readonly Metric[] | undefined, path: FieldPath): FieldError[] {
  return each(metrics, path, validateMetric);
}

/** autoscaling validation `validateMetricSpec`. */
function validateMetric(metric: Metric, path: FieldPath): FieldError[] {
  const { type = '' } = metric;
  const errors: FieldError[] = [];
  if (type === '') errors.push(required(path.child('type'), 'must specify a metric source type'));
  if (!TYPES.includes(type)) errors.push(notSupported(path.child('type'), type, TYPES));
  const present = Object.values(SOURCES).filter((source) => metric[source] !== undefined);
  const [first] = present;
  if (first !== undefined) errors.push(...validateSource(metric, first, path.child(first)));
  const expected = Object.entries(SOURCES).find(([name]) => name === type)?.[1];
  if (expected === undefined) errors.push(notSupported(path.child('type'), type, TYPES));
  else if (metric[expected] === undefined) {
    errors.push(required(path.child(expected), 'must populate information for the given metric source'));
  }
  if (present.length === 1) return errors;
  const others = present.filter((source) => source !== expected);
  return [
    ...errors,
    ...others.map((source) =>
      forbiddenField(path.child(source), 'must populate the given metric source only'),
    ),
  ];
}

function validateSource(
  metric: Metric,
  source: (typeof SOURCES)[keyof typeof SOURCES],
  path: FieldPath,
): FieldError[] {
  const target = metric[source]?.target ?? {};
  const at = path.child('target');
  const { value, averageValue, averageUtilization } = target;
  switch (source) {
    case 'object': {
      const { describedObject, metric: named } = metric.object ?? {};
      const errors = [
        ...validateReference(describedObject, path.child('describedObject')),
        ...groupErrors(describedObject?.apiVersion ?? '', true).map((text) =>
          invalid(path.child('describedObject', 'apiVersion'), describedObject?.apiVersion, text),
        ),
        ...validateName(named?.name, path),
        ...validateTarget(target, at),
      ];
      if (value !== undefined || averageValue !== undefined) return errors;
      return [
        ...errors,
        required(at.child('averageValue'), 'must set either a target value or averageValue'),
      ];
    }
    case 'external': {
      const errors = [...validateName(metric.external?.metric?.name, path), ...validateTarget(target, at)];
      if (value === undefined && averageValue === undefined) {
        const why = 'must set either a target value for metric or a per-pod target';
        errors.push(required(at.child('averageValue'), why));
      }
      if (value !== undefined && averageValue !== undefined) {
        const why = 'may not set both a target value for metric and a per-pod target';
        errors.push(forbiddenField(at.child('value'), why));
      }
      return errors;
    }
    case 'pods': {
      const errors = [...validateName(metric.pods?.metric?.name, path), ...validateTarget(target, at)];
      if (averageValue !== undefined) return errors;
      return [...errors, required(at.child('averageValue'), 'must specify a positive target averageValue')];
    }
    case 'resource':
    case 'containerResource': {
      const { name = '' } = metric[source] ?? {};
      const errors: FieldError[] = [];
      if (name === '') errors.push(required(path.child('name'), 'must specify a resource name'));
      if (source === 'containerResource') {
        const { container = '' } = metric.containerResource ?? {};
        const here = path.child('container');
        if (container === '') errors.push(required(here, 'must specify a container'));
        else errors.push(...requiredText(dns1123LabelErrors, container, here));
      }
      errors.push(...validateTarget(target, at));
      if (averageUtilization === undefined && averageValue === undefined) {
        errors.push(required(at.child('averageUtilization'), NO_VALUE));
      }
      if (averageUtilization !== undefined && averageValue !== undefined) {
        errors.push(forbiddenField(at.child('averageValue'), TWO_VALUES));
      }
      return errors;
    }
  }
}

function validateName(name: string | undefined, path: FieldPath): FieldError[] {
  const at = path.child('metric', 'name');
  return name === undefined || name === ''
    ? [required(at, 'must specify a metric name')]
    : requiredText(pathSegmentErrors, name, at);
}

function validateTarget(target: Target, path: FieldPath): FieldError[] {
  const { type = '', averageUtilization } = target;
  const errors: FieldError[] = [];
  if (type === '') errors.push(required(path.child('type'), 'must specify a metric target type'));
  if (!TARGET_TYPES.includes(type)) {
    errors.push(invalid(path.child('type'), type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const name of ['value', 'averageValue'] as const) {
    const text = target[name];
    const amount = text === undefined ? undefined : tryParseQuantity(text);
    if (amount !== undefined && amount.nano <= 0n) {
      errors.push(invalid(path.child(name), text, 'must be positive'));
    }
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(invalid(path.child('averageUtilization'), averageUtilization, 'must be greater than 0'));
  }
  return errors;
}
