import {
  Double,
  Duration,
  getOfMap,
  isDouble,
  isMap,
  keysOfMap,
  type MapValue,
  numberOfDouble,
  OpaqueValue,
  Optional,
  sizeOfMap,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts';

/** Counts the compared elements, since two short lists may contain many. */
export interface Meter {
  compared: number;
}

/**
 * Whether two values are equal. Numbers are compared by value, whatever their types; other values of different types
 * are never equal (cel-spec `doc/langdef.md`, Equality). Neither value is an error.
 */
export function equals(a: Value, b: Value, meter?: Meter): boolean {
  if (a === b) return true;
  if (typeof a === 'string' || typeof a === 'boolean' || a === null || b === null) return false;
  if (isNumber(a)) return isNumber(b) && compareNumbers(a, b) === 0;
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b, meter);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof Timestamp) {
    return b instanceof Timestamp && a.seconds === b.seconds && a.nanos === b.nanos;
  }
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Optional) {
    return (
      b instanceof Optional && a.present === b.present && (!a.present || equals(a.value, b.value, meter))
    );
  }
  if (a instanceof OpaqueValue) return b instanceof OpaqueValue && a.typeName === b.typeName && a.equals(b);
  return isMap(a) && isMap(b) && equalMaps(a, b, meter);
}

function equalLists(a: readonly unknown[], b: readonly unknown[], meter: Meter | undefined): boolean {
  if (meter !== undefined) meter.compared += a.length;
  return a.length === b.length && a.every((element, index) => equals(element, b[index], meter));
}

function equalMaps(a: MapValue, b: MapValue, meter: Meter | undefined): boolean {
  const size = sizeOfMap(a);
  if (meter !== undefined) meter.compared += size;
  if (size !== sizeOfMap(b)) return false;
  for (const key of keysOfMap(a)) {
    const other = getOfMap(b, key);
    if (other === undefined || !equals(getOfMap(a, key), other, meter)) return false;
  }
  return true;
}

export type Numeric = number | bigint | Double | Uint;

export function isNumber(value: Value): value is Numeric {
  return (
    typeof value === 'number' || typeof value === 'bigint' || value instanceof Double || value instanceof Uint
  );
}

/**
 * Less than, equal to or greater than zero; NaN if one is NaN. If one is a double, the other is compared as a double.
 */
export function compareNumbers(a: Numeric, b: Numeric): number {
  let x = worth(a);
  let y = worth(b);
  if (typeof x !== typeof y && (isDouble(a) || isDouble(b))) {
    x = Number(x);
    y = Number(y);
  }
  return x < y ? -1 : x > y ? 1 : x == y ? 0 : Number.NaN;
}

function worth(value: Numeric): number | bigint {
  if (value instanceof Uint) return value.value;
  return value instanceof Double ? numberOfDouble(value) : value;
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** By code points, as Go compares UTF-8: surrogates come after all other units. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x === y) continue;
    return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
