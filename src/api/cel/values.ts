import { DYN, OPTIONAL, type Type } from './types.ts';

/**
 * A value while an expression is evaluated. JSON is used as it is, frozen or not:
 *
 * - int: a number that is a safe integer, else a bigint; always the first where it can be
 * - double: any other number; a Double where the number would be taken for an int
 * - uint: a Uint
 * - string, bool, null, bytes (Uint8Array), list (array)
 * - map: a plain object with text keys, or a CelMap
 * - everything else: an instance of a class of its own
 *
 * An error is a value too: whether it matters depends on what it is used for (`false && error`).
 */
export type Value = unknown;

/** An error of an evaluation, in upstream's words. */
export class CelError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** A double that is a whole number. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

export class Uint {
  /** A number if it is safe, else a bigint, as for an int. */
  readonly value: number | bigint;

  constructor(value: number | bigint) {
    this.value = value;
  }
}

/** A moment between the years 1 and 9999. */
export class Timestamp {
  /** Seconds since 1970. */
  readonly seconds: number;
  /** Nanoseconds, from 0 to 999,999,999. */
  readonly nanos: number;

  constructor(seconds: number, nanos: number) {
    this.seconds = seconds;
    this.nanos = nanos;
  }
}

/** A span of time in nanoseconds, within 64 bits. */
export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A type as a value: `type(1) == int`. */
export class TypeValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export class Optional {
  static readonly none = new Optional(undefined, false);
  readonly value: Value;
  readonly present: boolean;

  private constructor(value: Value, present: boolean) {
    this.value = value;
    this.present = present;
  }

  static of(value: Value): Optional {
    return new Optional(value, true);
  }
}

/** A value of a library's type. */
export abstract class OpaqueValue {
  /** The name that `type()` returns. */
  abstract readonly typeName: string;
  abstract equals(other: OpaqueValue): boolean;
}

type Key = string | number | bigint | boolean;

/** A map that an expression made. Keys are texts, bools and numbers; 1, 1u and 1.0 are the same key. */
export class CelMap {
  readonly #entries = new Map<Key, readonly [key: Value, value: Value]>();

  get size(): number {
    return this.#entries.size;
  }

  has(key: Value): boolean {
    const canonical = keyOf(key);
    return canonical !== undefined && this.#entries.has(canonical);
  }

  /** Undefined where there is no such key. */
  get(key: Value): Value {
    const canonical = keyOf(key);
    return canonical === undefined ? undefined : this.#entries.get(canonical)?.[1];
  }

  /** Returns false if the key exists already, or cannot be a key. */
  add(key: Value, value: Value): boolean {
    const canonical = keyOf(key);
    if (canonical === undefined || this.#entries.has(canonical)) return false;
    this.#entries.set(canonical, [key, value]);
    return true;
  }

  *keys(): Iterable<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }
}

function keyOf(key: Value): Key | undefined {
  if (typeof key === 'string' || typeof key === 'boolean' || typeof key === 'bigint') return key;
  if (key instanceof Uint) return key.value;
  if (key instanceof Double) return key.value === 0 ? 0 : key.value;
  return typeof key === 'number' ? key : undefined;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** A map of either kind. */
export type MapValue = CelMap | JsonObject;

export function isJsonObject(value: Value): value is JsonObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function isMap(value: Value): value is MapValue {
  return value instanceof CelMap || isJsonObject(value);
}

export function sizeOfMap(map: MapValue): number {
  if (map instanceof CelMap) return map.size;
  let count = 0;
  for (const key in map) if (Object.hasOwn(map, key)) count++;
  return count;
}

export function keysOfMap(map: MapValue): Iterable<Value> {
  return map instanceof CelMap ? map.keys() : Object.keys(map);
}

/** Undefined where there is no such key. */
export function getOfMap(map: MapValue, key: Value): Value {
  if (map instanceof CelMap) return map.get(key);
  return typeof key === 'string' && Object.hasOwn(map, key) ? map[key] : undefined;
}

export function isInt(value: Value): value is number | bigint {
  return typeof value === 'number'
    ? Number.isSafeInteger(value) && !Object.is(value, -0)
    : typeof value === 'bigint';
}

export function isDouble(value: Value): value is number | Double {
  return value instanceof Double || (typeof value === 'number' && !isInt(value));
}

/** A double as a value. */
export function doubleOf(value: number): Value {
  return Number.isSafeInteger(value) ? new Double(value) : value;
}

export function numberOfDouble(value: number | Double): number {
  return typeof value === 'number' ? value : value.value;
}

/** An int: a number if it is safe, else a bigint. */
export function intOf(value: bigint): number | bigint {
  return value >= MIN_SAFE && value <= MAX_SAFE ? Number(value) : value;
}

const MIN_SAFE = BigInt(Number.MIN_SAFE_INTEGER);
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** The name of a value's type, as `type()` gives it. */
export function typeNameOf(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return isInt(value) ? 'int' : 'double';
    default:
  }
  if (value === null) return 'null_type';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Double) return 'double';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof TypeValue) return 'type';
  if (value instanceof Optional) return OPTIONAL;
  if (value instanceof OpaqueValue) return value.typeName;
  return 'map';
}

/** The name that the value of a static type has at run time. */
export function typeValueName(type: Type): string {
  switch (type.kind) {
    case 'null':
      return 'null_type';
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    case 'object':
    case 'opaque':
    case 'parameter':
      return type.name;
    default:
      return type.kind;
  }
}

/** Whether a value fits a parameter that a declaration gives this type. */
export function fits(value: Value, type: Type): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'error':
    case 'parameter':
      return true;
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return isInt(value);
    case 'uint':
      return value instanceof Uint;
    case 'double':
      return isDouble(value);
    case 'string':
      return typeof value === 'string';
    case 'bytes':
      return value instanceof Uint8Array;
    case 'null':
      return value === null;
    case 'timestamp':
      return value instanceof Timestamp;
    case 'duration':
      return value instanceof Duration;
    case 'list':
      return Array.isArray(value) && everyFits(value, type.element);
    case 'map':
      return isMap(value);
    case 'object':
      return isMap(value) || (value instanceof OpaqueValue && value.typeName === type.name);
    case 'type':
      return value instanceof TypeValue;
    case 'opaque':
      return typeNameOf(value) === type.name;
  }
}

/** Checks only the first element, as cel-go does when it chooses overloads for lists. */
function everyFits(list: readonly unknown[], element: Type): boolean {
  return element.kind === 'parameter' || element === DYN || list.length === 0 || fits(list[0], element);
}
