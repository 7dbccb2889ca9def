import { COMMON, type Definition, type Json, V3 } from '../../schema/definition.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  type Field,
  INT,
  listOf,
  mapOf,
  type ObjectType,
  STRING,
  TIMESTAMP,
  type Type,
} from '../types.ts';
import { escapeName } from './escaping.ts';

const SCALARS: ReadonlyMap<string, Type> = new Map<string, Type>([
  [COMMON.quantity, STRING],
  [COMMON.intOrString, DYN],
  [COMMON.time, TIMESTAMP],
  [COMMON.microtime, TIMESTAMP],
]);

/**
 * The type of the objects that a definition describes, built in or custom. Each field is read when it is first needed.
 */
export function typeOfDefinition(definition: Definition): Type {
  return new DefinedType(definition, definition.render(V3, undocumented), definition.name);
}

const undocumented = (): { description: string; property: () => string } => ({
  description: '',
  property: () => '',
});

/** An object whose properties a definition names. Definitions refer to one another in circles. */
class DefinedType implements ObjectType {
  readonly kind = 'object';
  readonly name: string;
  readonly #definition: Definition;
  readonly #schema: Json;
  #fields: ReadonlyMap<string, Field> | undefined;

  constructor(definition: Definition, schema: Json, name: string) {
    this.#definition = definition;
    this.#schema = schema;
    this.name = name;
  }

  get fields(): ReadonlyMap<string, Field> {
    return (this.#fields ??= this.#read());
  }

  #read(): ReadonlyMap<string, Field> {
    const fields = new Map<string, Field>();
    for (const [key, property] of Object.entries(objectAt(this.#schema, 'properties'))) {
      const escaped = escapeName(key);
      const type = typeOfSchema(this.#definition, property as Json, `${this.name}.${key}`);
      if (escaped !== undefined && type !== undefined) fields.set(escaped, { type, key });
    }
    return fields;
  }
}

function objectAt(schema: Json, keyword: string): Json {
  const value = schema[keyword];
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/** Undefined where expressions cannot see the value. */
function typeOfSchema(definition: Definition, schema: Json, name: string): Type | undefined {
  const reference = referenceOf(schema);
  if (reference !== undefined) return typeNamed(definition, reference);
  if (schema['x-kubernetes-int-or-string'] === true || schema['format'] === 'int-or-string') return DYN;
  switch (schema['type']) {
    case 'array': {
      const element = typeOfSchema(definition, objectAt(schema, 'items'), `${name}.@idx`);
      return element === undefined ? undefined : listOf(element);
    }
    case 'object': {
      if (typeof schema['additionalProperties'] !== 'object')
        return new DefinedType(definition, schema, name);
      const value = typeOfSchema(definition, objectAt(schema, 'additionalProperties'), `${name}.@elem`);
      return value === undefined ? undefined : mapOf(STRING, value);
    }
    case 'string':
      return textType(schema['format']);
    case 'boolean':
      return BOOL;
    case 'number':
      return DOUBLE;
    case 'integer':
      return INT;
    default:
      return undefined;
  }
}

function textType(format: unknown): Type {
  switch (format) {
    case 'byte':
      return BYTES;
    case 'duration':
      return DURATION;
    case 'date':
    case 'date-time':
      return TIMESTAMP;
    default:
      return STRING;
  }
}

/** The name that a schema refers to, by itself or within `allOf`. */
function referenceOf(schema: Json): string | undefined {
  const { allOf } = schema;
  const own = schema['$ref'] ?? (Array.isArray(allOf) ? (allOf[0] as Json | undefined)?.['$ref'] : undefined);
  return typeof own === 'string' ? own.slice(V3.prefix.length) : undefined;
}

function typeNamed(from: Definition, name: string): Type | undefined {
  const scalar = SCALARS.get(name);
  if (scalar !== undefined) return scalar;
  const definition = from.references().find((other) => other.name === name);
  return definition === undefined ? undefined : typeOfDefinition(definition);
}
