import assert from 'node:assert/strict';
import { defaulted } from '../../../../test/harness/kindRules.ts';
import type { Deployment } from '../../types.ts';
import { deployment } from './kind.ts';

describe('defaults of Deployment', () => {
  it('gives a deployment its strategy and limits', () => {
    const { spec } = defaulted<Deployment>(deployment, { spec: { paused: false } });
    assert.deepEqual(spec, {
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    });
    assert.deepEqual(
      defaulted<Deployment>(deployment, { spec: { strategy: { type: 'Recreate' } } }).spec.strategy,
      { type: 'Recreate' },
    );
  });
});
