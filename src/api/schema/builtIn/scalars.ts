import { canonicalQuantity, QuantityError } from '../../quantity.ts';
import type { Scalar } from './models.ts';

/** A value that a Go type refuses; `message` as upstream's decoder words it. */
export class ScalarError extends Error {
  override readonly name = 'ScalarError';
}

const PLAIN_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const PLAIN_MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const INT32_MAX = 2 ** 31 - 1;
const INT32_MIN = -(2 ** 31);
const INT64_LIMIT = 2 ** 63;
/** The largest number below 2^63: the limit itself would be written as a number that no int64 takes. */
const INT64_LARGEST = INT64_LIMIT - 1024;

/** Go's name of a scalar's type in `cannot unmarshal … of type …`; undefined where the type decodes itself. */
export const goTypes: Readonly<Record<Scalar, string>> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  byte: '[]uint8',
  time: 'string',
  microtime: 'string',
  intOrString: 'int32',
  quantity: 'string',
  any: 'interface {}',
};

/**
 * Whether a value is already exactly what the type stores. False means that it is wrong or has another normal form;
 * `normalScalar` tells which.
 */
export function isNormal(scalar: Scalar, value: unknown): boolean {
  switch (scalar) {
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'int32':
      return Number.isInteger(value) && (value as number) <= INT32_MAX && (value as number) >= INT32_MIN;
    case 'int64':
      return Number.isInteger(value) && Math.abs(value as number) <= INT64_LARGEST;
    case 'double':
      return typeof value === 'number';
    case 'byte':
      return typeof value === 'string' && BASE64.test(value);
    case 'time':
      return typeof value === 'string' && PLAIN_TIME.test(value) && !Number.isNaN(Date.parse(value));
    case 'microtime':
      return typeof value === 'string' && PLAIN_MICRO_TIME.test(value) && !Number.isNaN(Date.parse(value));
    case 'intOrString':
      return typeof value === 'string' || isNormal('int32', value);
    case 'quantity':
      return typeof value === 'string' && isCanonical(value);
    case 'any':
      return value !== null && value !== undefined;
  }
}

function isCanonical(text: string): boolean {
  try {
    return canonicalQuantity(text) === text;
  } catch {
    return false;
  }
}

/**
 * The stored form of a value: quantities canonical, times in UTC. Throws ScalarError where the value decodes itself
 * and is refused; returns undefined for a value of another JSON type (the caller knows the path).
 */
export function normalScalar(scalar: Scalar, value: unknown): unknown {
  if (isNormal(scalar, value)) return value;
  switch (scalar) {
    case 'int64':
      // 9223372036854775807 and its neighbours, as near as a JavaScript number comes.
      return value === INT64_LIMIT || value === -INT64_LIMIT ? Math.sign(value) * INT64_LARGEST : undefined;
    case 'byte':
      if (typeof value === 'string') return normalBytes(value);
      return undefined;
    case 'time':
    case 'microtime':
      return typeof value === 'string' ? normalTime(value, scalar === 'microtime') : undefined;
    case 'quantity':
      if (typeof value !== 'string' && typeof value !== 'number') throw new ScalarError(quantityMessage(''));
      try {
        return canonicalQuantity(String(value));
      } catch (error) {
        throw new ScalarError(error instanceof QuantityError ? error.message : String(error));
      }
    default:
      return undefined;
  }
}

function quantityMessage(text: string): string {
  try {
    canonicalQuantity(text);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Go ignores line breaks in base64. */
function normalBytes(text: string): string {
  const clean = text.replace(/[\r\n]/g, '');
  if (BASE64.test(clean)) return clean;
  const wrong = /[^A-Za-z0-9+/]/.exec(text)?.index ?? text.length - (text.length % 4);
  throw new ScalarError(`illegal base64 data at input byte ${wrong}`);
}

function normalTime(text: string, micro: boolean): string {
  const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  const match = RFC3339.exec(text);
  const at = match === null ? Number.NaN : Date.parse(`${match[1] ?? ''}${match[3] ?? ''}`);
  if (match === null || Number.isNaN(at)) throw new ScalarError(timeMessage(text, layout));
  const seconds = new Date(at).toISOString().slice(0, 19);
  return micro ? `${seconds}.${(match[2] ?? '.').slice(1, 7).padEnd(6, '0')}Z` : `${seconds}Z`;
}

/** Go names the first part of the layout that does not match; where all do, a part is out of its range. */
function timeMessage(text: string, layout: string): string {
  const head = `parsing time ${JSON.stringify(text)}`;
  const parts: [RegExp, string][] = [
    [/^\d{4}/, '2006'],
    [/^-/, '-'],
    [/^\d\d/, '01'],
    [/^-/, '-'],
    [/^\d\d/, '02'],
    [/^T/, 'T'],
    [/^\d\d/, '15'],
    [/^:/, ':'],
    [/^\d\d/, '04'],
    [/^:/, ':'],
    [/^\d\d/, '05'],
    [/^(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/, 'Z07:00'],
  ];
  let rest = text;
  for (const [pattern, name] of parts) {
    const match = pattern.exec(rest);
    if (match === null) {
      return `${head} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${name}"`;
    }
    rest = rest.slice(match[0].length);
  }
  return `${head}: day out of range`;
}
