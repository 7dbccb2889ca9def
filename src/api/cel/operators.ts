import { compareBytes, compareNumbers, compareTexts, equals, isNumber } from './equality.ts';
import {
  CelError,
  doubleOf,
  Duration,
  getOfMap,
  intOf,
  isDouble,
  isInt,
  isMap,
  numberOfDouble,
  Optional,
  sizeOfMap,
  Timestamp,
  Uint,
  type Value,
} from './values.ts';

/** No overload takes arguments of these types. */
export const NO_OVERLOAD = new CelError('no such overload');
const INT_OVERFLOW = new CelError('integer overflow');
const UINT_OVERFLOW = new CelError('unsigned integer overflow');
const DURATION_OVERFLOW = new CelError('duration overflow');
const TIMESTAMP_OVERFLOW = new CelError('timestamp overflow');
const DIVIDE_BY_ZERO = new CelError('division by zero');
const MODULUS_BY_ZERO = new CelError('modulus by zero');

/** An int if 64 bits can hold it, else an error. */
export function checkedInt(value: bigint): Value {
  return BigInt.asIntN(64, value) === value ? intOf(value) : INT_OVERFLOW;
}

export function checkedUint(value: bigint): Value {
  return BigInt.asUintN(64, value) === value ? new Uint(intOf(value)) : UINT_OVERFLOW;
}

export function checkedDuration(nanos: bigint): Value {
  return BigInt.asIntN(64, nanos) === nanos ? new Duration(nanos) : DURATION_OVERFLOW;
}

/** The first and the last second that a timestamp may have: year 1 and year 9999. */
const MIN_SECONDS = -62_135_596_800;
const MAX_SECONDS = 253_402_300_799;

export function checkedTimestamp(nanos: bigint): Value {
  let seconds = nanos / NANOS;
  let rest = nanos % NANOS;
  if (rest < 0n) {
    rest += NANOS;
    seconds -= 1n;
  }
  return isTimestamp(Number(seconds)) ? new Timestamp(Number(seconds), Number(rest)) : TIMESTAMP_OVERFLOW;
}

export function isTimestamp(seconds: number): boolean {
  return seconds >= MIN_SECONDS && seconds <= MAX_SECONDS;
}

const NANOS = 1_000_000_000n;

export function nanosOf({ seconds, nanos }: Timestamp): bigint {
  return BigInt(seconds) * NANOS + BigInt(nanos);
}

export function add(a: Value, b: Value): Value {
  if (typeof a === 'string') return typeof b === 'string' ? a + b : NO_OVERLOAD;
  if (isInt(a)) {
    if (!isInt(b)) return NO_OVERLOAD;
    if (typeof a === 'number' && typeof b === 'number') {
      const sum = a + b;
      if (Number.isSafeInteger(sum)) return sum;
    }
    return checkedInt(BigInt(a) + BigInt(b));
  }
  if (isDouble(a)) {
    return isDouble(b) ? doubleOf(numberOfDouble(a) + numberOfDouble(b)) : NO_OVERLOAD;
  }
  if (Array.isArray(a)) return Array.isArray(b) ? [...(a as unknown[]), ...(b as unknown[])] : NO_OVERLOAD;
  if (a instanceof Uint) {
    return b instanceof Uint ? checkedUint(BigInt(a.value) + BigInt(b.value)) : NO_OVERLOAD;
  }
  if (a instanceof Uint8Array) {
    return b instanceof Uint8Array ? Uint8Array.from([...a, ...b]) : NO_OVERLOAD;
  }
  if (a instanceof Duration) {
    if (b instanceof Duration) return checkedDuration(a.nanos + b.nanos);
    return b instanceof Timestamp ? checkedTimestamp(nanosOf(b) + a.nanos) : NO_OVERLOAD;
  }
  if (a instanceof Timestamp && b instanceof Duration) return checkedTimestamp(nanosOf(a) + b.nanos);
  return NO_OVERLOAD;
}

export function subtract(a: Value, b: Value): Value {
  if (isInt(a)) {
    if (!isInt(b)) return NO_OVERLOAD;
    if (typeof a === 'number' && typeof b === 'number') {
      const difference = a - b;
      if (Number.isSafeInteger(difference)) return difference;
    }
    return checkedInt(BigInt(a) - BigInt(b));
  }
  if (isDouble(a)) {
    return isDouble(b) ? doubleOf(numberOfDouble(a) - numberOfDouble(b)) : NO_OVERLOAD;
  }
  if (a instanceof Uint) {
    return b instanceof Uint ? checkedUint(BigInt(a.value) - BigInt(b.value)) : NO_OVERLOAD;
  }
  if (a instanceof Duration) {
    return b instanceof Duration ? checkedDuration(a.nanos - b.nanos) : NO_OVERLOAD;
  }
  if (a instanceof Timestamp) {
    if (b instanceof Duration) return checkedTimestamp(nanosOf(a) - b.nanos);
    return b instanceof Timestamp ? checkedDuration(nanosOf(a) - nanosOf(b)) : NO_OVERLOAD;
  }
  return NO_OVERLOAD;
}

export function multiply(a: Value, b: Value): Value {
  if (isInt(a)) {
    if (!isInt(b)) return NO_OVERLOAD;
    if (typeof a === 'number' && typeof b === 'number') {
      const product = a * b;
      if (Number.isSafeInteger(product)) return product === 0 ? 0 : product;
    }
    return checkedInt(BigInt(a) * BigInt(b));
  }
  if (isDouble(a)) {
    return isDouble(b) ? doubleOf(numberOfDouble(a) * numberOfDouble(b)) : NO_OVERLOAD;
  }
  return a instanceof Uint && b instanceof Uint
    ? checkedUint(BigInt(a.value) * BigInt(b.value))
    : NO_OVERLOAD;
}

