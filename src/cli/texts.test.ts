import assert from 'node:assert/strict';
import { bytesOf } from './amounts.ts';
import { durationText } from './duration.ts';
import { table } from './table.ts';

describe('Texts of the command line', () => {
  it('durations are in seconds, from a minute on in both', () => {
    assert.deepEqual([0, 1_250, 59_940, 60_000, 125_400].map(durationText), [
      '0.0 s',
      '1.3 s',
      '59.9 s',
      '1 min 0 s',
      '2 min 5 s',
    ]);
  });

  it('amounts are Kubernetes’ own, with a unit', () => {
    assert.deepEqual(['2Gi', '1536Mi', '1.5Gi', '500M'].map(bytesOf), [
      2 ** 31,
      1536 * 2 ** 20,
      1.5 * 2 ** 30,
      500_000_000,
    ]);
    for (const wrong of ['', '2', '2 GB', '-1Gi', 'Gi', '2GiB']) {
      assert.throws(() => bytesOf(wrong), /an amount such as 2Gi or 1536Mi/, wrong);
    }
  });

  it('columns are below one another', () => {
    assert.deepEqual(
      table([
        ['A', 'LONG', 'B'],
        ['xx', 'y', ''],
      ]),
      ['A   LONG  B', 'xx  y'],
    );
  });
});
