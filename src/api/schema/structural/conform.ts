import { isRecord } from '../../../base/isRecord.ts';
import { builtIn } from '../builtIn/builtIn.ts';
import { jsonKind } from '../builtIn/conform.ts';
import type { FieldProblems } from '../schema.ts';
import { OBJECT_FIELDS, type SchemaNode } from './node.ts';

const NO_PROBLEMS: FieldProblems = { unknown: [] };
const OBJECT_META = builtIn('V1ObjectMeta');

/**
 * Drops what the schema does not know, and null where it is not allowed, in place (apiextensions
 * `pkg/apiserver/schema/pruning/algorithm.go`, `defaulting/prune.go`). Only apiVersion, kind and metadata have types
 * that decoding checks: of other fields validation does.
 */
export function conformTo(root: SchemaNode): (object: unknown) => FieldProblems {
  const isPruned = rootCheck(root);
  return (object) => {
    if (!isRecord(object)) {
      return { unknown: [], typeError: `json: cannot unmarshal ${jsonKind(object, '')} into an object` };
    }
    const metadata = object.metadata === undefined ? NO_PROBLEMS : OBJECT_META.conform(object.metadata);
    const clean = metadata.unknown.length === 0 && metadata.typeError === undefined;
    return clean && isPruned(object) ? NO_PROBLEMS : new Pruning().object(root, object, metadata);
  };
}

/** True where pruning would change nothing. Compiled, since most objects are what they should be. */
type Check = (value: unknown) => boolean;

function rootCheck(root: SchemaNode): (object: Readonly<Record<string, unknown>>) => boolean {
  const fields = fieldChecks(root);
  return (object) => {
    for (const key in object) {
      const value = object[key];
      if (key === 'metadata') continue;
      if (key === 'apiVersion' || key === 'kind') {
        if (typeof value !== 'string') return false;
      } else if (!fields(key, value)) return false;
    }
    return true;
  };
}

function checkOf(node: SchemaNode): Check {
  const fields = fieldChecks(node);
  const item = node.items === undefined ? isEmptyAllTheWay : checkOf(node.items);
  const { embedded } = node;
  return (value) => {
    if (typeof value !== 'object' || value === null) return true;
    if (Array.isArray(value)) return value.every(item);
    for (const key in value) {
      // What an object within the object says of itself is looked at in detail.
      if (embedded && OBJECT_FIELDS.has(key)) return false;
      if (!fields(key, (value as Record<string, unknown>)[key])) return false;
    }
    return true;
  };
}

function fieldChecks(node: SchemaNode): (key: string, value: unknown) => boolean {
  const known = new Map([...node.properties].map(([name, property]) => [name, fieldCheck(property)]));
  const other =
    node.additional === undefined
      ? (value: unknown): boolean => node.preservesUnknown && value !== undefined
      : fieldCheck(node.additional);
  return (key, value) => (known.get(key) ?? other)(value);
}

function fieldCheck(node: SchemaNode): Check {
  const check = checkOf(node);
  return (value) => (value === null ? node.nullable : value !== undefined && check(value));
}

function isEmptyAllTheWay(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isEmptyAllTheWay);
  return !isRecord(value) || Object.keys(value).length === 0;
}

/** The thorough walk, for objects that the compiled check does not let pass. */
class Pruning {
  readonly #unknown: string[] = [];
  #typeError: string | undefined;

  object(root: SchemaNode, object: Record<string, unknown>, metadata: FieldProblems): FieldProblems {
    this.#fields({ ...root, embedded: true }, object, '', metadata);
    return this.#typeError === undefined
      ? { unknown: this.#unknown }
      : { unknown: this.#unknown, typeError: this.#typeError };
  }

  #value(node: SchemaNode | undefined, value: unknown, path: string): void {
    if (Array.isArray(value)) {
      value.forEach((item, index) => this.#value(node?.items, item, `${path}[${index}]`));
    } else if (isRecord(value)) this.#fields(node, value, path);
  }

  #fields(
    node: SchemaNode | undefined,
    record: Record<string, unknown>,
    path: string,
    metadata?: FieldProblems,
  ): void {
    for (const key of Object.keys(record)) {
      const value = record[key];
      const at = path === '' ? key : `${path}.${key}`;
      if (value === undefined) Reflect.deleteProperty(record, key);
      else if (node?.embedded === true && OBJECT_FIELDS.has(key)) this.#objectField(key, value, at, metadata);
      else this.#field(node, record, key, at);
    }
  }

  #field(node: SchemaNode | undefined, record: Record<string, unknown>, key: string, path: string): void {
    const value = record[key];
    const field = node?.properties.get(key) ?? node?.additional;
    if (field === undefined) {
      if (node?.preservesUnknown === true) return;
      this.#unknown.push(path);
      Reflect.deleteProperty(record, key);
    } else if (value === null && !field.nullable) Reflect.deleteProperty(record, key);
    else this.#value(field, value, path);
  }

  /** `metadata` where it has been looked at already. */
  #objectField(key: string, value: unknown, path: string, metadata?: FieldProblems): void {
    if (key === 'metadata') {
      const { unknown, typeError } = metadata ?? OBJECT_META.conform(value);
      this.#unknown.push(...unknown.map((inner) => `${path}.${inner}`));
      this.#typeError ??= typeError;
    } else if (typeof value !== 'string') {
      this.#typeError ??= `json: cannot unmarshal ${jsonKind(value, 'string')} into Go struct field .${path} of type string`;
    }
  }
}
