import { nextTime } from '../../api/cron/next.ts';
import type { Schedule } from '../../api/cron/schedule.ts';
import { msOf } from '../../api/time.ts';
import type { CronJob } from '../../api/types.ts';

/** From so many missed times on, upstream warns, and counting ends. */
const TOO_MANY = 100;
const HOUR = 3_600_000;
/** How far back the last time of a schedule is looked for, the shortest first. */
const WINDOWS = [HOUR, 24 * HOUR, 31 * 24 * HOUR, 366 * 24 * HOUR];

export interface Due {
  /** The last time of the schedule that has come and was not served; undefined for none. */
  readonly time: number | undefined;
  readonly tooManyMissed: boolean;
  /** From when on times are looked for, in ms since the epoch. */
  readonly earliest: number;
}

/** `mostRecentScheduleTime`: of the times that were missed only the last counts. */
export function dueTime(cron: CronJob, schedule: Schedule, timeZone: string, now: number): Due {
  const last = msOf(cron.status?.lastScheduleTime);
  const created = msOf(cron.metadata.creationTimestamp) ?? now;
  const { startingDeadlineSeconds: deadline } = cron.spec;
  const earliest = Math.max(last ?? created, deadline === undefined ? 0 : now - deadline * 1000);
  const counted = timesBetween(schedule, earliest, now, timeZone, TOO_MANY + 1);
  if (counted.length <= TOO_MANY) {
    return { time: counted.at(-1), tooManyMissed: false, earliest };
  }
  for (const window of WINDOWS) {
    const recent = timesBetween(schedule, Math.max(earliest, now - window), now, timeZone, Infinity);
    if (recent.length > 0) return { time: recent.at(-1), tooManyMissed: true, earliest };
  }
  return { time: counted.at(-1), tooManyMissed: true, earliest };
}

function timesBetween(
  schedule: Schedule,
  after: number,
  until: number,
  timeZone: string,
  most: number,
): readonly number[] {
  const times: number[] = [];
  let time = nextTime(schedule, after, timeZone);
  while (time !== undefined && time <= until && times.length < most) {
    times.push(time);
    time = nextTime(schedule, time, timeZone);
  }
  return times;
}
