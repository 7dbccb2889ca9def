import type { FieldSchedule, Schedule } from './schedule.ts';
import { type WallClock, wallClock } from './wallClock.ts';

const MINUTE = 60_000;
const DAYS_AHEAD = 5 * 366;

/**
 * The first time of a schedule after a moment, in ms since the epoch; undefined where there is none within five years.
 * As robfig/cron v3 `SpecSchedule.Next` has it, a time that a change of the clock leaves out does not come that day, and
 * one that it repeats comes twice.
 * @param timeZone of the fields, unless the schedule has its own
 */
export function nextTime(schedule: Schedule, after: number, timeZone: string): number | undefined {
  if (schedule.type === 'every') return after - (after % 1000) + schedule.ms;
  const wallOf = wallClock(schedule.timeZone ?? timeZone);
  let time = after - (after % MINUTE) + MINUTE;
  for (let days = 0; days < DAYS_AHEAD;) {
    const wall = wallOf(time);
    if (!schedule.months.has(wall.month) || !isDay(schedule, wall)) {
      time = nextMidnight(time, wall, wallOf);
      days += 1;
    } else if (!schedule.hours.has(wall.hour)) {
      time += (60 - wall.minute) * MINUTE;
    } else if (!schedule.minutes.has(wall.minute)) {
      time += MINUTE;
    } else {
      return time;
    }
  }
  return undefined;
}

function isDay({ days, weekdays, anyDay }: FieldSchedule, wall: WallClock): boolean {
  const [inMonth, inWeek] = [days.has(wall.day), weekdays.has(wall.weekday)];
  return anyDay ? inMonth && inWeek : inMonth || inWeek;
}

/** The beginning of the next day on the wall, which may be 23 or 25 hours long. */
function nextMidnight(time: number, wall: WallClock, wallOf: (time: number) => WallClock): number {
  const guess = time + (24 * 60 - wall.hour * 60 - wall.minute) * MINUTE;
  const there = wallOf(guess);
  if (there.hour === 0) return guess - there.minute * MINUTE;
  // Too far into the day, or not yet in it.
  if (there.hour <= 12) return guess - (there.hour * 60 + there.minute) * MINUTE;
  return guess + (24 * 60 - there.hour * 60 - there.minute) * MINUTE;
}
