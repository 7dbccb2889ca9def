import { isRecord } from '../../../../base/isRecord.ts';
import { equalJson } from '../../../equalJson.ts';
import {
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  required,
} from '../../../fields/fieldErrors.ts';
import { goPatternProblem } from '../pattern.ts';
import type { JsonSchema } from '../node.ts';

type Level = 'root' | 'item' | 'field';

const INT_OR_STRING: readonly JsonSchema[] = [{ type: 'integer' }, { type: 'string' }];
const UNTYPED: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

/**
 * What keeps a schema from being structural: every field has a type outside of allOf, anyOf, oneOf and not, which only
 * restrict values (apiextensions `pkg/apiserver/schema/validation.go`, `complete.go`). Sorted by their text.
 */
export function structuralErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  return [...invariants(schema, 'root', path), ...completeness(schema, schema, path, path)].sort((a, b) =>
    `${a.field}: ${a.message}` < `${b.field}: ${b.message}` ? -1 : 1,
  );
}

function invariants(schema: JsonSchema, level: Level, path: FieldPath): FieldError[] {
  const { type = '', items, properties, additionalProperties } = schema;
  const errors: FieldError[] = [];
  if (type === 'array' && items === undefined)
    errors.push(required(path.child('items'), 'must be specified'));
  if (isSchema(items)) errors.push(...invariants(items, 'item', path.child('items')));
  for (const [name, property] of entriesOf(properties)) {
    errors.push(...invariants(property, 'field', path.child('properties').key(name)));
  }
  if (additionalProperties !== undefined && level === 'root') {
    errors.push(forbiddenField(path.child('additionalProperties'), 'must not be used at the root'));
  }
  if (isSchema(additionalProperties)) {
    errors.push(...invariants(additionalProperties, 'field', path.child('additionalProperties')));
  }
  return [
    ...errors,
    ...extensionErrors(schema, path),
    ...valueErrors(
      schema,
      path,
      equalJson(schema.anyOf, INT_OR_STRING),
      equalJson(schema.allOf?.[0]?.anyOf, INT_OR_STRING),
    ),
    ...typeErrors(schema, level, path),
    ...objectFieldErrors(schema, level, path),
  ];
}

function extensionErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  if (schema['x-kubernetes-int-or-string'] !== true) return [];
  return (['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const).flatMap(
    (keyword) =>
      schema[keyword] === true
        ? [invalid(path.child(keyword), true, 'must be false if x-kubernetes-int-or-string is true')]
        : [],
  );
}

