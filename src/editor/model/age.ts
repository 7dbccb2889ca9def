const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long ago a time was, in one number and one letter: `5s`, `3m`, `2h`, `4d`. The time is RFC 3339. */
export function age(time: string, nowMs: number): string {
  const past = Math.max(nowMs - Date.parse(time), 0);
  if (past < MINUTE_MS) return `${Math.floor(past / SECOND_MS)}s`;
  if (past < HOUR_MS) return `${Math.floor(past / MINUTE_MS)}m`;
  if (past < DAY_MS) return `${Math.floor(past / HOUR_MS)}h`;
  return `${Math.floor(past / DAY_MS)}d`;
}
