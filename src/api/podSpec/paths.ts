import { type FieldError, type FieldPath, invalid } from '../fields/fieldErrors.ts';

/** No `..` in a path (core validation `validatePathNoBacksteps`). */
export function withoutBacksteps(value: string, path: FieldPath): FieldError[] {
  return value.split('/').includes('..') ? [invalid(path, value, "must not contain '..'")] : [];
}

/** A relative path that stays below where it starts. */
export function localDescendingPath(value: string, path: FieldPath): FieldError[] {
  const errors = value.startsWith('/') ? [invalid(path, value, 'must be a relative path')] : [];
  return [...errors, ...withoutBacksteps(value, path)];
}

/** As above; names that start with two dots are kept for the files of the agent itself. */
export function localNonReservedPath(value: string, path: FieldPath): FieldError[] {
  const errors = localDescendingPath(value, path);
  if (value.startsWith('..') && !value.startsWith('../')) {
    errors.push(invalid(path, value, "must not start with '..'"));
  }
  return errors;
}
