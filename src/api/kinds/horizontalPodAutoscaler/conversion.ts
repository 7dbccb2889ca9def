import { ownProperty } from '../../../base/ownProperty.ts';
import { isRecord } from '../../../base/isRecord.ts';
import type { Draft, KubeObject } from '../../meta.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import { behaviorFromAnnotation, behaviorToAnnotation } from './behaviorAnnotation.ts';
import { metricFromV1, metricToV1, statusFromV1, statusToV1 } from './metricsV1.ts';

/** What v1 has no fields for (`pkg/apis/autoscaling/annotations.go`). */
const ANNOTATIONS = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  current: 'autoscaling.alpha.kubernetes.io/current-metrics',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
} as const;

type Json = Record<string, unknown>;
const V2 = builtIn('V2HorizontalPodAutoscaler');

/** A stored autoscaler as autoscaling/v1 shows it (`pkg/apis/autoscaling/v1/conversion.go`). */
export function autoscalerToV1(stored: KubeObject): KubeObject {
  const { spec = {}, status = {} } = stored as unknown as { spec?: Json; status?: Json };
  const { metrics, behavior, ...ownSpec } = spec;
  const { currentMetrics, conditions, ...ownStatus } = status;
  const annotations = plainAnnotations(stored.metadata.annotations);
  const others = listOf(metrics).filter((metric) => cpuUtilization(metric, 'target') === undefined);
  const note = (key: string, value: unknown): void => {
    annotations[key] = JSON.stringify(value);
  };
  if (others.length > 0) note(ANNOTATIONS.metrics, others.map(metricToV1));
  if (listOf(currentMetrics).length > 0) note(ANNOTATIONS.current, listOf(currentMetrics).map(statusToV1));
  if (behavior !== undefined) note(ANNOTATIONS.behavior, behaviorToAnnotation(behavior as Json));
  if (listOf(conditions).length > 0) note(ANNOTATIONS.conditions, conditions);
  const target = firstCpu(listOf(metrics), 'target');
  const current = firstCpu(listOf(currentMetrics), 'current');
  const { annotations: _, ...metadata } = stored.metadata;
  return {
    apiVersion: 'autoscaling/v1',
    kind: stored.kind,
    metadata: { ...metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...ownSpec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: {
      currentReplicas: 0,
      desiredReplicas: 0,
      ...ownStatus,
      ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }),
    },
  } as KubeObject;
}

/** Converts autoscaling/v1 to the stored form. Annotations without a valid meaning are ignored. */
export function autoscalerFromV1(draft: Draft): Draft {
  const { spec = {}, status = {} } = draft as unknown as { spec?: Json; status?: Json };
  const { targetCPUUtilizationPercentage: target, ...ownSpec } = spec;
  const { currentCPUUtilizationPercentage: current, ...ownStatus } = status;
  // v2 leaves out what is zero.
  if (ownStatus['currentReplicas'] === 0) delete ownStatus['currentReplicas'];
  const given = draft.metadata.annotations;
  const cpu = target === undefined ? [] : [cpuMetric({ type: 'Utilization', averageUtilization: target })];
  const metrics = [...(readList(given, 'metrics', 'spec', 'metrics', metricFromV1) ?? []), ...cpu];
  const own = current === undefined ? [] : [cpuStatus({ averageUtilization: current })];
  const currentMetrics = readList(given, 'current', 'status', 'currentMetrics', statusFromV1) ?? own;
  const conditions = readList(given, 'conditions', 'status', 'conditions', (one) => one) ?? [];
  const behavior = readBehavior(given);
  const annotations = plainAnnotations(given);
  const metadata = { ...draft.metadata, annotations };
  if (Object.keys(annotations).length === 0) Reflect.deleteProperty(metadata, 'annotations');
  return {
    apiVersion: 'autoscaling/v2',
    kind: draft.kind,
    metadata,
    spec: {
      ...ownSpec,
      ...(metrics.length === 0 ? {} : { metrics }),
      ...(behavior === undefined ? {} : { behavior }),
    },
    status: {
      ...ownStatus,
      ...(currentMetrics.length === 0 ? {} : { currentMetrics }),
      ...(conditions.length === 0 ? {} : { conditions }),
    },
  } as unknown as Draft;
}

const cpuMetric = (target: Json): Json => ({ type: 'Resource', resource: { name: 'cpu', target } });
const cpuStatus = (current: Json): Json => ({ type: 'Resource', resource: { name: 'cpu', current } });
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

/** The share of the CPU that a metric is about, which is the one that v1 has a field for. */
function cpuUtilization(metric: Json, part: 'target' | 'current'): number | undefined {
  const { type, resource } = metric as { type?: string; resource?: { name?: string } & Record<string, Json> };
  if (type !== 'Resource' || resource?.name !== 'cpu') return undefined;
  return resource[part]?.['averageUtilization'] as number | undefined;
}

function firstCpu(metrics: readonly Json[], part: 'target' | 'current'): number | undefined {
  return metrics.map((metric) => cpuUtilization(metric, part)).find((value) => value !== undefined);
}

/** Without those that stand for fields. */
function plainAnnotations(annotations: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const plain = { ...annotations };
  for (const key of Object.values(ANNOTATIONS)) Reflect.deleteProperty(plain, key);
  return plain;
}

function read(
  annotations: Readonly<Record<string, string>> | undefined,
  what: keyof typeof ANNOTATIONS,
): unknown {
  const text = annotations === undefined ? undefined : ownProperty(annotations, ANNOTATIONS[what]);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A list from an annotation where everything in it is of its type. */
function readList(
  annotations: Readonly<Record<string, string>> | undefined,
  what: keyof typeof ANNOTATIONS,
  part: 'spec' | 'status',
  name: string,
  convert: (item: Json) => Json,
): readonly Json[] | undefined {
  const items = read(annotations, what);
  if (!Array.isArray(items) || !items.every(isRecord)) return undefined;
  return conforming(part, name, items.map(convert)) as readonly Json[] | undefined;
}

function readBehavior(annotations: Readonly<Record<string, string>> | undefined): unknown {
  const value = read(annotations, 'behavior');
  const behavior = isRecord(value) ? behaviorFromAnnotation(value) : {};
  return Object.keys(behavior).length === 0 ? undefined : conforming('spec', 'behavior', behavior);
}

/** A field's value in its stored form, undefined where it is not of the field's type. */
function conforming(part: 'spec' | 'status', name: string, value: unknown): unknown {
  const object = { [part]: { [name]: value } };
  return V2.conform(object).typeError === undefined ? object[part]?.[name] : undefined;
}
