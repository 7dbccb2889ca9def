import { type FieldError, type FieldPath, invalid, notSupported, required } from './fieldErrors.ts';
import { inclusiveRangeError, portNameErrors, portNumberErrors, type StringRule } from '../names/names.ts';

/** The small checks that everything else is made of: each gives field errors, none for a valid value. */
export function conforms(rule: StringRule, value: string, path: FieldPath): FieldError[] {
  return rule(value).map((text) => invalid(path, value, text));
}

/** A text that must be there and conform. */
export function requiredText(rule: StringRule, value: string | undefined, path: FieldPath): FieldError[] {
  return value === undefined || value === '' ? [required(path)] : conforms(rule, value, path);
}

/** A text that must conform where there is one. */
export function optionalText(rule: StringRule, value: string | undefined, path: FieldPath): FieldError[] {
  return value === undefined || value === '' ? [] : conforms(rule, value, path);
}

/** A text that must be there. */
export function present(value: string | undefined, path: FieldPath): FieldError[] {
  return value === undefined || value === '' ? [required(path)] : [];
}

/** One of a closed list, which must be there. */
export function oneOf(value: string | undefined, allowed: readonly string[], path: FieldPath): FieldError[] {
  if (value === undefined || value === '') return [required(path)];
  return allowed.includes(value) ? [] : [notSupported(path, value, allowed)];
}

/** One of a closed list, if there is one. */
export function optionalOneOf(
  value: string | undefined,
  allowed: readonly string[],
  path: FieldPath,
): FieldError[] {
  return value === undefined || allowed.includes(value) ? [] : [notSupported(path, value, allowed)];
}

export function inRange(value: number, low: number, high: number, path: FieldPath): FieldError[] {
  return value >= low && value <= high ? [] : [invalid(path, value, inclusiveRangeError(low, high))];
}

/** A port's number, or the name of a port. */
export function portOrName(value: number | string | undefined, path: FieldPath): FieldError[] {
  return typeof value === 'string'
    ? conforms(portNameErrors, value, path)
    : portNumberErrors(value ?? 0).map((text) => invalid(path, value ?? 0, text));
}

export function portNumber(value: number | undefined, path: FieldPath): FieldError[] {
  return portNumberErrors(value ?? 0).map((text) => invalid(path, value ?? 0, text));
}

/** Checks every element of a list at its own path. */
export function each<T>(
  list: readonly T[] | undefined,
  path: FieldPath,
  check: (item: T, path: FieldPath, index: number) => readonly FieldError[],
): FieldError[] {
  const errors: FieldError[] = [];
  if (list === undefined) return errors;
  for (let i = 0; i < list.length; i++) {
    const found = check(list[i] as T, path.index(i), i);
    if (found.length > 0) errors.push(...found);
  }
  return errors;
}

/**
 * A check that passes over frozen values which it has found right before: what is frozen is so all the way down, and the
 * server gives many objects the same parts. The check must depend on nothing but the value.
 */
export function remembering<T extends object>(
  check: (value: T, path: FieldPath) => FieldError[],
): (value: T, path: FieldPath) => FieldError[] {
  const right = new WeakSet<T>();
  return (value, path) => {
    if (right.has(value)) return [];
    const errors = check(value, path);
    if (errors.length === 0 && Object.isFrozen(value)) right.add(value);
    return errors;
  };
}

/** Several checks' errors as one list. Nearly all are empty, which a loop passes over faster than a spread. */
export function all(...lists: readonly (readonly FieldError[])[]): FieldError[] {
  const errors: FieldError[] = [];
  for (const list of lists) if (list.length > 0) errors.push(...list);
  return errors;
}
