import { isRecord } from '../../../base/isRecord.ts';
import { builtIn } from '../builtIn/builtIn.ts';

const SCHEMA = builtIn('V1JSONSchemaProps');

/**
 * Brings the schemas below a schema into the form that decoding gives the schema itself, in place: the official model says
 * of `items` and `additionalProperties` only that there is something. Says what is of a wrong type, in the words of Go's
 * decoder. Idempotent.
 */
export function conformNested(schema: unknown): string | undefined {
  if (!isRecord(schema)) return undefined;
  let problem: string | undefined;
  const nested = (value: unknown): void => {
    problem ??= SCHEMA.conform(value).typeError ?? conformNested(value);
  };
  for (const keyword of ['items', 'additionalProperties', 'additionalItems']) {
    const value = schema[keyword];
    if (value === undefined) continue;
    if (keyword === 'items' && Array.isArray(value)) value.forEach(nested);
    else if (keyword === 'items' || typeof value !== 'boolean') nested(value);
  }
  for (const keyword of ['properties', 'patternProperties', 'definitions', 'dependencies']) {
    const values = schema[keyword];
    if (isRecord(values)) for (const value of Object.values(values)) problem ??= conformNested(value);
  }
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const values = schema[keyword];
    if (Array.isArray(values)) for (const value of values) problem ??= conformNested(value);
  }
  return problem ?? conformNested(schema.not);
}
