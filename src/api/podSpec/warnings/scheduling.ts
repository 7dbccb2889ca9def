import type { FieldPath } from '../../fields/fieldErrors.ts';
import { labelValueErrors } from '../../names/names.ts';
import type { PodSpec } from '../../types.ts';
import { deprecatedNodeLabel } from './nodeLabels.ts';

type Affinity = NonNullable<PodSpec['affinity']>;
type NodeAffinity = NonNullable<Affinity['nodeAffinity']>;
type NodeTerm = NonNullable<
  NodeAffinity['preferredDuringSchedulingIgnoredDuringExecution']
>[number]['preference'];
type PodAffinity = NonNullable<Affinity['podAffinity']>;

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const MATCHES_NONE = 'a null labelSelector results in matching no pod';

/** Deprecated labels of nodes, and selectors that select nothing. */
export function schedulingWarnings(spec: PodSpec, path: FieldPath, warnings: string[]): void {
  for (const key in spec.nodeSelector) {
    const why = deprecatedNodeLabel(key);
    if (why !== undefined) warnings.push(`${path.child('nodeSelector').key(key).toString()}: ${why}`);
  }
  const { affinity } = spec;
  if (affinity?.nodeAffinity !== undefined) {
    warnings.push(...nodeAffinityWarnings(affinity.nodeAffinity, path.child('affinity', 'nodeAffinity')));
  }
  spec.topologySpreadConstraints?.forEach(({ topologyKey, labelSelector }, i) => {
    const at = path.child('topologySpreadConstraints').index(i);
    const why = deprecatedNodeLabel(topologyKey);
    if (why !== undefined) warnings.push(`${at.child('topologyKey').toString()}: ${topologyKey} is ${why}`);
    if (labelSelector === undefined)
      warnings.push(`${at.child('labelSelector').toString()}: ${MATCHES_NONE}`);
  });
  if (affinity === undefined) return;
  warnings.push(
    ...podAffinityWarnings(affinity.podAffinity, path.child('affinity', 'podAffinity')),
    ...podAffinityWarnings(affinity.podAntiAffinity, path.child('affinity', 'podAntiAffinity')),
  );
}

function nodeAffinityWarnings(affinity: NodeAffinity, path: FieldPath): string[] {
  const required = affinity[REQUIRED]?.nodeSelectorTerms ?? [];
  const preferred = affinity[PREFERRED] ?? [];
  return [
    ...required.flatMap((term, i) =>
      nodeTermWarnings(term, false, path.child(REQUIRED, 'nodeSelectorTerms').index(i)),
    ),
    ...preferred.flatMap(({ preference }, i) =>
      nodeTermWarnings(preference, true, path.child(PREFERRED).index(i).child('preference')),
    ),
  ];
}

function nodeTermWarnings(term: NodeTerm, checkValues: boolean, path: FieldPath): string[] {
  return (term.matchExpressions ?? []).flatMap(({ key, values = [] }, i) => {
    const at = path.child('matchExpressions').index(i);
    const why = deprecatedNodeLabel(key);
    return [
      ...(why === undefined ? [] : [`${at.child('key').toString()}: ${key} is ${why}`]),
      ...(checkValues ? values : []).flatMap((value, j) =>
        labelValueErrors(value).map(
          (text) => `${at.child('values').index(j).toString()}: ${value} is invalid, ${text}`,
        ),
      ),
    ];
  });
}

function podAffinityWarnings(affinity: PodAffinity | undefined, path: FieldPath): string[] {
  const warnings: string[] = [];
  affinity?.[REQUIRED]?.forEach(({ labelSelector }, i) => {
    if (labelSelector !== undefined) return;
    warnings.push(`${path.child(REQUIRED).index(i).child('labelSelector').toString()}: ${MATCHES_NONE}`);
  });
  affinity?.[PREFERRED]?.forEach(({ podAffinityTerm }, i) => {
    if (podAffinityTerm.labelSelector !== undefined) return;
    const at = path.child(PREFERRED).index(i).child('podAffinityTerm', 'labelSelector');
    warnings.push(`${at.toString()}: ${MATCHES_NONE}`);
  });
  return warnings;
}
