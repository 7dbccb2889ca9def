import assert from 'node:assert/strict';
import fc from 'fast-check';
import { objectOf } from '../../../../test/harness/kindRules.ts';
import type { Draft, KubeObject } from '../../meta.ts';
import { autoscalerFromV1, autoscalerToV1 } from './conversion.ts';
import { horizontalPodAutoscaler } from './kind.ts';
import whole from './whole.json' with { type: 'json' };

type Json = Record<string, unknown>;
const draftOf = (object: unknown): Draft => structuredClone(object) as Draft;
const stored = (content: object): KubeObject => ({
  ...objectOf(horizontalPodAutoscaler, content),
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
});
const PREFIX = 'autoscaling.alpha.kubernetes.io';

describe('autoscaling/v1', () => {
  it('has a field for the share of the CPU, and annotations for all else', () => {
    const shown = autoscalerToV1(stored(whole)) as unknown as { spec: Json; status: Json; metadata: Json };
    assert.deepEqual(shown.spec, {
      scaleTargetRef: whole.spec.scaleTargetRef,
      minReplicas: 1,
      maxReplicas: 5,
      targetCPUUtilizationPercentage: 50,
    });
    assert.deepEqual(shown.status, {
      observedGeneration: 1,
      currentReplicas: 2,
      desiredReplicas: 3,
      currentCPUUtilizationPercentage: 40,
    });
    const annotations = shown.metadata['annotations'] as Record<string, string>;
    const metrics = JSON.parse(annotations[`${PREFIX}/metrics`] ?? '') as Json[];
    assert.deepEqual(metrics.slice(0, 3), [
      {
        type: 'ContainerResource',
        containerResource: { name: 'memory', targetAverageValue: '1Gi', container: 'c' },
      },
      {
        type: 'Pods',
        pods: { metricName: 'requests', selector: { matchLabels: { a: 'b' } }, targetAverageValue: '1k' },
      },
      {
        type: 'Object',
        object: {
          target: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'i' },
          metricName: 'requests',
          targetValue: '10k',
        },
      },
    ]);
    assert.equal(
      annotations[`${PREFIX}/behavior`],
      '{"ScaleUp":{"StabilizationWindowSeconds":10,"SelectPolicy":"Min","Policies":[{"Type":"Pods","Value":4,"PeriodSeconds":60}],"Tolerance":"50m"},"ScaleDown":{"SelectPolicy":"Disabled","Policies":[{"Type":"Percent","Value":10,"PeriodSeconds":60}]}}',
    );
  });

  it('loses nothing on the way and back, whatever of it there is', () => {
    const part = fc.subarray(whole.spec.metrics, { minLength: 1 });
    fc.assert(
      fc.property(part, fc.boolean(), fc.boolean(), (metrics, hasBehavior, hasStatus) => {
        const { behavior, ...spec } = whole.spec;
        // What v1 has a field for comes last.
        const ordered = metrics.toSorted(
          (a, b) => Number(a.type === 'Resource') - Number(b.type === 'Resource'),
        );
        const object = stored({
          spec: { ...spec, metrics: ordered, ...(hasBehavior ? { behavior } : {}) },
          status: hasStatus ? whole.status : { desiredReplicas: 1 },
        });
        assert.deepEqual(autoscalerFromV1(draftOf(autoscalerToV1(object))), object);
      }),
    );
  });

  it('takes its own annotations only where they make sense, and keeps those of others', () => {
    const given = (value: string): Json => {
      const annotations = Object.fromEntries(
        ['metrics', 'current-metrics', 'behavior', 'conditions'].map((name) => [`${PREFIX}/${name}`, value]),
      );
      const metadata = { name: 'a', namespace: 'ns', annotations: { ...annotations, mine: 'x' } };
      return autoscalerFromV1(draftOf({ metadata, spec: { maxReplicas: 1 } }));
    };
    for (const value of [
      '{',
      'null',
      '7',
      '[null]',
      '[[]]',
      '[{"type":5}]',
      '[{"type":"x","status":[],"resource":[]}]',
      '{"ScaleUp":1}',
    ]) {
      assert.deepEqual(given(value)['spec'], { maxReplicas: 1 }, value);
      assert.deepEqual(given(value)['status'], {}, value);
      assert.deepEqual((given(value)['metadata'] as Json)['annotations'], { mine: 'x' }, value);
    }
  });
});
