import { isRecord } from '../../../../base/isRecord.ts';
import {
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../../fields/fieldErrors.ts';
import { type JsonSchema, OBJECT_FIELDS } from '../node.ts';
import { ruleTextErrors } from './rules.ts';
import { entriesOf, isSchema } from './structural.ts';

/** Where a schema stands in the one that it is part of. */
interface Place {
  readonly isRoot: boolean;
  /** Within apiVersion, kind or metadata. */
  readonly inObjectFields: boolean;
  /** Why there may be no default; undefined where there may be one. */
  readonly noDefault: string | undefined;
}

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** Keywords that are refused wherever they are, and why. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['id', 'id is not supported'],
  ['additionalItems', 'additionalItems is not supported'],
  ['patternProperties', 'patternProperties is not supported'],
  ['definitions', 'definitions is not supported'],
  ['dependencies', 'dependencies is not supported'],
  ['$ref', '$ref is not supported'],
];

/** What is wrong with the keywords of a schema (apiextensions `validation.go` ValidateCustomResourceDefinitionOpenAPISchema). */
export function keywordErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  return errorsAt(schema, path, { isRoot: true, inObjectFields: false, noDefault: undefined });
}

function errorsAt(schema: JsonSchema, path: FieldPath, place: Place): FieldError[] {
  const errors = ownErrors(schema, path, place);
  const inner = { ...place, isRoot: false };
  const { additionalProperties, properties, items, not } = schema;
  if (additionalProperties !== undefined) {
    if (entriesOf(properties).length > 0 && additionalProperties !== true) {
      errors.push(
        forbiddenField(
          path.child('additionalProperties'),
          'additionalProperties and properties are mutual exclusive',
        ),
      );
    }
    if (isSchema(additionalProperties)) {
      const noDefault = place.inObjectFields
        ? 'inside additionalProperties applying to object metadata'
        : place.noDefault;
      errors.push(
        ...errorsAt(additionalProperties, path.child('additionalProperties'), { ...inner, noDefault }),
      );
    }
  }
  const isObject = place.isRoot || schema['x-kubernetes-embedded-resource'] === true;
  for (const [name, property] of entriesOf(properties)) {
    const special = isObject && OBJECT_FIELDS.has(name);
    errors.push(
      ...errorsAt(property, path.child('properties').key(name), {
        isRoot: false,
        inObjectFields: place.inObjectFields || special,
        noDefault: special && place.isRoot ? `in top-level ${name}` : place.noDefault,
      }),
    );
  }
  if (not !== undefined) errors.push(...errorsAt(not, path.child('not'), inner));
  for (const keyword of ['allOf', 'oneOf', 'anyOf'] as const) {
    schema[keyword]?.forEach((one, at) => {
      errors.push(...errorsAt(one, path.child(keyword).index(at), inner));
    });
  }
  if (isSchema(items)) errors.push(...errorsAt(items, path.child('items'), inner));
  return [...errors, ...listAndMapErrors(schema, path), ...ruleTextErrors(schema, path)];
}

