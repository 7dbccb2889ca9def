import assert from 'node:assert/strict';
import { metricsText } from './text.ts';

describe('metricsText', () => {
  it('is what Prometheus reads: names, escaped labels, numbers, times', () => {
    const text = metricsText([
      {
        name: 'a_total',
        help: 'Things',
        type: 'counter',
        samples: [
          { value: 1.5 },
          { labels: { path: 'C:\\x "y"\nz', other: '' }, value: 2e21, time: 1_700_000_000_000 },
        ],
      },
      { name: 'nothing', help: 'Nothing', type: 'gauge', samples: [] },
    ]);
    assert.equal(
      text,
      [
        '# HELP a_total Things',
        '# TYPE a_total counter',
        'a_total 1.5',
        'a_total{path="C:\\\\x \\"y\\"\\nz",other=""} 2e+21 1700000000000',
        '',
      ].join('\n'),
    );
  });
});
