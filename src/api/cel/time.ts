import { checkedDuration, isTimestamp } from './operators.ts';
import { CelError, type Duration, Timestamp, type Value } from './values.ts';

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** Parses a timestamp of RFC 3339; returns an error if the text is not one. */
export function parseTimestamp(text: string): Value {
  const match = RFC3339.exec(text);
  if (match === null) return conversionError('string', 'google.protobuf.Timestamp');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const [fraction = '', sign = '+', offsetHours = '0', offsetMinutes = '0'] = match.slice(7);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (
    !real ||
    hour > 23 ||
    minute > 59 ||
    second > 59 ||
    Number(offsetHours) > 24 ||
    Number(offsetMinutes) > 59
  ) {
    return conversionError('string', 'google.protobuf.Timestamp');
  }
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60 * (sign === '-' ? -1 : 1);
  const seconds = date.getTime() / 1000 + (hour * 60 + minute) * 60 + second - offset;
  if (!isTimestamp(seconds)) return new CelError('timestamp overflow');
  return new Timestamp(seconds, Number(fraction.slice(0, 9).padEnd(9, '0')));
}

export function conversionError(from: string, to: string): CelError {
  return new CelError(`type conversion error from '${from}' to '${to}'`);
}

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

/** Parses a duration in Go's format, `1h2m3.5s`; returns an error if the text is not one. */
export function parseDuration(text: string): Value {
  const [, sign = '', body = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (body === '0') return checkedDuration(0n);
  const part = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y;
  let nanos = 0n;
  while (part.lastIndex < body.length) {
    const at = part.lastIndex;
    const [whole = '', digits = '', fraction = '', unit = ''] = part.exec(body) ?? [];
    if (whole === '' || (digits === '' && fraction === '')) {
      return conversionError('string', 'google.protobuf.Duration');
    }
    const scale = UNITS.get(unit) ?? 1n;
    nanos += BigInt(digits) * scale + (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
    part.lastIndex = at + whole.length;
  }
  if (body === '') return conversionError('string', 'google.protobuf.Duration');
  const value = checkedDuration(sign === '-' ? -nanos : nanos);
  return value instanceof CelError ? conversionError('string', 'google.protobuf.Duration') : value;
}

/** In seconds: `3723.5s`. */
export function formatDuration({ nanos }: Duration): string {
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = (size % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
  const whole = `${nanos < 0n ? '-' : ''}${size / 1_000_000_000n}`;
  return `${fraction === '' ? whole : `${whole}.${fraction}`}s`;
}

export function formatTimestamp({ seconds, nanos }: Timestamp): string {
  const whole = new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, '');
  const fraction = nanos === 0 ? '' : `.${nanos.toString().padStart(9, '0').replace(/0+$/, '')}`;
  return `${whole}${fraction}Z`;
}

/**
 * The parts of a moment in a time zone, as a date whose UTC parts are those of the zone. Undefined for an unknown zone.
 */
export function inZone({ seconds }: Timestamp, zone: string): Date | undefined {
  const offset = offsetOf(seconds, zone);
  return offset === undefined ? undefined : new Date((seconds + offset) * 1000);
}

/** Formatters are expensive to make, and only a few zones are in use. */
const formatters = new Map<string, Intl.DateTimeFormat | undefined>();
const MAX_FORMATTERS = 100;

/** Seconds east of Greenwich. */
function offsetOf(seconds: number, zone: string): number | undefined {
  if (zone === 'UTC' || zone === '') return 0;
  const fixed = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(zone);
  if (fixed !== null) {
    const [, sign, hours, minutes] = fixed;
    return (Number(hours) * 60 + Number(minutes)) * 60 * (sign === '-' ? -1 : 1);
  }
  const format = formatterOf(zone);
  if (format === undefined) return undefined;
  const name = format.formatToParts(seconds * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0', rest = '0'] =
    /([+-−])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(name) ?? [];
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(rest)) * (sign === '+' ? 1 : -1);
}

function formatterOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!formatters.has(zone)) {
    if (formatters.size >= MAX_FORMATTERS) formatters.clear();
    formatters.set(zone, makeFormatter(zone));
  }
  return formatters.get(zone);
}

function makeFormatter(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
}
