const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

const whole = (ms: number, unit: number): number => Math.floor(ms / unit);

/** The larger unit, and the smaller one where it is not zero. */
function pair(ms: number, unit: number, name: string, part: number, partName: string): string {
  const rest = whole(ms % unit, part);
  return rest === 0 ? `${whole(ms, unit)}${name}` : `${whole(ms, unit)}${name}${rest}${partName}`;
}

/**
 * A time span as kubectl shows ages, in two or three figures: `45s`, `3m5s`, `12m`, `5h10m`, `2d3h`, `90d`, `3y20d`
 * (apimachinery `util/duration.HumanDuration`). Milliseconds; up to two seconds in the future count as now.
 */
export function humanDuration(ms: number): string {
  if (ms < -2 * SECOND + 1) return '<invalid>';
  if (ms < 0) return '0s';
  if (ms < 2 * MINUTE) return `${whole(ms, SECOND)}s`;
  if (ms < 10 * MINUTE) return pair(ms, MINUTE, 'm', SECOND, 's');
  if (ms < 3 * HOUR) return `${whole(ms, MINUTE)}m`;
  if (ms < 8 * HOUR) return pair(ms, HOUR, 'h', MINUTE, 'm');
  if (ms < 48 * HOUR) return `${whole(ms, HOUR)}h`;
  if (ms < 8 * DAY) return pair(ms, DAY, 'd', HOUR, 'h');
  if (ms < 2 * YEAR) return `${whole(ms, DAY)}d`;
  if (ms < 8 * YEAR) return pair(ms, YEAR, 'y', DAY, 'd');
  return `${whole(ms, YEAR)}y`;
}
