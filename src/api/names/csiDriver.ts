import { type FieldError, type FieldPath, required, tooLong } from '../fields/fieldErrors.ts';
import { conforms } from '../fields/rules.ts';
import { dns1123SubdomainErrors } from './names.ts';

const MAX_LENGTH = 63;

/** The name of a storage driver (core validation `ValidateCSIDriverName`). */
export function csiDriverNameErrors(name: string | undefined, path: FieldPath): FieldError[] {
  if (name === undefined || name === '') return [required(path)];
  return [
    ...(name.length > MAX_LENGTH ? [tooLong(path, MAX_LENGTH)] : []),
    ...conforms(dns1123SubdomainErrors, name.toLowerCase(), path),
  ];
}
