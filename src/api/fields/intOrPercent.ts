import { type FieldError, type FieldPath, invalid } from './fieldErrors.ts';
import { percentOf, type IntOrString } from '../intOrString.ts';
import { nonNegative } from '../metadata/metadata.ts';
import { percentErrors } from '../names/names.ts';

/** apps validation `ValidatePositiveIntOrPercent`. */
export function intOrPercent(value: IntOrString, path: FieldPath): FieldError[] {
  return typeof value === 'string'
    ? percentErrors(value).map((text) => invalid(path, value, text))
    : nonNegative(value, path);
}

/** apps validation `IsNotMoreThan100Percent`. */
export function notMoreThanAll(value: IntOrString, path: FieldPath): FieldError[] {
  return (percentOf(value) ?? 0) > 100 ? [invalid(path, value, 'must not be greater than 100%')] : [];
}
