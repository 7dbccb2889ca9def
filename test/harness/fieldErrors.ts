import type { FieldError } from '../../src/api/fields/fieldErrors.ts';

/** Field errors as upstream's messages show them: `path: text`. */
export function asLines(errors: readonly FieldError[]): string[] {
  return errors.map((error) => `${error.field}: ${error.message}`);
}
