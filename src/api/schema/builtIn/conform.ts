import type { FieldProblems } from '../schema.ts';
import type { Model, Property, Type } from './models.ts';
import { goTypes, isNormal, normalScalar, ScalarError } from './scalars.ts';

/** True where a value is exactly as its type stores it: nothing unknown, null, empty or in another form. */
type Check = (value: unknown) => boolean;

const checks = new Map<Model, Check>();
const NO_PROBLEMS: FieldProblems = { unknown: [] };

/**
 * Brings an object into the form that Go's decoding and encoding of it gives, in place: unknown fields, nulls and
 * empty optional lists and maps are dropped, quantities canonical, times in UTC. Values of a wrong type stay.
 */
export function conform(model: Model, object: unknown): FieldProblems {
  return checkOf(model)(object) ? NO_PROBLEMS : new Walk().object(model, object);
}

/** A model's check, compiled at its first use. */
function checkOf(model: Model): Check {
  const known = checks.get(model);
  if (known !== undefined) return known;
  const fields = new Map<string, Check>();
  const check: Check = (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    for (const key in value) {
      const field = fields.get(key);
      if (field?.((value as Record<string, unknown>)[key]) !== true) return false;
    }
    return true;
  };
  checks.set(model, check);
  for (const property of model.properties.values()) fields.set(property.name, checkOfProperty(property));
  return check;
}

function checkOfProperty({ type, required }: Property): Check {
  const check = checkOfType(type);
  if (type.kind === 'list' && !required)
    return (value) => Array.isArray(value) && value.length > 0 && check(value);
  if (type.kind === 'map' && !required) return (value) => !isEmpty(value) && check(value);
  return check;
}

function checkOfType(type: Type): Check {
  switch (type.kind) {
    case 'scalar': {
      const { scalar } = type;
      if (scalar === 'string') return (value) => typeof value === 'string';
      return (value) => isNormal(scalar, value);
    }
    case 'struct': {
      // Compiled at the first value: models refer to each other, and most are never used.
      let check: Check | undefined;
      return (value) => (check ??= checkOf(type.model))(value);
    }
    case 'list': {
      const check = checkOfType(type.items);
      return (value) => Array.isArray(value) && value.every(check);
    }
    case 'map': {
      const check = checkOfType(type.values);
      return (value) => {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
        for (const key in value) if (!check((value as Record<string, unknown>)[key])) return false;
        return true;
      };
    }
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** The thorough walk, for objects that the compiled check does not let pass. */
class Walk {
  readonly #unknown: string[] = [];
  #typeError: string | undefined;
  /** Go's error context: the innermost struct and the names of the fields down to it. */
  #struct: string | undefined;
  #fields: string[] = [];

  object(model: Model, object: unknown): FieldProblems {
    this.#model(model, object, '');
    return this.#typeError === undefined
      ? { unknown: this.#unknown }
      : { unknown: this.#unknown, typeError: this.#typeError };
  }

  #model(model: Model, value: unknown, path: string): unknown {
    if (value === null) return {};
    if (typeof value !== 'object' || Array.isArray(value)) {
      return this.#mismatch(value, `${packageOf(model)}.${model.goName}`);
    }
    const record = value as Record<string, unknown>;
    const outer = this.#struct;
    for (const key of Object.keys(record)) {
      const property = model.properties.get(key);
      const at = path === '' ? key : `${path}.${key}`;
      if (property === undefined) {
        if (record[key] !== undefined) this.#unknown.push(at);
        Reflect.deleteProperty(record, key);
        continue;
      }
      this.#struct = model.goName;
      this.#fields.push(key);
      // Callers in process leave fields undefined where JSON would leave them out.
      const absent = record[key] === null || record[key] === undefined;
      const made = absent ? undefined : this.#value(property.type, record[key], at);
      this.#fields.pop();
      if (made === undefined || (!property.required && isEmptyCollection(property.type, made))) {
        Reflect.deleteProperty(record, key);
      } else record[key] = made;
    }
    this.#struct = outer;
    return record;
  }

  #value(type: Type, value: unknown, path: string): unknown {
    switch (type.kind) {
      case 'struct':
        return this.#model(type.model, value, path);
      case 'list': {
        if (!Array.isArray(value)) return this.#mismatch(value, goTypeOf(type));
        const items = value as unknown[];
        items.forEach((item, index) => {
          items[index] =
            item === null ? zeroOf(type.items) : this.#value(type.items, item, `${path}[${index}]`);
        });
        return items;
      }
      case 'map': {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) {
          return this.#mismatch(value, goTypeOf(type));
        }
        const record = value as Record<string, unknown>;
        for (const key of Object.keys(record)) {
          const item = record[key];
          record[key] =
            item === null || item === undefined
              ? zeroOf(type.values)
              : this.#value(type.values, item, `${path}.${key}`);
        }
        return record;
      }
      case 'scalar':
        return this.#scalar(type, value);
    }
  }

  #scalar(type: Extract<Type, { kind: 'scalar' }>, value: unknown): unknown {
    try {
      return normalScalar(type.scalar, value) ?? this.#mismatch(value, goTypes[type.scalar]);
    } catch (error) {
      if (!(error instanceof ScalarError)) throw error;
      this.#typeError ??= error.message;
      return value;
    }
  }

  #mismatch(value: unknown, goType: string): unknown {
    const where =
      this.#struct === undefined
        ? `Go value of type ${goType}`
        : `Go struct field ${this.#struct}.${this.#fields.join('.')} of type ${goType}`;
    this.#typeError ??= `json: cannot unmarshal ${jsonKind(value, goType)} into ${where}`;
    return value;
  }
}

function isEmptyCollection(type: Type, value: unknown): boolean {
  if (type.kind === 'list') return Array.isArray(value) && value.length === 0;
  return type.kind === 'map' && isEmpty(value);
}

/** What null becomes as an element: Go's zero value. */
function zeroOf(type: Type): unknown {
  if (type.kind === 'struct' || type.kind === 'map') return {};
  if (type.kind === 'list') return [];
  switch (type.scalar) {
    case 'boolean':
      return false;
    case 'int32':
    case 'int64':
    case 'double':
    case 'intOrString':
      return 0;
    case 'quantity':
      return '0';
    case 'any':
    case 'time':
    case 'microtime':
      return null;
    case 'string':
    case 'byte':
      return '';
  }
}

function packageOf(model: Model): string {
  return model.goPackage.slice(model.goPackage.lastIndexOf('.') + 1);
}

function goTypeOf(type: Type): string {
  switch (type.kind) {
    case 'list':
      return `[]${goTypeOf(type.items)}`;
    case 'map':
      return `map[string]${goTypeOf(type.values)}`;
    case 'scalar':
      return goTypes[type.scalar];
    case 'struct':
      return `${packageOf(type.model)}.${type.model.goName}`;
  }
}

/** A JSON value as Go's decoder names it; a number that does not fit is shown. */
export function jsonKind(value: unknown, goType: string): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return /^(int|float)/.test(goType) ? `number ${String(value)}` : 'number';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
