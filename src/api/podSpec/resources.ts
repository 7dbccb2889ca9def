import { type FieldError, type FieldPath, invalid, required } from '../fields/fieldErrors.ts';
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  QuantityError,
  type Quantity,
} from '../quantity.ts';
import type { ResourceRequirements } from '../types.ts';
import { qualifiedNameErrors } from '../names/names.ts';
import type { Unchecked } from '../fields/unchecked.ts';

const STANDARD = new Set(['cpu', 'memory', 'ephemeral-storage']);
const HUGE_PAGES = 'hugepages-';

type ResourceList = Readonly<Record<string, string | undefined>>;

/** core validation `ValidateResourceRequirements`. */
export function validateResources(
  resources: Unchecked<ResourceRequirements> | undefined,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  const limits = parseAll(resources?.limits, path.child('limits'), errors);
  const requests = parseAll(resources?.requests, path.child('requests'), errors);
  for (const [name, request] of requests) {
    const limit = limits.get(name);
    const shown = formatQuantity(request);
    if (limit === undefined) {
      if (!mayOvercommit(name)) {
        errors.push(required(path.child('limits'), 'Limit must be set for non overcommitable resources'));
      }
    } else if (!mayOvercommit(name) && compareQuantities(request, limit) !== 0) {
      const why = `must be equal to ${name} limit of ${formatQuantity(limit)}`;
      errors.push(invalid(path.child('requests'), shown, why));
    } else if (compareQuantities(request, limit) > 0) {
      const why = `must be less than or equal to ${name} limit of ${formatQuantity(limit)}`;
      errors.push(invalid(path.child('requests'), shown, why));
    }
  }
  // Pages alone keep nothing running.
  const names = [...limits.keys(), ...requests.keys()];
  if (
    names.some((name) => name.startsWith(HUGE_PAGES)) &&
    !names.some((name) => name === 'cpu' || name === 'memory')
  ) {
    errors.push(required(path, 'HugePages require cpu or memory'));
  }
  return errors;
}

/** Only what the system itself shares out can be promised more than once. */
const mayOvercommit = (name: string): boolean => STANDARD.has(name);

function parseAll(
  list: ResourceList | undefined,
  path: FieldPath,
  errors: FieldError[],
): Map<string, Quantity> {
  const parsed = new Map<string, Quantity>();
  for (const [name, text = ''] of Object.entries(list ?? {})) {
    const at = path.key(name);
    errors.push(...validateResourceName(name, at));
    try {
      const quantity = parseQuantity(text);
      parsed.set(name, quantity);
      errors.push(...validateAmount(name, quantity, at));
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
      errors.push(invalid(at, text, error.message));
    }
  }
  return parsed;
}

function validateAmount(name: string, quantity: Quantity, path: FieldPath): FieldError[] {
  if (quantity.nano < 0n) {
    return [invalid(path, formatQuantity(quantity), 'must be greater than or equal to 0')];
  }
  const whole = name.includes('/') && !isNative(name);
  return whole && quantity.nano % 1_000_000_000n !== 0n
    ? [invalid(path, formatQuantity(quantity), 'must be an integer')]
    : [];
}

function validateResourceName(name: string, path: FieldPath): FieldError[] {
  const wrong = qualifiedNameErrors(name);
  if (wrong.length > 0) return wrong.map((text) => invalid(path, name, text));
  if (!name.includes('/')) {
    return STANDARD.has(name) || name.startsWith(HUGE_PAGES)
      ? []
      : [
          invalid(path, name, 'must be a standard resource type or fully qualified'),
          invalid(path, name, 'must be a standard resource for containers'),
        ];
  }
  return isNative(name) || isExtendedResource(name)
    ? []
    : [invalid(path, name, "doesn't follow extended resource name standard")];
}

/** Whether a resource is one that somebody declares in the status of nodes (core helper `IsExtendedResourceName`). */
export function isExtendedResource(name: string): boolean {
  return (
    !isNative(name) && !name.startsWith('requests.') && qualifiedNameErrors(`requests.${name}`).length === 0
  );
}

/** Names of Kubernetes' own: without a prefix, or in its domain. */
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
