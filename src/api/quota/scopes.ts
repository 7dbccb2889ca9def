import { qosClassOf } from '../podSpec/qos.ts';
import type { PersistentVolumeClaim, Pod, ResourceQuota } from '../types.ts';

type Selector = Readonly<{ scopeName: string; operator: string; values?: readonly string[] }>;

/** All that a quota wants of an object, both ways of saying it as one list. */
function selectorsOf({ spec }: ResourceQuota): readonly Selector[] {
  return [
    ...(spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...(spec?.scopeSelector?.matchExpressions ?? []),
  ];
}

export const hasScopes = (quota: ResourceQuota): boolean => selectorsOf(quota).length > 0;

/** Whether a pod is one that the quota is for (`podMatchesScopeFunc`). */
export function podInScope(quota: ResourceQuota, pod: Pod): boolean {
  return selectorsOf(quota).every((selector) => matchesPod(selector, pod.spec));
}

/** Whether a claim is one; quotas with scopes of pods are for none. */
export function claimInScope(quota: ResourceQuota, claim: PersistentVolumeClaim): boolean {
  return selectorsOf(quota).every(
    (selector) =>
      selector.scopeName === 'VolumeAttributesClass' &&
      matchesName(selector, claim.spec.volumeAttributesClassName ?? ''),
  );
}

function matchesPod(selector: Selector, spec: Pod['spec']): boolean {
  switch (selector.scopeName) {
    case 'Terminating':
      return spec.activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return spec.activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return qosClassOf(spec) === 'BestEffort';
    case 'NotBestEffort':
      return qosClassOf(spec) !== 'BestEffort';
    case 'PriorityClass':
      return matchesName(selector, spec.priorityClassName ?? '');
    case 'CrossNamespacePodAffinity':
      return reachesNamespaces(spec);
    default:
      return false;
  }
}

function matchesName({ operator, values = [] }: Selector, name: string): boolean {
  switch (operator) {
    case 'In':
      return name !== '' && values.includes(name);
    case 'NotIn':
      return !values.includes(name);
    case 'Exists':
      return name !== '';
    default:
      return name === '';
  }
}

function reachesNamespaces({ affinity }: Pod['spec']): boolean {
  const terms = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((each) => [
    ...(each?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(each?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
      ({ podAffinityTerm }) => podAffinityTerm,
    ),
  ]);
  return terms.some(
    ({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector !== undefined,
  );
}
