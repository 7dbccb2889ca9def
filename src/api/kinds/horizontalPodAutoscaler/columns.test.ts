import assert from 'node:assert/strict';
import { objectOf, shows, TABLE_NOW } from '../../../../test/harness/kindRules.ts';
import { autoscalerV1Columns } from './columns.ts';
import { autoscalerToV1 } from './conversion.ts';
import { horizontalPodAutoscaler } from './kind.ts';
import whole from './whole.json' with { type: 'json' };

const COLUMNS = 'Name Reference Targets MinPods MaxPods Replicas Age';

shows(horizontalPodAutoscaler, COLUMNS, [
  [
    'one with many metrics',
    whole,
    ['a', 'Deployment/web', 'cpu: 40%/50%, memory: <unknown>/1Gi + 3 more...', '1', 5, 2, '15m'],
  ],
  [
    'one that has measured nothing yet',
    { spec: { ...whole.spec, metrics: whole.spec.metrics.slice(3) } },
    ['a', 'Deployment/web', '<unknown>/10k, <unknown>/30 (avg)', '1', 5, 0, '15m'],
  ],
]);

describe('a table of autoscaling/v1', () => {
  it('shows the same', () => {
    // What v1 has a field for comes last there.
    const [cpu, ...metrics] = whole.spec.metrics;
    const stored = objectOf(horizontalPodAutoscaler, { spec: { ...whole.spec, metrics: [...metrics, cpu] } });
    const cells = (columns: typeof autoscalerV1Columns, object: typeof stored): unknown[] =>
      columns.map((column) => column.cell(object, TABLE_NOW));
    assert.deepEqual(
      cells(autoscalerV1Columns, autoscalerToV1(stored)),
      cells(horizontalPodAutoscaler.columns, stored),
    );
  });
});