function ownErrors(schema: JsonSchema, path: FieldPath, place: Place): FieldError[] {
  const { type = '' } = schema;
  const errors: FieldError[] = [];
  if (type !== '' && !TYPES.includes(type)) errors.push(notSupported(path.child('type'), type, TYPES));
  if (schema.default !== undefined && place.noDefault !== undefined) {
    errors.push(forbiddenField(path.child('default'), `must not be set ${place.noDefault}`));
  }
  for (const [keyword, detail] of REFUSED) {
    const value = schema[keyword];
    if (value !== undefined && value !== '') errors.push(forbiddenField(path.child(keyword), detail));
  }
  if (type === 'null') {
    errors.push(
      forbiddenField(path.child('type'), 'type cannot be set to null, use nullable as an alternative'),
    );
  }
  if (Array.isArray(schema.items)) {
    errors.push(forbiddenField(path.child('items'), 'items must be a schema object and not an array'));
  }
  if (place.inObjectFields && schema['x-kubernetes-embedded-resource'] === true) {
    errors.push(
      forbiddenField(
        path.child('x-kubernetes-embedded-resource'),
        'must not be used inside of resource meta',
      ),
    );
  }
  if (schema.uniqueItems === true) {
    errors.push(
      forbiddenField(
        path.child('uniqueItems'),
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  }
  return errors;
}

function listAndMapErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const preserves = schema['x-kubernetes-preserve-unknown-fields'];
  if (preserves === false) {
    errors.push(
      invalid(path.child('x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined'),
    );
  }
  errors.push(...typeOfExtension(schema, 'x-kubernetes-map-type', 'object', ['atomic', 'granular'], path));
  const listType = schema['x-kubernetes-list-type'];
  errors.push(...typeOfExtension(schema, 'x-kubernetes-list-type', 'array', ['atomic', 'set', 'map'], path));
  const items = isSchema(schema.items) ? schema.items : undefined;
  if (listType === 'set' && schema.type === 'array' && items !== undefined) {
    const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
    const inner = items['x-kubernetes-list-type'];
    if (items.type === 'array' && inner !== undefined && inner !== 'atomic') {
      errors.push(invalid(path.child('items', 'x-kubernetes-list-type'), inner, detail));
    }
    if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
      errors.push(invalid(path.child('items', 'x-kubernetes-map-type'), inner ?? null, detail));
    }
  }
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (keys.length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const at = path.child('x-kubernetes-list-type');
    errors.push(listType === undefined ? required(at, detail) : invalid(at, listType, detail));
  }
  if (listType === 'map') errors.push(...mapListErrors(schema, keys, path));
  if (items !== undefined && (listType === 'set' || listType === 'map')) {
    errors.push(...keyErrors(items, listType, keys, path.child('items')));
  }
  return errors;
}

function typeOfExtension(
  schema: JsonSchema,
  keyword: 'x-kubernetes-map-type' | 'x-kubernetes-list-type',
  type: string,
  values: readonly string[],
  path: FieldPath,
): FieldError[] {
  const value = schema[keyword];
  if (value === undefined) return [];
  const errors: FieldError[] = [];
  if (schema.type !== type) {
    const detail = `must be ${type} if ${keyword} is specified`;
    const at = path.child('type');
    errors.push((schema.type ?? '') === '' ? required(at, detail) : invalid(at, schema.type, detail));
  }
  if (!values.includes(value)) errors.push(notSupported(path.child(keyword), value, values));
  return errors;
}

function mapListErrors(schema: JsonSchema, keys: readonly string[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const keysPath = path.child('x-kubernetes-list-map-keys');
  if (keys.length === 0) {
    errors.push(required(keysPath, 'must not be empty if x-kubernetes-list-type is map'));
  }
  const items: unknown = schema.items;
  if (items === undefined) {
    errors.push(required(path.child('items'), 'must have a schema if x-kubernetes-list-type is map'));
  }
  if (!isRecord(items)) return errors;
  const { type = '', properties = {} } = items as JsonSchema;
  if (type !== 'object') {
    errors.push(
      invalid(
        path.child('items', 'type'),
        type,
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    );
    return errors;
  }
  keys.forEach((key, at) => {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (property === undefined) {
      errors.push(invalid(keysPath, keys, 'entries must all be names of item properties'));
    } else if (property.type === 'array' || property.type === 'object') {
      errors.push(
        invalid(
          path.child('items', 'properties').key(key).child('type'),
          type,
          "must be a scalar type if parent array's x-kubernetes-list-type is map",
        ),
      );
    }
    if (keys.indexOf(key) !== at) errors.push(invalid(keysPath, keys, 'must not contain duplicate entries'));
  });
  return errors;
}

/** The keys of a list of type map are always there; no item of a map or set is null. */
function keyErrors(
  items: JsonSchema,
  listType: string,
  keys: readonly string[],
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  if (items.nullable === true) {
    errors.push(
      forbiddenField(path.child('nullable'), `cannot be nullable when x-kubernetes-list-type is ${listType}`),
    );
  }
  if (listType !== 'map') return errors;
  const inKeys = 'this property is in x-kubernetes-list-map-keys, so it';
  for (const key of keys) {
    const property = Object.hasOwn(items.properties ?? {}, key) ? items.properties?.[key] : undefined;
    if (property === undefined) continue;
    const at = path.child('properties').key(key);
    if (items.required?.includes(key) !== true && property.default === undefined) {
      errors.push(required(at.child('default'), `${inKeys} must have a default or be a required property`));
    }
    if (property.nullable === true) {
      errors.push(forbiddenField(at.child('nullable'), `${inKeys} cannot be nullable`));
    }
  }
  return errors;
}
