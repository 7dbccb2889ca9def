import { type FieldError, type FieldPath, forbiddenField, invalid, required } from '../fields/fieldErrors.ts';
import type { Affinity } from '../types.ts';
import { validateLabelSelector } from '../metadata/labels.ts';
import { dns1123LabelErrors, qualifiedNameErrors } from '../names/names.ts';
import { validateNodeSelector, validateNodeSelectorTerm } from './nodeSelector.ts';
import { conforms, each } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

type PodAffinity = NonNullable<Unchecked<Affinity>['podAffinity']>;
type Term = NonNullable<PodAffinity[typeof REQUIRED]>[number];

/** core validation `validateAffinity`. */
export function validateAffinity(affinity: Unchecked<Affinity> | undefined, path: FieldPath): FieldError[] {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity ?? {};
  const nodePath = path.child('nodeAffinity');
  return [
    ...(nodeAffinity?.[REQUIRED] === undefined
      ? []
      : validateNodeSelector(nodeAffinity[REQUIRED], nodePath.child(REQUIRED))),
    ...each(nodeAffinity?.[PREFERRED], nodePath.child(PREFERRED), (term, at) => [
      ...validateWeight(term.weight, at),
      ...validateNodeSelectorTerm(term.preference ?? {}, at.child('preference')),
    ]),
    ...validatePodAffinity(podAffinity, path.child('podAffinity')),
    ...validatePodAffinity(podAntiAffinity, path.child('podAntiAffinity')),
  ];
}

function validatePodAffinity(affinity: PodAffinity | undefined, path: FieldPath): FieldError[] {
  return [
    ...each(affinity?.[REQUIRED], path.child(REQUIRED), validateTerm),
    ...each(affinity?.[PREFERRED], path.child(PREFERRED), (weighted, at) => [
      ...validateWeight(weighted.weight, at),
      ...validateTerm(weighted.podAffinityTerm ?? {}, at.child('podAffinityTerm')),
    ]),
  ];
}

function validateWeight(weight = 0, path: FieldPath): FieldError[] {
  return weight >= 1 && weight <= 100
    ? []
    : [invalid(path.child('weight'), weight, 'must be in the range 1-100')];
}

function validateTerm(term: Term, path: FieldPath): FieldError[] {
  const { labelSelector, namespaceSelector, namespaces, topologyKey = '' } = term;
  return [
    ...validateLabelSelector(labelSelector, path.child('labelSelector')),
    ...validateLabelSelector(namespaceSelector, path.child('namespaceSelector')),
    ...(namespaces ?? []).flatMap((name) => conforms(dns1123LabelErrors, name, path.child('namespace'))),
    ...validateLabelKeys(term, path),
    ...(topologyKey === '' ? [required(path.child('topologyKey'), 'can not be empty')] : []),
    ...conforms(qualifiedNameErrors, topologyKey, path.child('topologyKey')),
  ];
}

function validateLabelKeys(
  { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: Term,
  path: FieldPath,
): FieldError[] {
  const lists = [
    ['matchLabelKeys', matchLabelKeys],
    ['mismatchLabelKeys', mismatchLabelKeys],
  ] as const;
  const errors = lists.flatMap(([name, keys]) => {
    if (keys.length === 0) return [];
    return labelSelector === undefined
      ? [forbiddenField(path.child(name), 'must not be specified when labelSelector is not set')]
      : each(keys, path.child(name), (key, at) => conforms(qualifiedNameErrors, key, at));
  });
  return [
    ...errors,
    ...each(matchLabelKeys, path.child('matchLabelKeys'), (key, at) =>
      mismatchLabelKeys.includes(key)
        ? [invalid(at, key, 'exists in both matchLabelKeys and mismatchLabelKeys')]
        : [],
    ),
  ];
}
