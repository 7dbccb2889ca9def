import { isDeepStrictEqual } from 'node:util';
import { type FieldError, field, forbiddenField, invalid, tooLong } from '../../fields/fieldErrors.ts';
import { defineKind, type Kind } from '../../kind.ts';
import { configMaps } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { ConfigMap } from '../../types.ts';
import { configMapKeyErrors } from '../../names/names.ts';
import { ageColumn, column, nameColumn } from '../../columns.ts';

/** Also the bound of a Secret's data (core validation `MaxSecretSize`). */
export const MAX_DATA_BYTES = 1024 * 1024;

export const configMap: Kind = defineKind<ConfigMap>({
  resource: configMaps,
  schema: builtIn('V1ConfigMap'),
  shortNames: ['cm'],
  validate(object) {
    const errors: FieldError[] = [];
    const binaryKeys = new Set(Object.keys(object.binaryData ?? {}));
    let size = 0;
    for (const [key, value] of Object.entries(object.data ?? {})) {
      const path = field('data').key(key);
      errors.push(...configMapKeyErrors(key).map((text) => invalid(path, key, text)));
      if (binaryKeys.has(key)) {
        errors.push(invalid(path, key, 'duplicate of key present in binaryData'));
      }
      size += Buffer.byteLength(value);
    }
    for (const [key, value] of Object.entries(object.binaryData ?? {})) {
      const path = field('binaryData').key(key);
      errors.push(...configMapKeyErrors(key).map((text) => invalid(path, key, text)));
      size += Buffer.byteLength(value, 'base64');
    }
    // The object as a whole has no path; upstream prints an empty index.
    if (size > MAX_DATA_BYTES) errors.push(tooLong(field('[]'), MAX_DATA_BYTES));
    return errors;
  },
  validateUpdate(object, old) {
    if (old.immutable !== true) return [];
    const errors: FieldError[] = [];
    if (object.immutable !== true) {
      errors.push(forbiddenField(field('immutable'), 'field is immutable when `immutable` is set'));
    }
    for (const name of ['data', 'binaryData'] as const) {
      if (!isDeepStrictEqual(object[name] ?? {}, old[name] ?? {})) {
        errors.push(forbiddenField(field(name), 'field is immutable when `immutable` is set'));
      }
    }
    return errors;
  },
  columns: [
    nameColumn,
    column(
      'Data',
      'string',
      'Number of entries, text and binary.',
      (object) => Object.keys(object.data ?? {}).length + Object.keys(object.binaryData ?? {}).length,
    ),
    ageColumn,
  ],
});