export function divide(a: Value, b: Value): Value {
  if (isInt(a)) {
    if (!isInt(b)) return NO_OVERLOAD;
    return b === 0 ? DIVIDE_BY_ZERO : checkedInt(BigInt(a) / BigInt(b));
  }
  if (isDouble(a)) {
    return isDouble(b) ? doubleOf(numberOfDouble(a) / numberOfDouble(b)) : NO_OVERLOAD;
  }
  if (!(a instanceof Uint && b instanceof Uint)) return NO_OVERLOAD;
  return b.value === 0 ? DIVIDE_BY_ZERO : checkedUint(BigInt(a.value) / BigInt(b.value));
}

export function modulo(a: Value, b: Value): Value {
  if (isInt(a)) {
    if (!isInt(b)) return NO_OVERLOAD;
    return b === 0 ? MODULUS_BY_ZERO : checkedInt(BigInt(a) % BigInt(b));
  }
  if (!(a instanceof Uint && b instanceof Uint)) return NO_OVERLOAD;
  return b.value === 0 ? MODULUS_BY_ZERO : checkedUint(BigInt(a.value) % BigInt(b.value));
}

export function negate(a: Value): Value {
  if (isInt(a)) return checkedInt(-BigInt(a));
  return isDouble(a) ? doubleOf(-numberOfDouble(a)) : NO_OVERLOAD;
}

export function not(a: Value): Value {
  return typeof a === 'boolean' ? !a : NO_OVERLOAD;
}

/** Less than, equal to or greater than zero; NaN if one is NaN; undefined if the types have no order. */
export function compare(a: Value, b: Value): number | undefined {
  if (typeof a === 'string') return typeof b === 'string' ? compareTexts(a, b) : undefined;
  if (isNumber(a)) return isNumber(b) ? compareNumbers(a, b) : undefined;
  if (typeof a === 'boolean') return typeof b === 'boolean' ? Number(a) - Number(b) : undefined;
  if (a instanceof Timestamp) {
    return b instanceof Timestamp ? a.seconds - b.seconds || a.nanos - b.nanos : undefined;
  }
  if (a instanceof Duration) {
    return b instanceof Duration ? (a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0) : undefined;
  }
  return a instanceof Uint8Array && b instanceof Uint8Array ? compareBytes(a, b) : undefined;
}

function relation(holds: (order: number) => boolean): (a: Value, b: Value) => Value {
  return (a, b) => {
    const order = compare(a, b);
    return order === undefined ? NO_OVERLOAD : holds(order);
  };
}

export const isLess = relation((order) => order < 0);
export const isLessOrEqual = relation((order) => order <= 0);
export const isGreater = relation((order) => order > 0);
export const isGreaterOrEqual = relation((order) => order >= 0);

export const isEqual = (a: Value, b: Value): Value => equals(a, b);
export const isNotEqual = (a: Value, b: Value): Value => !equals(a, b);

export function contains(element: Value, container: Value): Value {
  if (Array.isArray(container)) return container.some((item) => equals(element, item));
  if (!isMap(container)) return NO_OVERLOAD;
  return getOfMap(container, element) !== undefined;
}

export function index(container: Value, key: Value): Value {
  if (container instanceof Optional) return optionalIndex(container, key);
  if (Array.isArray(container)) {
    const position = positionOf(key);
    if (position === undefined) return new CelError(`unsupported index type '${typeof key}' in list`);
    return position >= 0 && position < container.length
      ? (container[position] as Value)
      : new CelError(`index out of bounds: ${position}`);
  }
  if (!isMap(container)) return NO_OVERLOAD;
  const value = getOfMap(container, key);
  return value === undefined ? noSuchKey(key) : value;
}

/** `container[?key]`. */
export function optionalIndex(container: Value, key: Value): Value {
  if (container instanceof Optional) {
    return container.present ? optionalIndex(container.value, key) : Optional.none;
  }
  if (Array.isArray(container)) {
    const position = positionOf(key);
    if (position === undefined) return NO_OVERLOAD;
    return position >= 0 && position < container.length
      ? Optional.of(container[position] as Value)
      : Optional.none;
  }
  if (!isMap(container)) return NO_OVERLOAD;
  const value = getOfMap(container, key);
  return value === undefined ? Optional.none : Optional.of(value);
}

/** An index into a list: any whole number, of any type. */
function positionOf(key: Value): number | undefined {
  if (isInt(key)) return Number(key);
  if (key instanceof Uint) return Number(key.value);
  const number = isDouble(key) ? numberOfDouble(key) : Number.NaN;
  return Number.isInteger(number) ? number : undefined;
}

export function noSuchKey(key: Value): CelError {
  return new CelError(`no such key: ${keyText(key)}`);
}

function keyText(key: Value): string {
  if (typeof key === 'string') return key;
  if (key instanceof Uint) return String(key.value);
  if (isDouble(key)) return String(numberOfDouble(key));
  return typeof key === 'number' || typeof key === 'bigint' || typeof key === 'boolean' ? String(key) : '';
}

/** The number of code points, octets, elements or entries; undefined for a value without a size. */
export function sizeOf(value: Value): number | undefined {
  if (typeof value === 'string') return codePoints(value);
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return isMap(value) ? sizeOfMap(value) : undefined;
}

export function size(value: Value): Value {
  return sizeOf(value) ?? NO_OVERLOAD;
}

/** How many code points a text has. */
export function codePoints(text: string): number {
  let pairs = 0;
  for (let index = 0; index < text.length; index++) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) {
      pairs++;
      index++;
    }
  }
  return text.length - pairs;
}
