import { isRecord } from '../../../../base/isRecord.ts';
import { type FieldError, FieldPath, invalid, required } from '../../../fields/fieldErrors.ts';
import { validateMetadata } from '../../../metadata/metadata.ts';
import { dns1035LabelErrors } from '../../../names/names.ts';
import type { JsonSchema } from '../node.ts';

/**
 * Objects within an object say what they are, and have metadata like all objects (apiextensions
 * `schema/objectmeta/validation.go`).
 */
export function embeddedErrors(schema: JsonSchema, value: unknown, path = new FieldPath()): FieldError[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return isRecord(items) ? value.flatMap((item, at) => embeddedErrors(items, item, path.index(at))) : [];
  }
  if (!isRecord(value)) return [];
  const own = schema['x-kubernetes-embedded-resource'] === true ? objectErrors(value, path) : [];
  const { properties = {}, additionalProperties } = schema;
  const below = Object.entries(value).flatMap(([key, one]) => {
    if (typeof one !== 'object') return [];
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property !== undefined) return embeddedErrors(property, one, path.child(key));
    return isRecord(additionalProperties) ? embeddedErrors(additionalProperties, one, path.key(key)) : [];
  });
  return [...own, ...below];
}

/** Whether anything of a schema is an object within the object: most have none. */
export function hasEmbedded(schema: JsonSchema): boolean {
  const { items, properties = {}, additionalProperties } = schema;
  return (
    schema['x-kubernetes-embedded-resource'] === true ||
    (isRecord(items) && hasEmbedded(items)) ||
    (isRecord(additionalProperties) && hasEmbedded(additionalProperties)) ||
    Object.values(properties).some(hasEmbedded)
  );
}

function objectErrors(value: Readonly<Record<string, unknown>>, path: FieldPath): FieldError[] {
  const { apiVersion = '', kind = '', metadata } = value;
  const errors: FieldError[] = [];
  if (typeof apiVersion !== 'string') {
    errors.push(invalid(path.child('apiVersion'), apiVersion, 'must be a string'));
  } else if (apiVersion === '') errors.push(required(path.child('apiVersion')));
  else if (apiVersion.split('/').length > 2) {
    errors.push(
      invalid(path.child('apiVersion'), apiVersion, `unexpected GroupVersion string: ${apiVersion}`),
    );
  }
  if (typeof kind !== 'string') errors.push(invalid(path.child('kind'), kind, 'must be a string'));
  else if (kind === '') errors.push(required(path.child('kind')));
  else {
    const problems = dns1035LabelErrors(kind.toLowerCase());
    if (problems.length > 0) {
      errors.push(
        invalid(
          path.child('kind'),
          kind,
          `may have mixed case, but should otherwise match: ${problems.join(',')}`,
        ),
      );
    }
  }
  return isRecord(metadata) ? [...errors, ...metadataErrors(metadata, path)] : errors;
}

/** The errors of an embedded object's metadata. Its name and its namespace are optional. */
function metadataErrors(metadata: Readonly<Record<string, unknown>>, path: FieldPath): FieldError[] {
  const { name, namespace } = metadata;
  const whole = { ...metadata, name: typeof name === 'string' && name !== '' ? name : 'fakename' };
  const namespaced = typeof namespace === 'string' && namespace !== '';
  const resource = { group: '', version: '', plural: '', kind: '', namespaced };
  return validateMetadata({ metadata: whole }, { resource, nameRule: 'pathSegment' }).map((error) => ({
    ...error,
    field: path.toString() === '' ? error.field : `${path.toString()}.${error.field}`,
  }));
}
