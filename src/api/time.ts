/** The last second that was asked for: times are made for every write, and mostly of now. */
let last = { second: -1, text: '' };

/** `2026-01-02T03:04:05Z`: meta/v1 Time. */
export function timeOf(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== last.second) last = { second, text: `${new Date(ms).toISOString().slice(0, 19)}Z` };
  return last.text;
}

/** `2026-01-02T03:04:05.678000Z`: meta/v1 MicroTime. */
export function microTimeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}

/** Milliseconds since the epoch; undefined where there is no time or none that can be read. */
export function msOf(time: string | undefined): number | undefined {
  if (time === undefined) return undefined;
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? undefined : ms;
}
