import assert from 'node:assert/strict';
import { asLines } from '../../../../test/harness/fieldErrors.ts';
import { objectOf, refusals, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { horizontalPodAutoscaler } from './kind.ts';

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const specOf = (more: object = {}): object => ({ spec: { scaleTargetRef, maxReplicas: 3, ...more } });
const metricOf = (metric: object): object => specOf({ metrics: [metric] });
const behaviorOf = (scaleUp: object): object => specOf({ behavior: { scaleUp } });
const cpu = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
};
const TYPES = 'supported values: "ContainerResource", "External", "Object", "Pods", "Resource"';

refusals(horizontalPodAutoscaler, [
  ['a plain one', specOf(), []],
  ['one with a metric', metricOf(cpu), []],
  [
    'nothing',
    { spec: {} },
    [
      'spec.maxReplicas: Invalid value: 0: must be greater than 0',
      'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
      'spec.scaleTargetRef.kind: Required value',
      'spec.scaleTargetRef.name: Required value',
    ],
  ],
  [
    'zero replicas',
    specOf({ minReplicas: 0 }),
    ['spec.minReplicas: Invalid value: 0: must be greater than or equal to 1'],
  ],
  [
    'a target that is a path',
    specOf({ scaleTargetRef: { ...scaleTargetRef, name: 'a/b' } }),
    ['spec.scaleTargetRef.name: Invalid value: "a/b": may not contain \'/\''],
  ],
  [
    'a metric of no type',
    metricOf({}),
    [
      'spec.metrics[0].type: Required value: must specify a metric source type',
      `spec.metrics[0].type: Unsupported value: "": ${TYPES}`,
      `spec.metrics[0].type: Unsupported value: "": ${TYPES}`,
    ],
  ],
  [
    'a metric that says no more than its type',
    metricOf({ type: 'Pods' }),
    ['spec.metrics[0].pods: Required value: must populate information for the given metric source'],
  ],
  [
    'a metric of two sources',
    metricOf({ ...cpu, pods: {} }),
    [
      'spec.metrics[0].pods.metric.name: Required value: must specify a metric name',
      'spec.metrics[0].pods.target.type: Required value: must specify a metric target type',
      'spec.metrics[0].pods.target.type: Invalid value: "": must be either Utilization, Value, or AverageValue',
      'spec.metrics[0].pods.target.averageValue: Required value: must specify a positive target averageValue',
      'spec.metrics[0].pods: Forbidden: must populate the given metric source only',
    ],
  ],
  [
    'a resource with two targets',
    metricOf({
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 0, averageValue: '0' } },
    }),
    [
      'spec.metrics[0].resource.target.averageValue: Invalid value: "0": must be positive',
      'spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0',
      'spec.metrics[0].resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization',
    ],
  ],
  [
    'a container without a name',
    metricOf({
      type: 'ContainerResource',
      containerResource: { name: 'cpu', target: { type: 'Utilization' } },
    }),
    [
      'spec.metrics[0].containerResource.container: Required value: must specify a container',
      'spec.metrics[0].containerResource.target.averageUtilization: Required value: must set either a target raw value or a target utilization',
    ],
  ],
  [
    'an object of no kind',
    metricOf({ type: 'Object', object: { metric: { name: 'm' }, target: { type: 'Value' } } }),
    [
      'spec.metrics[0].object.describedObject.kind: Required value',
      'spec.metrics[0].object.describedObject.name: Required value',
      'spec.metrics[0].object.target.averageValue: Required value: must set either a target value or averageValue',
    ],
  ],
  [
    'an external metric with both values',
    metricOf({
      type: 'External',
      external: { metric: { name: 'm' }, target: { type: 'Value', value: '1', averageValue: '1' } },
    }),
    [
      'spec.metrics[0].external.target.value: Forbidden: may not set both a target value for metric and a per-pod target',
    ],
  ],
  [
    'rules beyond what is allowed',
    behaviorOf({
      stabilizationWindowSeconds: 3601,
      selectPolicy: 'Some',
      policies: [{ type: 'Half', value: 0, periodSeconds: 1801 }],
      tolerance: '-1',
    }),
    [
      'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
      'spec.behavior.scaleUp.selectPolicy: Unsupported value: "Some": supported values: "Disabled", "Max", "Min"',
      'spec.behavior.scaleUp.policies[0].type: Unsupported value: "Half": supported values: "Percent", "Pods"',
      'spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero',
      'spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
      'spec.behavior.scaleUp.tolerance: Invalid value: "-1": must be greater than or equal to 0',
    ],
  ],
  [
    'rules that wait less than not at all',
    behaviorOf({ stabilizationWindowSeconds: -1, policies: [] }),
    [
      'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero',
      'spec.behavior.scaleUp.policies: Required value: must specify at least one Policy',
    ],
  ],
]);

describe('validate a new HorizontalPodAutoscaler', () => {
  const about = (kind: string, apiVersion?: string): string[] => {
    const object = objectOf(
      horizontalPodAutoscaler,
      specOf({ scaleTargetRef: { kind, name: 'a', apiVersion } }),
    );
    return asLines(horizontalPodAutoscaler.validateCreate?.(object) ?? []);
  };

  it('asks for the group of what it scales', () => {
    assert.deepEqual([about('Deployment', 'apps/v1'), about('ReplicationController')], [[], []]);
    assert.deepEqual(about('Deployment', 'v1'), [
      'spec.scaleTargetRef.apiVersion: Invalid value: "v1": apiVersion must specify API group',
    ]);
    assert.deepEqual(about('Deployment', 'a/b/c'), [
      'spec.scaleTargetRef.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
    ]);
  });
});

refusedChanges(horizontalPodAutoscaler, [
  [
    'another name of the same kind',
    specOf({ scaleTargetRef: { kind: 'X', name: 'a' } }),
    specOf({ scaleTargetRef: { kind: 'X', name: 'b' } }),
    [],
  ],
  [
    'another kind',
    specOf(),
    specOf({ scaleTargetRef: { kind: 'X', name: 'b' } }),
    ['spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group'],
  ],
]);
