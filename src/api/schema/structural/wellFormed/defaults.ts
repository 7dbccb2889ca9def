import { isRecord } from '../../../../base/isRecord.ts';
import { cloneJson } from '../../../clone.ts';
import { type FieldError, type FieldPath, invalid } from '../../../fields/fieldErrors.ts';
import { conformTo } from '../conform.ts';
import { type JsonSchema, nodeOf, OBJECT_FIELDS } from '../node.ts';
import { ABSENT } from '../values/absent.ts';
import { embeddedErrors } from '../values/embedded.ts';
import { compileValidator } from '../values/validator.ts';
import { entriesOf } from './structural.ts';

/**
 * Defaults are values of their schema and have no unknown fields (apiextensions `schema/defaulting/validation.go`). The
 * schema is structural.
 */
export function defaultErrors(schema: JsonSchema, path: FieldPath, isObject = true): FieldError[] {
  const errors = schema.default === undefined ? [] : ownErrors(schema, path.child('default'));
  const { items, properties } = schema;
  if (isRecord(items)) errors.push(...defaultErrors(items, path.child('items'), false));
  const hasObjectFields = isObject || schema['x-kubernetes-embedded-resource'] === true;
  for (const [name, property] of entriesOf(properties)) {
    // Upstream does not check defaults inside apiVersion, kind and metadata, which need an object around them.
    if (hasObjectFields && OBJECT_FIELDS.has(name)) continue;
    errors.push(...defaultErrors(property, path.child('properties').key(name), false));
  }
  return errors;
}

function ownErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  const value = schema.default;
  const errors: FieldError[] = [];
  const { unknown } = conformTo(nodeOf({ properties: { value: schema } }))({ value: cloneJson(value) });
  if (unknown.length > 0) errors.push(invalid(path, value, 'must not have unknown fields'));
  const embedded = embeddedErrors(schema, value, path);
  if (embedded.length > 0) return [...errors, ...embedded];
  const outcome = compileValidator(schema)(value, ABSENT, '');
  const prefix = path.toString();
  return [
    ...errors,
    ...outcome.errors.map((error) => ({
      ...error,
      field: error.field === '' || error.field === '<nil>' ? prefix : `${prefix}.${error.field}`,
    })),
  ];
}
