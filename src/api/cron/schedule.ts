/**
 * The schedules of CronJobs: the grammar of robfig/cron v3's `ParseStandard`, which upstream uses: five fields of lists
 * and ranges with steps, names of months and days, `?` for `*`, descriptors, `@every 90m`, and a zone in front.
 */
export interface FieldSchedule {
  readonly type: 'fields';
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  /** 1 to 12. */
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** Days of the month or of the week are open: then both must match, else one of the two. */
  readonly anyDay: boolean;
  /** From `TZ=…` or `CRON_TZ=…` in front of the fields. */
  readonly timeZone?: string;
}

export interface IntervalSchedule {
  readonly type: 'every';
  readonly ms: number;
}

export type Schedule = FieldSchedule | IntervalSchedule;

/** The message says what is wrong with the schedule. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MINUTES: Bounds = { min: 0, max: 59, names: [] };
const HOURS: Bounds = { min: 0, max: 23, names: [] };
const DAYS: Bounds = { min: 1, max: 31, names: [] };
const MONTHS: Bounds = {
  min: 1,
  max: 12,
  names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
};
const WEEKDAYS: Bounds = { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] };

const DESCRIPTORS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/** Throws ScheduleError. */
export function parseSchedule(text: string): Schedule {
  const zone = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(text);
  const timeZone = zone?.[1];
  const spec = (zone?.[2] ?? text).trim();
  if (spec === '') throw new ScheduleError('empty spec string');
  if (spec.startsWith('@every ')) return { type: 'every', ms: intervalOf(spec.slice('@every '.length)) };
  const fields = (DESCRIPTORS.get(spec) ?? spec).split(/\s+/);
  if (spec.startsWith('@') && !DESCRIPTORS.has(spec)) {
    throw new ScheduleError(`unrecognized descriptor: ${spec}`);
  }
  if (fields.length !== 5) {
    throw new ScheduleError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  }
  const [minutes, hours, days, months, weekdays] = fields.map((field, index) =>
    parseField(field, [MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS][index] ?? MINUTES),
  ) as [Field, Field, Field, Field, Field];
  return {
    type: 'fields',
    minutes: minutes.values,
    hours: hours.values,
    days: days.values,
    months: months.values,
    weekdays: weekdays.values,
    anyDay: days.open || weekdays.open,
    ...(timeZone === undefined ? {} : { timeZone }),
  };
}

interface Field {
  readonly values: ReadonlySet<number>;
  /** It has a `*` or `?` without a step. */
  readonly open: boolean;
}

function parseField(text: string, bounds: Bounds): Field {
  const values = new Set<number>();
  let open = false;
  for (const part of text.split(',')) {
    if (part === '') continue;
    const range = parseRange(part, bounds);
    open ||= range.open;
    for (let value = range.first; value <= range.last; value += range.step) values.add(value);
  }
  if (values.size === 0) throw new ScheduleError(`empty field: ${JSON.stringify(text)}`);
  return { values, open };
}

function parseRange(
  text: string,
  bounds: Bounds,
): { first: number; last: number; step: number; open: boolean } {
  const [range = '', stepText, ...more] = text.split('/');
  if (more.length > 0) throw new ScheduleError(`too many slashes: ${text}`);
  const [low = '', high, ...others] = range.split('-');
  if (others.length > 0) throw new ScheduleError(`too many hyphens: ${text}`);
  const star = low === '*' || low === '?';
  if (star && high !== undefined) throw new ScheduleError(`a range cannot begin with ${low}: ${text}`);
  const step = stepText === undefined ? 1 : numberOf(stepText, text);
  if (step === 0) throw new ScheduleError(`step of range should be a positive number: ${text}`);
  const first = star ? bounds.min : valueOf(low, bounds, text);
  // A single value with a step goes on to the end.
  const end = stepText === undefined ? first : bounds.max;
  const last = star ? bounds.max : high === undefined ? end : valueOf(high, bounds, text);
  if (first < bounds.min) {
    throw new ScheduleError(`beginning of range (${first}) below minimum (${bounds.min}): ${text}`);
  }
  if (last > bounds.max) {
    throw new ScheduleError(`end of range (${last}) above maximum (${bounds.max}): ${text}`);
  }
  if (first > last)
    throw new ScheduleError(`beginning of range (${first}) beyond end of range (${last}): ${text}`);
  return { first, last, step, open: star && step === 1 };
}

function valueOf(text: string, { names, min }: Bounds, whole: string): number {
  const named = names.indexOf(text.toLowerCase());
  return named >= 0 ? named + min : numberOf(text, whole);
}

function numberOf(text: string, whole: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new ScheduleError(`failed to parse int from ${text}: ${whole}`);
  return Number(text);
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** A duration as Go writes it, in whole seconds and at least one. */
function intervalOf(text: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trim()) {
    throw new ScheduleError(`failed to parse duration @every ${text}`);
  }
  const ms = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0);
  return Math.max(1000, ms - (ms % 1000));
}
