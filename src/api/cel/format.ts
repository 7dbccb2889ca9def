import { formatDuration, formatTimestamp } from './time.ts';
import {
  CelError,
  Duration,
  getOfMap,
  isDouble,
  isInt,
  isMap,
  keysOfMap,
  numberOfDouble,
  Timestamp,
  typeNameOf,
  TypeValue,
  Uint,
  type Value,
} from './values.ts';

/** cel-go's limit: a greater precision would only cost time. */
const MAX_PRECISION = 100;

/** The longest text that a value may become: as long as the longest request. */
const MAX_LENGTH = 3 * 1024 * 1024;

const TOO_LONG = new CelError('error during formatting: the text is too long');

/** `'%s is %d'.format([…])` (cel-go `ext/formatting.go`). */
export function formatText(template: string, args: readonly Value[]): Value {
  if (formattedLength(args) > MAX_LENGTH) return TOO_LONG;
  let result = '';
  let next = 0;
  let error: string | undefined;
  const clause = /%(?:%|(?:\.(\d+))?([\s\S]))?/g;
  let at = 0;
  for (let match = clause.exec(template); match !== null; match = clause.exec(template)) {
    result += template.slice(at, match.index);
    at = clause.lastIndex;
    const [whole, precision, verb] = match;
    if (whole === '%%') {
      result += '%';
      continue;
    }
    if (verb === undefined) return new CelError('unexpected end of string');
    const formatter = FORMATTERS.get(verb);
    if (formatter === undefined) {
      return new CelError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
    }
    if (next >= args.length) return new CelError(`index ${next} out of range`);
    const digits = precision === undefined ? undefined : Number(precision);
    if (digits !== undefined && digits > MAX_PRECISION) {
      return new CelError(
        `could not parse formatting clause: precision ${digits} exceeds maximum allowed (${MAX_PRECISION})`,
      );
    }
    const text = formatter(args[next++], digits);
    if (typeof text !== 'string') error ??= text.message;
    else result += text;
  }
  return error === undefined ? result + template.slice(at) : new CelError(error);
}

/**
 * About how long values are as texts. It is known before the texts are made, because one value may appear many times.
 */
export function formattedLength(args: readonly Value[]): number {
  return lengthOf(args, MAX_LENGTH);
}

/** About how long a value is as text. Stops reading and returns more than `most` when it is longer. */
function lengthOf(value: Value, most: number): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) {
    let length = 2;
    for (const item of value as readonly Value[]) {
      if ((length += 2 + lengthOf(item, most - length)) > most) break;
    }
    return length;
  }
  if (!isMap(value)) return 8;
  let length = 2;
  for (const key of keysOfMap(value)) {
    length += 4 + lengthOf(key, most - length) + lengthOf(getOfMap(value, key), most - length);
    if (length > most) break;
  }
  return length;
}

type Formatter = (value: Value, precision: number | undefined) => string | CelError;

function mismatch(what: string, value: Value): CelError {
  return new CelError(`error during formatting: ${what}, was given ${typeNameOf(value)}`);
}

const FORMATTERS: ReadonlyMap<string, Formatter> = new Map<string, Formatter>([
  ['s', (value) => textOf(value)],
  ['d', decimal],
  ['f', (value, precision) => fixedPoint(value, precision ?? 6)],
  ['e', (value, precision) => scientific(value, precision ?? 6)],
  ['b', binary],
  ['o', octal],
  ['x', (value) => hexadecimal(value)],
  ['X', (value) => upper(hexadecimal(value))],
]);

function upper(text: string | CelError): string | CelError {
  return typeof text === 'string' ? text.toUpperCase() : text;
}

function textOf(value: Value): string | CelError {
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (typeof value === 'boolean' || isInt(value)) return String(value);
  if (isDouble(value)) return special(numberOfDouble(value)) ?? String(numberOfDouble(value));
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  if (value instanceof TypeValue) return value.name;
  if (Array.isArray(value)) return around('[', value.map(textOf), ']');
  if (isMap(value)) {
    const entries = Array.from(keysOfMap(value), (key) => {
      const name = textOf(key);
      const text = textOf(getOfMap(value, key));
      return typeof name !== 'string' ? name : typeof text !== 'string' ? text : `${name}: ${text}`;
    });
    return around('{', entries.sort(), '}');
  }
  return mismatch(
    'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
    value,
  );
}

function around(open: string, parts: readonly (string | CelError)[], close: string): string | CelError {
  const texts: string[] = [];
  for (const part of parts) {
    if (typeof part !== 'string') return part;
    texts.push(part);
  }
  return `${open}${texts.join(', ')}${close}`;
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? undefined : value > 0 ? 'Infinity' : '-Infinity';
}

function integer(value: Value): bigint | undefined {
  if (isInt(value)) return BigInt(value);
  return value instanceof Uint ? BigInt(value.value) : undefined;
}

function decimal(value: Value): string | CelError {
  const whole = integer(value);
  if (whole !== undefined) return whole.toString();
  const text = isDouble(value) ? special(numberOfDouble(value)) : undefined;
  return text ?? mismatch('decimal clause can only be used on integers', value);
}

function binary(value: Value): string | CelError {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return integer(value)?.toString(2) ?? mismatch('only integers and bools can be formatted as binary', value);
}

function octal(value: Value): string | CelError {
  return integer(value)?.toString(8) ?? mismatch('octal clause can only be used on integers', value);
}

function hexadecimal(value: Value): string | CelError {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return (
    integer(value)?.toString(16) ??
    mismatch('only integers, byte buffers, and strings can be formatted as hex', value)
  );
}

function numberOf(value: Value): number | undefined {
  if (isDouble(value)) return numberOfDouble(value);
  const whole = integer(value);
  return whole === undefined ? undefined : Number(whole);
}

function fixedPoint(value: Value, precision: number): string | CelError {
  const number = numberOf(value);
  if (number === undefined) return mismatch('fixed-point clause can only be used on doubles', value);
  return special(number) ?? roundHalfEven(number, precision);
}

/** Rounds as Go does: a number exactly between two goes to the even one. */
function roundHalfEven(value: number, precision: number): string {
  const text = value.toFixed(precision);
  const exact = Math.abs(value).toFixed(100);
  const point = exact.indexOf('.');
  const kept = exact.slice(0, point + 1 + precision);
  if (!/^50*$/.test(exact.slice(point + 1 + precision)) || !/[02468]\.?$/.test(kept)) return text;
  return (value < 0 ? '-' : '') + (precision === 0 ? kept.slice(0, -1) : kept);
}

function scientific(value: Value, precision: number): string | CelError {
  const number = numberOf(value);
  if (number === undefined) return mismatch('scientific clause can only be used on doubles', value);
  return special(number) ?? number.toExponential(precision).replace(/([+-])(\d)$/, '$10$2');
}

const QUOTED: ReadonlyMap<string, string> = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
]);

/** A text as a literal. */
export function quoteText(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is escaped
  return `"${text.toWellFormed().replace(/[\x07\b\f\n\r\t\v\\"]/g, (char) => QUOTED.get(char) ?? char)}"`;
}
