import { member, type Overload } from '../declarations.ts';
import { inZone } from '../time.ts';
import { DURATION, INT, STRING, TIMESTAMP } from '../types.ts';
import { CelError, type Duration, intOf, type Timestamp, type Value } from '../values.ts';

type Part = (date: Date, timestamp: Timestamp) => number;

const DAY = 86_400_000;

/** Parts of timestamps, by their names. */
const PARTS: readonly (readonly [name: string, id: string, part: Part])[] = [
  ['getFullYear', 'timestamp_to_year', (date) => date.getUTCFullYear()],
  ['getMonth', 'timestamp_to_month', (date) => date.getUTCMonth()],
  ['getDayOfYear', 'timestamp_to_day_of_year', dayOfYear],
  ['getDayOfMonth', 'timestamp_to_day_of_month', (date) => date.getUTCDate() - 1],
  ['getDate', 'timestamp_to_day_of_month_1_based', (date) => date.getUTCDate()],
  ['getDayOfWeek', 'timestamp_to_day_of_week', (date) => date.getUTCDay()],
  ['getHours', 'timestamp_to_hours', (date) => date.getUTCHours()],
  ['getMinutes', 'timestamp_to_minutes', (date) => date.getUTCMinutes()],
  ['getSeconds', 'timestamp_to_seconds', (date) => date.getUTCSeconds()],
  ['getMilliseconds', 'timestamp_to_milliseconds', (_, { nanos }) => Math.floor(nanos / 1_000_000)],
];

function dayOfYear(date: Date): number {
  const start = new Date(date);
  start.setUTCMonth(0, 1);
  return Math.round((date.getTime() - start.getTime()) / DAY);
}

function partIn(part: Part): (timestamp: Timestamp, zone?: string) => Value {
  return (timestamp, zone = 'UTC') => {
    const date = inZone(timestamp, zone);
    return date === undefined ? new CelError(`unknown time zone ${zone}`) : part(date, timestamp);
  };
}

/** The length of a duration in whole units, by the names of the functions. */
const UNITS: readonly (readonly [name: string, id: string, nanos: bigint])[] = [
  ['getHours', 'duration_to_hours', 3_600_000_000_000n],
  ['getMinutes', 'duration_to_minutes', 60_000_000_000n],
  ['getSeconds', 'duration_to_seconds', 1_000_000_000n],
  ['getMilliseconds', 'duration_to_milliseconds', 1_000_000n],
];

/** Parts of timestamps and durations (cel-go `common/stdlib`). */
export function timeFunctions(): readonly (readonly [string, Overload])[] {
  return [
    ...PARTS.flatMap(([name, id, part]) => [
      member(name, id, [TIMESTAMP], INT, partIn(part)),
      member(name, `${id}_with_tz`, [TIMESTAMP, STRING], INT, partIn(part)),
    ]),
    ...UNITS.map(([name, id, unit]) =>
      member(name, id, [DURATION], INT, ({ nanos }: Duration) => intOf(nanos / unit)),
    ),
  ];
}