function typeErrors(schema: JsonSchema, level: Level, path: FieldPath): FieldError[] {
  const { type = '', properties, additionalProperties } = schema;
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const errors: FieldError[] = [];
  if (embedded && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(
      type === '' ? required(path.child('type'), detail) : invalid(path.child('type'), type, detail),
    );
  } else if (type === '' && schema['x-kubernetes-int-or-string'] !== true && !preserves) {
    errors.push(required(path.child('type'), UNTYPED[level]));
  }
  if (embedded && additionalProperties !== undefined) {
    errors.push(
      forbiddenField(
        path.child('additionalProperties'),
        'must not be used if x-kubernetes-embedded-resource is set',
      ),
    );
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(invalid(path.child('type'), type, 'must be object at the root'));
  }
  if (embedded && !preserves && entriesOf(properties).length === 0) {
    errors.push(
      required(
        path.child('properties'),
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
  }
  return errors;
}

/** The fields that every object has may be described, and of the metadata only names restricted. */
function objectFieldErrors(schema: JsonSchema, level: Level, path: FieldPath): FieldError[] {
  if (level !== 'root' && schema['x-kubernetes-embedded-resource'] !== true) return [];
  const properties = new Map(entriesOf(schema.properties));
  const errors: FieldError[] = [];
  for (const [name, wanted] of [
    ['kind', 'string'],
    ['apiVersion', 'string'],
    ['metadata', 'object'],
  ] as const) {
    const property = properties.get(name);
    if (property !== undefined && property.type !== wanted) {
      errors.push(
        invalid(path.child('properties').key(name).child('type'), property.type ?? '', `must be ${wanted}`),
      );
    }
  }
  const metadata = properties.get('metadata');
  if (level === 'root' && metadata !== undefined && !restrictsNamesOnly(metadata)) {
    errors.push(
      forbiddenField(
        path.child('properties').key('metadata'),
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
      ),
    );
  }
  return errors;
}

function restrictsNamesOnly({ type: _, default: __, properties, ...rest }: JsonSchema): boolean {
  const names = Object.keys(properties ?? {});
  return Object.keys(rest).length === 0 && names.every((name) => name === 'name' || name === 'generateName');
}

/** The errors of the schemas that restrict a schema's values. */
function valueErrors(
  { allOf = [], anyOf = [], oneOf = [], not, pattern = '' }: JsonSchema,
  path: FieldPath,
  skipAnyOf = false,
  skipAnyOfInFirst = false,
): FieldError[] {
  const problem = pattern === '' ? undefined : goPatternProblem(pattern);
  return [
    ...(skipAnyOf ? [] : anyOf.flatMap((one, at) => nestedErrors(one, path.child('anyOf').index(at)))),
    ...allOf.flatMap((one, at) =>
      nestedErrors(one, path.child('allOf').index(at), skipAnyOfInFirst && at === 0),
    ),
    ...oneOf.flatMap((one, at) => nestedErrors(one, path.child('oneOf').index(at))),
    ...(not === undefined ? [] : nestedErrors(not, path.child('not'))),
    ...(problem === undefined
      ? []
      : [
          invalid(
            path.child('pattern'),
            pattern,
            `must be a valid regular expression, but isn't: ${problem}`,
          ),
        ]),
  ];
}

/** The keywords that a schema within allOf, anyOf, oneOf and not must not have. */
const FORBIDDEN: readonly (readonly [string, string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  // Upstream evaluates rules in allOf, but lets no definition have them.
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

function nestedErrors(schema: JsonSchema, path: FieldPath, skipAnyOf = false): FieldError[] {
  const errors = valueErrors(schema, path, skipAnyOf);
  if (isSchema(schema.items)) errors.push(...nestedErrors(schema.items, path.child('items')));
  for (const [name, property] of entriesOf(schema.properties)) {
    errors.push(...nestedErrors(property, path.child('properties').key(name)));
  }
  for (const [keyword, detail] of FORBIDDEN) {
    const value = schema[keyword];
    if (value !== undefined && value !== '' && value !== false && !equalJson(value, [])) {
      errors.push(forbiddenField(path.child(keyword), detail));
    }
  }
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, 'metadata')) {
    errors.push(
      forbiddenField(path.child('properties').key('metadata'), 'must not be specified in a nested context'),
    );
  }
  return errors;
}

/** Schemas that restrict values may only name fields that the schema itself describes. */
function completeness(
  { allOf = [], anyOf = [], oneOf = [], not }: JsonSchema,
  described: JsonSchema,
  at: FieldPath,
  path: FieldPath,
): FieldError[] {
  const nested = (one: JsonSchema, where: FieldPath): FieldError[] =>
    nestedCompleteness(one, described, at, where);
  return [
    ...(not === undefined ? [] : nested(not, path.child('not'))),
    ...allOf.flatMap((one, index) => nested(one, path.child('allOf').index(index))),
    ...anyOf.flatMap((one, index) => nested(one, path.child('anyOf').index(index))),
    ...oneOf.flatMap((one, index) => nested(one, path.child('oneOf').index(index))),
  ];
}

function nestedCompleteness(
  schema: JsonSchema,
  described: JsonSchema | undefined,
  at: FieldPath,
  path: FieldPath,
): FieldError[] {
  if (described === undefined) return [required(at, `because it is defined in ${path.toString()}`)];
  const errors = completeness(schema, described, at, path);
  if (isSchema(schema.items)) {
    const items = isSchema(described.items) ? described.items : undefined;
    errors.push(...nestedCompleteness(schema.items, items, at.child('items'), path.child('items')));
  }
  const properties = new Map(entriesOf(described.properties));
  for (const [name, property] of entriesOf(schema.properties)) {
    errors.push(
      ...nestedCompleteness(
        property,
        properties.get(name),
        at.child('properties').key(name),
        path.child('properties').key(name),
      ),
    );
  }
  return errors;
}

export const isSchema = (value: unknown): value is JsonSchema => isRecord(value);

export function entriesOf(properties: JsonSchema['properties']): (readonly [string, JsonSchema])[] {
  return Object.entries(properties ?? {});
}
