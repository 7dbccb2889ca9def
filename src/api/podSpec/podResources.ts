import {
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  notSupported,
} from '../fields/fieldErrors.ts';
import { each } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';
import { compareQuantities, formatQuantity } from '../quantity.ts';
import type { PodSpec } from '../types.ts';
import { amountsOf, containerRequests } from './containerRequests.ts';
import { validateResources } from './resources.ts';

const NAMES = ['cpu', 'hugepages-', 'memory'];

/** Whether a pod as a whole may have an amount of it. */
export function isPodResource(name: string): boolean {
  return NAMES.some((known) => name === known || (known.endsWith('-') && name.startsWith(known)));
}

/** Resources of the pod as a whole, and whether its containers' fit into them (KEP-2837). */
export function validatePodResources(spec: Unchecked<PodSpec>, path: FieldPath): FieldError[] {
  const { resources } = spec;
  if (resources === undefined) return [];
  const at = path.child('resources');
  const errors = validateResources(resources, at);
  if ((resources.claims ?? []).length > 0) {
    errors.push(forbiddenField(at.child('claims'), 'claims may not be set for Resources at pod-level'));
  }
  if (spec.os?.name === 'windows') {
    errors.push(forbiddenField(at, 'may not be set for a windows pod'));
  }
  for (const list of ['limits', 'requests'] as const) {
    for (const name of Object.keys(resources[list] ?? {})) {
      if (isPodResource(name)) continue;
      errors.push(notSupported(at.child(list).key(name), name, NAMES));
    }
  }
  return errors.length > 0
    ? errors
    : [...validateRequests(spec, at.child('requests')), ...validateLimits(spec, path.child('containers'))];
}

function validateRequests(spec: Unchecked<PodSpec>, path: FieldPath): FieldError[] {
  const all = containerRequests(spec);
  return [...amountsOf(spec.resources?.requests)].flatMap(([name, request]) => {
    const sum = all.get(name);
    if (sum === undefined || compareQuantities(sum, request) <= 0) return [];
    const why = `must be greater than or equal to aggregate container requests of ${formatQuantity(sum)}`;
    return [invalid(path.key(name), formatQuantity(request), why)];
  });
}

function validateLimits(spec: Unchecked<PodSpec>, path: FieldPath): FieldError[] {
  const most = amountsOf(spec.resources?.limits);
  return each(spec.containers, path, (container, at) =>
    [...amountsOf(container.resources?.limits)].flatMap(([name, limit]) => {
      const whole = most.get(name);
      if (whole === undefined || compareQuantities(limit, whole) <= 0) return [];
      const why = `must be less than or equal to pod limits of ${formatQuantity(whole)}`;
      return [invalid(at.child('resources', 'limits').key(name), formatQuantity(limit), why)];
    }),
  );
}
