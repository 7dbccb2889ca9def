import { ownProperty } from '../../base/ownProperty.ts';
import type { Draft } from '../meta.ts';
import type { Pod } from '../types.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

type Selector = NonNullable<
  NonNullable<Draft<Pod>['spec']['topologySpreadConstraints']>[number]['labelSelector']
>;
interface Selecting {
  labelSelector?: Selector | undefined;
  matchLabelKeys?: readonly string[] | undefined;
  mismatchLabelKeys?: readonly string[] | undefined;
}

/**
 * Adds what `matchLabelKeys` and `mismatchLabelKeys` of a new pod say to the selectors beside them, with the values of
 * the pod's own labels (core/pod strategy `mutatePodAffinity` and `mutateTopologySpreadConstraints`).
 */
export function mergeLabelKeys({ metadata, spec }: Draft<Pod>): void {
  const labels = metadata.labels ?? {};
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    for (const term of affinity?.[REQUIRED] ?? []) merge(term, labels);
    for (const { podAffinityTerm } of affinity?.[PREFERRED] ?? []) merge(podAffinityTerm, labels);
  }
  for (const constraint of spec.topologySpreadConstraints ?? []) merge(constraint, labels);
}

function merge(term: Selecting | undefined, labels: Readonly<Record<string, string>>): void {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term ?? {};
  if (labelSelector === undefined) return;
  const more = [
    ...requirements(matchLabelKeys, 'In', labels),
    ...requirements(mismatchLabelKeys, 'NotIn', labels),
  ];
  if (more.length > 0) labelSelector.matchExpressions = [...(labelSelector.matchExpressions ?? []), ...more];
}

function requirements(
  keys: readonly string[],
  operator: 'In' | 'NotIn',
  labels: Readonly<Record<string, string>>,
): { key: string; operator: string; values: string[] }[] {
  return keys.flatMap((key) => {
    const value = ownProperty(labels, key);
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
}
