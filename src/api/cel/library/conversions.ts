import { actualSize, sizeAt, traversal, traversesFirst } from '../cost/calls.ts';
import { scale, TRAVERSAL_FACTOR } from '../cost/estimates.ts';
import { global, type Overload } from '../declarations.ts';
import { checkedDuration, isTimestamp } from '../operators.ts';
import { formatDouble } from '../text.ts';
import { conversionError, formatDuration, formatTimestamp, parseDuration, parseTimestamp } from '../time.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  parameter,
  STRING,
  TIMESTAMP,
  type Type,
  typeOf,
  UINT,
} from '../types.ts';
import {
  CelError,
  type Double,
  doubleOf,
  type Duration,
  intOf,
  numberOfDouble,
  Timestamp,
  TypeValue,
  typeNameOf,
  Uint,
  type Value,
} from '../values.ts';

const same = (value: Value): Value => value;
const INT_RANGE = new CelError('integer overflow');
const UINT_RANGE = new CelError('unsigned integer overflow');
type Int = number | bigint;

function convert(
  name: string,
  id: string,
  from: Type,
  to: Type,
  call: Overload['call'],
): readonly [string, Overload] {
  return global(name, id, [from], to, call);
}

/** Conversions between types (cel-go `common/types`). */
export function conversions(): readonly (readonly [string, Overload])[] {
  const A = parameter('A');
  return [
    convert('dyn', 'to_dyn', A, DYN, same),
    convert('type', 'type', A, typeOf(A), (value: Value) => new TypeValue(typeNameOf(value))),
    convert('bool', 'bool_to_bool', BOOL, BOOL, same),
    convert('bool', 'string_to_bool', STRING, BOOL, boolOfText),
    ...toInt(),
    ...toUint(),
    ...toDouble(),
    ...toText(),
    convert('bytes', 'bytes_to_bytes', BYTES, BYTES, same),
    global('bytes', 'string_to_bytes', [STRING], BYTES, (text: string) => new TextEncoder().encode(text), {
      cost: (text: Value) => traversal(actualSize(text)),
      estimate: (args) => {
        const { min, max } = sizeAt(args, 0);
        return { cost: scale({ min, max }, TRAVERSAL_FACTOR), size: { min, max: max * 4 } };
      },
    }),
    convert('timestamp', 'timestamp_to_timestamp', TIMESTAMP, TIMESTAMP, same),
    convert('timestamp', 'string_to_timestamp', STRING, TIMESTAMP, parseTimestamp),
    convert('timestamp', 'int64_to_timestamp', INT, TIMESTAMP, timestampOf),
    convert('duration', 'duration_to_duration', DURATION, DURATION, same),
    convert('duration', 'string_to_duration', STRING, DURATION, parseDuration),
    convert('duration', 'int64_to_duration', INT, DURATION, (value: Int) => checkedDuration(BigInt(value))),
  ];
}

function toInt(): (readonly [string, Overload])[] {
  return [
    convert('int', 'int64_to_int64', INT, INT, same),
    convert('int', 'uint64_to_int64', UINT, INT, ({ value }: Uint) => asInt(BigInt(value))),
    convert('int', 'double_to_int64', DOUBLE, INT, (value: number | Double) => {
      const number = numberOfDouble(value);
      // Upstream refuses the limits themselves: a double cannot tell them from numbers beyond them.
      return number > -(2 ** 63) && number < 2 ** 63 ? asInt(BigInt(Math.trunc(number))) : INT_RANGE;
    }),
    convert('int', 'string_to_int64', STRING, INT, (text: string) =>
      /^[-+]?\d+$/.test(text) &&
      BigInt.asIntN(64, BigInt(text.replace(/^\+/, ''))) === BigInt(text.replace(/^\+/, ''))
        ? intOf(BigInt(text.replace(/^\+/, '')))
        : conversionError('string', 'int'),
    ),
    convert('int', 'timestamp_to_int64', TIMESTAMP, INT, ({ seconds }: Timestamp) => seconds),
    convert('int', 'duration_to_int64', DURATION, INT, ({ nanos }: Duration) => intOf(nanos)),
  ];
}

function asInt(value: bigint): Value {
  return BigInt.asIntN(64, value) === value ? intOf(value) : INT_RANGE;
}

function asUint(value: bigint): Value {
  return BigInt.asUintN(64, value) === value ? new Uint(intOf(value)) : UINT_RANGE;
}

function toUint(): (readonly [string, Overload])[] {
  return [
    convert('uint', 'uint64_to_uint64', UINT, UINT, same),
    convert('uint', 'int64_to_uint64', INT, UINT, (value: Int) => asUint(BigInt(value))),
    convert('uint', 'double_to_uint64', DOUBLE, UINT, (value: number | Double) => {
      const number = numberOfDouble(value);
      return number >= 0 && number < 2 ** 64 ? asUint(BigInt(Math.trunc(number))) : UINT_RANGE;
    }),
    convert('uint', 'string_to_uint64', STRING, UINT, (text: string) =>
      /^\d+$/.test(text) && BigInt.asUintN(64, BigInt(text)) === BigInt(text)
        ? new Uint(intOf(BigInt(text)))
        : conversionError('string', 'uint'),
    ),
  ];
}

function toDouble(): (readonly [string, Overload])[] {
  return [
    convert('double', 'double_to_double', DOUBLE, DOUBLE, same),
    convert('double', 'int64_to_double', INT, DOUBLE, (value: Int) => doubleOf(Number(value))),
    convert('double', 'uint64_to_double', UINT, DOUBLE, ({ value }: Uint) => doubleOf(Number(value))),
    convert('double', 'string_to_double', STRING, DOUBLE, doubleOfText),
  ];
}

function doubleOfText(text: string): Value {
  if (/^[-+]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^[-+]?nan$/i.test(text)) return Number.NaN;
  if (!/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text)) return conversionError('string', 'double');
  const value = Number(text);
  return Number.isFinite(value) ? doubleOf(value) : conversionError('string', 'double');
}

function toText(): (readonly [string, Overload])[] {
  return [
    convert('string', 'string_to_string', STRING, STRING, same),
    convert('string', 'bool_to_string', BOOL, STRING, String),
    convert('string', 'int64_to_string', INT, STRING, String),
    convert('string', 'uint64_to_string', UINT, STRING, ({ value }: Uint) => String(value)),
    convert('string', 'double_to_string', DOUBLE, STRING, (value: number | Double) =>
      formatDouble(numberOfDouble(value)),
    ),
    global('string', 'bytes_to_string', [BYTES], STRING, textOfBytes, {
      ...traversesFirst(),
      estimate: (args) => {
        const { min, max } = sizeAt(args, 0);
        return { cost: scale({ min, max }, TRAVERSAL_FACTOR), size: { min: Math.floor(min / 4), max } };
      },
    }),
    convert('string', 'timestamp_to_string', TIMESTAMP, STRING, formatTimestamp),
    convert('string', 'duration_to_string', DURATION, STRING, formatDuration),
  ];
}

function textOfBytes(bytes: Uint8Array): Value {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new CelError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

function timestampOf(value: Int): Value {
  const seconds = Number(value);
  return isTimestamp(seconds) ? new Timestamp(seconds, 0) : new CelError('timestamp overflow');
}

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

function boolOfText(text: string): Value {
  return TRUE.has(text) ? true : FALSE.has(text) ? false : conversionError('string', 'bool');
}
