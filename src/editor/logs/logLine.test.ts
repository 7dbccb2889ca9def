import assert from 'node:assert/strict';
import { compareTimes, logLines, parseLogLine } from './logLine.ts';

async function* chunks(...texts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

describe('log lines', () => {
  it('have a time and a text, which may be empty, indented, or have none', () => {
    assert.deepEqual(parseLogLine('2026-01-02T03:04:05.67Z   hello '), {
      time: '2026-01-02T03:04:05.67Z',
      text: '  hello ',
    });
    assert.deepEqual(parseLogLine('2026-01-02T03:04:05.123456789+01:00 '), {
      time: '2026-01-02T03:04:05.123456789+01:00',
      text: '',
    });
    assert.deepEqual(parseLogLine('failed to try resolving symlinks'), {
      time: '',
      text: 'failed to try resolving symlinks',
    });
  });

  it('are cut out of chunks, letters of several bytes among them', async () => {
    const umlaut = Buffer.from('ü');
    const lines = [];
    for await (const batch of logLines(
      chunks(
        'a\nb',
        '\n\n',
        umlaut.subarray(0, 1),
        Buffer.concat([umlaut.subarray(1), Buffer.from('\nend')]),
      ),
    ))
      lines.push(batch.map(({ text }) => text));
    assert.deepEqual(lines, [['a'], ['b', ''], ['ü'], ['end']]);
  });

  it('are ordered by nanoseconds, whatever zeros are left out', () => {
    const times = [
      '2026-01-02T03:04:05Z',
      '2026-01-02T03:04:05.1Z',
      '2026-01-02T03:04:05.100000001Z',
      '2026-01-02T04:04:05.2+01:00',
    ];
    assert.deepEqual(times.toReversed().sort(compareTimes), times);
    assert.equal(compareTimes('2026-01-02T03:04:05.1Z', '2026-01-02T03:04:05.100Z'), 0);
  });
});
