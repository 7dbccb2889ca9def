import { type JsonSchema } from '../../schema/index.ts';
import type { SizeOf } from '../cost/estimator.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  type Field,
  INT,
  type ListType,
  mapOf,
  STRING,
  TIMESTAMP,
  type Type,
} from '../types.ts';
import { escapeName } from './escaping.ts';

/** What expressions know about the values that a schema describes. */
export interface Declared {
  readonly type: Type;
  /** The most characters, octets, elements or entries that a request can carry; 0 for a type without a length. */
  readonly maxElements: number;
  /** The size of the shortest value as JSON, in octets. */
  readonly minSize: number;
  readonly key?: Declared;
  /** The type of the elements of a list or map. */
  readonly element?: Declared;
  /** The fields, by the names that expressions use. */
  readonly fields?: ReadonlyMap<string, Declared>;
}

const MAX_REQUEST = 3 * 1024 * 1024;
const MAX_TIME = 32;
const DATE = 12;

/**
 * Declares what a structural schema describes (`k8s.io/apiserver/pkg/cel/common/schemas.go`); undefined for what
 * expressions cannot see, such as values of unknown types. `isResource`: the value is an object of the API. `name` tells
 * object types apart.
 */
export function declareSchema(
  schema: JsonSchema,
  isResource: boolean,
  name = 'selfType',
): Declared | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return { type: DYN, maxElements: maxText(schema), minSize: 1 };
  }
  switch (schema.type) {
    case 'array':
      return declareList(schema, name);
    case 'object':
      return declareObject(isResource ? withObjectFields(schema) : schema, name);
    case 'string':
      return declareText(schema);
    case 'boolean':
      return { type: BOOL, maxElements: 0, minSize: 4 };
    case 'number':
      return { type: DOUBLE, maxElements: 0, minSize: 1 };
    case 'integer':
      return { type: INT, maxElements: 0, minSize: 1 };
    default:
      return undefined;
  }
}

function isEmbedded(schema: JsonSchema): boolean {
  return schema['x-kubernetes-embedded-resource'] === true;
}

function numberAt(schema: JsonSchema, keyword: string): number | undefined {
  const value = schema[keyword];
  return typeof value === 'number' ? Math.max(0, value) : undefined;
}

function declareList(schema: JsonSchema, name: string): Declared | undefined {
  const { items } = schema;
  const element = items === undefined ? undefined : declareSchema(items, isEmbedded(items), `${name}.@idx`);
  if (element === undefined) return undefined;
  const listType = schema['x-kubernetes-list-type'];
  const type: ListType = {
    kind: 'list',
    element: element.type,
    ...(listType === 'set' || listType === 'map'
      ? { merge: { type: listType, keys: schema['x-kubernetes-list-map-keys'] ?? [] } }
      : {}),
  };
  const most = Math.floor((MAX_REQUEST - 2) / (element.minSize + 1));
  return { type, maxElements: numberAt(schema, 'maxItems') ?? most, minSize: 2, element };
}

const KEY: Declared = { type: STRING, maxElements: 0, minSize: 2 };

function declareObject(schema: JsonSchema, name: string): Declared | undefined {
  const { additionalProperties: values } = schema;
  if (typeof values === 'object') {
    const element = declareSchema(values, isEmbedded(values), `${name}.@elem`);
    if (element === undefined) return undefined;
    const most = Math.floor((MAX_REQUEST - 2) / (element.minSize + 6));
    const maxElements = numberAt(schema, 'maxProperties') ?? most;
    return { type: mapOf(STRING, element.type), maxElements, minSize: 2, key: KEY, element };
  }
  const declared = new Map<string, Declared>();
  const fields = new Map<string, Field>();
  let minSize = 2;
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const field = declareSchema(property, isEmbedded(property), `${name}.${key}`);
    if (field === undefined) continue;
    const escaped = escapeName(key);
    if (escaped !== undefined) {
      declared.set(escaped, field);
      fields.set(escaped, { type: field.type, key });
    }
    if (schema.required?.includes(key) === true && property.default === undefined) {
      minSize += key.length + field.minSize + 4;
    }
  }
  return { type: { kind: 'object', name, fields }, maxElements: 0, minSize, fields: declared };
}

const TEXT: JsonSchema = { type: 'string' };

/** The fields that every object of the API has, whatever its schema says. */
function withObjectFields(schema: JsonSchema): JsonSchema {
  const { properties = {} } = schema;
  const { kind, apiVersion, metadata } = properties;
  const { name, generateName } = metadata?.properties ?? {};
  if ([kind, apiVersion, name, generateName].every((field) => field?.type === 'string')) return schema;
  return {
    ...schema,
    properties: {
      ...properties,
      kind: TEXT,
      apiVersion: TEXT,
      metadata: { type: 'object', properties: { name: TEXT, generateName: TEXT } },
    },
  };
}

function declareText(schema: JsonSchema): Declared {
  switch (schema['format']) {
    case 'byte':
      return { type: BYTES, maxElements: numberAt(schema, 'maxLength') ?? MAX_REQUEST - 2, minSize: 2 };
    case 'duration':
      return { type: DURATION, maxElements: MAX_TIME, minSize: 3 };
    case 'date':
      return { type: TIMESTAMP, maxElements: DATE, minSize: DATE };
    case 'date-time':
      return { type: TIMESTAMP, maxElements: MAX_TIME, minSize: 21 };
    default:
      return { type: STRING, maxElements: maxText(schema), minSize: 2 };
  }
}

/** A character may take four octets. */
function maxText(schema: JsonSchema): number {
  const limit = numberAt(schema, 'maxLength');
  if (limit !== undefined) return limit * 4;
  const choices = schema['enum'];
  if (schema.type === 'string' && Array.isArray(choices) && choices.length > 0) {
    const sizes = choices.map((choice) => (typeof choice === 'string' ? Buffer.byteLength(choice) : 0));
    return Math.max(0, ...sizes);
  }
  return MAX_REQUEST - 2;
}

/** The greatest lengths of values that are reached from variables of a declared type. Variables may have any name. */
export function sizesOf(root: Declared): SizeOf {
  return ([, ...steps]) => {
    let at: Declared | undefined = root;
    for (const step of steps) {
      if (step === '@items' || step === '@values') at = at.element;
      else at = step === '@keys' ? at.key : at.fields?.get(step);
      if (at === undefined) return undefined;
    }
    return { min: 0, max: at.maxElements };
  };
}
