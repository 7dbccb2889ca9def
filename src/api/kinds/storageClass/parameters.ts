import { type FieldError, type FieldPath, invalid, required, tooLong } from '../../fields/fieldErrors.ts';
import { conforms } from '../../fields/rules.ts';
import { qualifiedNameErrors } from '../../names/names.ts';

const MAX_BYTES = 256 * 1024;
const MAX_COUNT = 512;

/** The provisioner: a qualified name in any case (storage validation `validateProvisioner`). */
export function validateProvisioner(name: string | undefined, path: FieldPath): FieldError[] {
  return name === undefined || name === ''
    ? [required(path)]
    : conforms(qualifiedNameErrors, name.toLowerCase(), path);
}

/** The parameters of classes for the provisioner (storage validation `validateParameters`). */
export function validateParameters(
  parameters: Readonly<Record<string, string | undefined>> | undefined,
  path: FieldPath,
  needed = false,
): FieldError[] {
  const entries = Object.entries(parameters ?? {});
  if (entries.length > MAX_COUNT) return [tooLong(path, MAX_COUNT)];
  const errors: FieldError[] = entries
    .filter(([key]) => key === '')
    .map(([key]) => invalid(path, key, 'field can not be empty.'));
  if (bytesOf(entries) > MAX_BYTES) errors.push(tooLong(path, MAX_BYTES));
  if (needed && entries.length === 0) errors.push(required(path, 'must contain at least one key/value pair'));
  return errors;
}

/** How long keys and values are together, in UTF-8. */
export function bytesOf(entries: readonly (readonly [string, string | undefined])[]): number {
  return entries.reduce(
    (sum, [key, value = '']) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
}
