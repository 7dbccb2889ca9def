import { ageColumn, column, nameColumn, NONE, UNKNOWN } from '../../columns.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import type { Column } from '../../kind.ts';
import type { Draft, KubeObject } from '../../meta.ts';
import type { HorizontalPodAutoscaler } from '../../types.ts';
import { autoscalerFromV1 } from './conversion.ts';
import { type Metric, SOURCES } from './metrics.ts';

type Status = Unchecked<
  NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number]
>;

export const autoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  column('Reference', 'string', 'What it scales.', ({ spec }) => {
    const { kind = '', name = '' } = spec.scaleTargetRef as Partial<typeof spec.scaleTargetRef>;
    return `${kind}/${name}`;
  }),
  column('Targets', 'string', 'What each metric is, and what it should be.', targetsText),
  column('MinPods', 'string', 'Pods that there are at least.', ({ spec }) =>
    spec.minReplicas === undefined ? '<unset>' : String(spec.minReplicas),
  ),
  column('MaxPods', 'integer', 'Pods that there are at most.', (o) => maxOf(o.spec)),
  column('Replicas', 'integer', 'Pods that there are.', ({ status }) => status?.currentReplicas ?? 0),
  ageColumn,
];

/** The same of objects in their v1 form. */
export const autoscalerV1Columns: readonly Column<KubeObject>[] = autoscalerColumns.map((one) => ({
  ...one,
  cell: (object, now) =>
    one.cell(
      autoscalerFromV1(structuredClone(object) as unknown as Draft) as unknown as HorizontalPodAutoscaler,
      now,
    ),
}));

const maxOf = ({ maxReplicas = 0 }: { readonly maxReplicas?: number | undefined }): number => maxReplicas;

const SHOWN = 2;

function targetsText({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec.metrics ?? [];
  if (metrics.length === 0) return NONE;
  const texts = metrics.slice(0, SHOWN).map((metric, at) => targetText(metric, status?.currentMetrics?.[at]));
  const shown = texts.join(', ');
  return metrics.length > SHOWN ? `${shown} + ${metrics.length - SHOWN} more...` : shown;
}

function targetText(metric: Metric, status: Status | undefined): string {
  const source = Object.entries(SOURCES).find(([type]) => type === metric.type)?.[1];
  if (source === undefined) return '<unknown type>';
  const target = metric[source]?.target ?? {};
  const current = status?.[source]?.current ?? {};
  const head =
    source === 'resource' || source === 'containerResource' ? `${metric[source]?.name ?? ''}: ` : '';
  if (target.averageValue !== undefined) {
    const tail = source === 'object' || source === 'external' ? ' (avg)' : '';
    return `${head}${current.averageValue ?? UNKNOWN}/${target.averageValue}${tail}`;
  }
  if (head === '') return `${current.value ?? UNKNOWN}/${target.value ?? UNKNOWN}`;
  return `${head}${percent(current.averageUtilization, UNKNOWN)}/${percent(target.averageUtilization, '<auto>')}`;
}

const percent = (value: number | undefined, none: string): string =>
  value === undefined ? none : `${value}%`;
