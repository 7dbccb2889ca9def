import assert from 'node:assert/strict';
import { nextTime } from './next.ts';
import { parseSchedule, ScheduleError } from './schedule.ts';
import { isTimeZone } from './wallClock.ts';

const times = (text: string, after: string, count: number, zone = 'UTC'): string[] => {
  const schedule = parseSchedule(text);
  const found: string[] = [];
  let time: number | undefined = Date.parse(after);
  while (found.length < count) {
    time = nextTime(schedule, time, zone);
    if (time === undefined) break;
    found.push(new Date(time).toISOString().slice(0, 16));
  }
  return found;
};

describe('a schedule', () => {
  const NEW_YORK = 'America/New_York';
  for (const [text, after, expected, zone] of [
    ['*/15 * * * *', '2026-01-01T00:00:00Z', ['2026-01-01T00:15', '2026-01-01T00:30']],
    ['*/1 * * * ?', '2026-01-01T00:00:59Z', ['2026-01-01T00:01']],
    ['5/20 3 * * *', '2026-01-01T00:00:00Z', ['2026-01-01T03:05', '2026-01-01T03:25', '2026-01-01T03:45']],
    ['0 0 1 * MON', '2026-01-02T00:00:00Z', ['2026-01-05T00:00', '2026-01-12T00:00']],
    ['0 0 13 * */2', '2026-01-02T00:00:00Z', ['2026-01-03T00:00', '2026-01-04T00:00']],
    ['0 0 1 * ?', '2026-01-02T00:00:00Z', ['2026-02-01T00:00']],
    ['0 12 29 feb *', '2026-01-02T00:00:00Z', ['2028-02-29T12:00']],
    ['@weekly', '2026-01-01T00:00:00Z', ['2026-01-04T00:00']],
    ['@every 90m', '2026-01-01T00:00:00Z', ['2026-01-01T01:30', '2026-01-01T03:00']],
    ['0 0 31 2 *', '2026-01-01T00:00:00Z', []],
    // Spring forward at 07:00Z: half past two does not come. Back at 06:00Z: half past one comes twice.
    ['30 2 * * *', '2026-03-07T12:00:00Z', ['2026-03-09T06:30'], NEW_YORK],
    [
      '30 1 * * *',
      '2026-10-31T12:00:00Z',
      ['2026-11-01T05:30', '2026-11-01T06:30', '2026-11-02T06:30'],
      NEW_YORK,
    ],
    ['0 0 * * *', '2026-03-07T12:00:00Z', ['2026-03-08T05:00', '2026-03-09T04:00'], NEW_YORK],
    ['0 9 * * 1-5', '2026-01-02T20:00:00Z', ['2026-01-05T14:00'], NEW_YORK],
    ['TZ=America/New_York 0 9 * * *', '2026-01-02T20:00:00Z', ['2026-01-03T14:00']],
    // A zone whose clocks change at midnight: that midnight does not come.
    ['0 0 * * *', '2024-04-25T12:00:00Z', ['2024-04-26T21:00', '2024-04-27T21:00'], 'Africa/Cairo'],
  ] as const) {
    it(`${text} after ${after} ${zone ?? ''}`, () => {
      assert.deepEqual(times(text, after, Math.max(1, expected.length), zone), expected);
    });
  }

  for (const text of [
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 7',
    '5-1 * * * *',
    '*/0 * * * *',
    '*-5 * * * *',
    '1/2/3 * * * *',
    'x * * * *',
    '0 0 L * *',
    '@sometimes',
    '@every soon',
    ', * * * *',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseSchedule(text), ScheduleError));
  }

  it('knows time zones', () => {
    assert.deepEqual(
      ['Europe/Berlin', 'US/Eastern', 'UTC', 'Etc/UTC', 'Mars/Base', '+02:00', ''].map(isTimeZone),
      [true, true, true, true, false, false, false],
    );
  });
});
